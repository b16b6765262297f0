// The tables that were made in a database: by the list of migrations, and by what each stream's row says that it has.
// What is being renamed or adopted is passed over, since its tables have either name, and so is all that a newer
// version has migrated.
import { ASIDE } from '../adoption/originals.ts';
import { placeOf } from '../dialects/source.ts';
import type { Schema } from '../migrate.ts';
import { type MadeTable, tablesMadeBy, tablesOfStreamMadeBy } from './made-tables.ts';
import { SCHEMAS } from './migrations-check.ts';
import type { Patient, Row } from './patient.ts';

export const LIST = 'evt_migrations';

/** Where the list is gone it is all that is known. */
export async function tablesMadeIn(patient: Patient): Promise<readonly MadeTable[]> {
  const schema = SCHEMAS[patient.request.database];
  const { table } = schema.versions;
  const asides = schema.adopted.map((role) => ASIDE[role]);
  const there = await patient.tablesAmong([LIST, table, ...asides]);
  if (!there.has(table) && (await patient.hidesTables?.())) return [];
  // The list is made before all others.
  if (!there.has(LIST)) return there.has(table) ? [{ name: LIST, keys: [] }] : [];
  const listed = (await patient.ask(`select name from ${LIST}`)).map(({ name }) => String(name));
  if (isAhead(schema, listed)) return [];
  const isSettled = there.has(table) && !asides.some((name) => there.has(name));
  const streams = isSettled ? await patient.ask(`select * from ${table}`) : [];
  return [
    ...(await sharedMade(patient, schema, listed)),
    ...(await ofStreamsMade(patient, schema, streams)),
  ];
}

function isAhead({ name, shared }: Schema, listed: readonly string[]): boolean {
  const known = shared.map((each) => `${name}/${each.name}`);
  return listed.some((each) => each.startsWith(`${name}/`) && !known.includes(each));
}

async function sharedMade({ request }: Patient, schema: Schema, listed: readonly string[]) {
  const { kind } = placeOf(request.url);
  const applied = schema.shared.filter(({ name }) => listed.includes(`${schema.name}/${name}`));
  return (await Promise.all(applied.map((each) => tablesMadeBy(each, kind)))).flat();
}

async function ofStreamsMade({ request }: Patient, schema: Schema, streams: readonly Row[]) {
  const { kind } = placeOf(request.url);
  const { perStream, versions } = schema;
  if (request.movingStreams === null) return [];
  const settled = streams.filter(
    (row) =>
      (row.moving_to ?? null) === null &&
      !request.movingStreams?.includes(row[versions.key]) &&
      Number(row.schema) <= perStream.length,
  );
  const made = settled.flatMap((row) =>
    perStream
      .slice(0, Number(row.schema))
      .map((each) => tablesOfStreamMadeBy(each, kind, String(row[versions.key]))),
  );
  return (await Promise.all(made)).flat();
}
