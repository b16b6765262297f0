// Whether the tables are there that were made: by the list of migrations, and by what each stream's row says that it
// has. What is being renamed or adopted is passed over, since its tables have either name, and so is all that a newer
// version has migrated.
import { ASIDE } from '../adoption/originals.ts';
import { placeOf } from '../dialects/source.ts';
import type { Schema } from '../migrate.ts';
import { tablesMadeBy, tablesOfStreamMadeBy } from './made-tables.ts';
import { SCHEMAS } from './migrations-check.ts';
import type { Check, Found, Patient, Row } from './patient.ts';

const LIST = 'evt_migrations';

export const tablesCheck: Check = {
  subject: 'whether its tables are there',
  look: async (patient) => {
    const lacking = await lackingOf(patient);
    if (lacking.length === 0) return [];
    // A rename may have come between the rows and the tables.
    const still = await lackingOf(patient);
    const gone = lacking.filter((name) => still.includes(name));
    return gone.length === 0 ? [] : [tablesMissing(gone)];
  },
};

/** Tables that were made, and lead nowhere. */
async function lackingOf(patient: Patient): Promise<string[]> {
  const schema = SCHEMAS[patient.request.database];
  const { table } = schema.versions;
  const asides = schema.adopted.map((role) => ASIDE[role]);
  const there = await patient.tablesAmong([LIST, table, ...asides]);
  if (!there.has(table) && (await patient.hidesTables?.())) return [];
  // The list is made before all others.
  if (!there.has(LIST)) return there.has(table) ? goneAmong(patient, [LIST]) : [];
  const listed = (await patient.ask(`select name from ${LIST}`)).map(({ name }) => String(name));
  if (isAhead(schema, listed)) return [];
  const isSettled = there.has(table) && !asides.some((name) => there.has(name));
  const streams = isSettled ? await patient.ask(`select * from ${table}`) : [];
  const made = [
    ...(await sharedMade(patient, schema, listed)),
    ...(await ofStreamsMade(patient, schema, streams)),
  ];
  return goneAmong(patient, made);
}

function isAhead({ name, shared }: Schema, listed: readonly string[]): boolean {
  const known = shared.map((each) => `${name}/${each.name}`);
  return listed.some((each) => each.startsWith(`${name}/`) && !known.includes(each));
}

async function sharedMade(patient: Patient, schema: Schema, listed: readonly string[]) {
  const { kind } = placeOf(patient.request.url);
  const applied = schema.shared.filter(({ name }) => listed.includes(`${schema.name}/${name}`));
  return (await Promise.all(applied.map((each) => tablesMadeBy(each, kind)))).flat();
}

async function ofStreamsMade({ request }: Patient, schema: Schema, streams: readonly Row[]) {
  const { kind } = placeOf(request.url);
  const { perStream, versions } = schema;
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

async function goneAmong(patient: Patient, names: readonly string[]): Promise<string[]> {
  const there = await patient.tablesAmong(names);
  const gone: string[] = [];
  for (const name of names.filter((each) => !there.has(each))) {
    if (!(await patient.isOutOfSight?.(name))) gone.push(name);
  }
  return gone;
}

function tablesMissing(names: readonly string[]): Found {
  const isList = names.includes(LIST);
  return {
    id: 'table-missing',
    found: isList
      ? `${LIST} is not there, which lists what was migrated; other tables of the service are.`
      : `${names.join(', ')}: made by a migration, and not there any more.`,
    mend:
      'Stop the service, and restore it from a backup (docs/operations.md): what was in it is lost otherwise. ' +
      'aftercommit migrate makes nothing anew that was made before.',
    sql: [],
  };
}
