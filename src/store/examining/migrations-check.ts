// Whether the tables are those of this version. The same that a start would refuse is told here, and what it would
// still have to do.
import { ASIDE, OURS } from '../adoption/originals.ts';
import { activeSchema, type Schema, warehouseSchema } from '../migrate.ts';
import type { DatabaseName } from '../opening.ts';
import type { Beside, Check, Found, Patient, Row } from './patient.ts';

export const SCHEMAS: Readonly<Record<DatabaseName, Schema>> = {
  active: activeSchema,
  warehouse: warehouseSchema,
};

export const migrationsCheck: Check = {
  subject: 'which migrations were applied',
  look: async (patient) => {
    const schema = SCHEMAS[patient.request.database];
    const { table, key } = schema.versions;
    const there = await patient.tablesAmong([
      ...['evt_migrations', table],
      ...schema.adopted.flatMap((role) => [ASIDE[role], OURS[role]]),
    ]);
    if (!there.has(table) && (await patient.hidesTables?.())) return [];
    const applied = there.has('evt_migrations')
      ? (await patient.ask('select name from evt_migrations')).map(({ name }) => String(name))
      : [];
    // A table that is lost; what is told of it is no matter of migrations.
    const wasMade = applied.includes(`${schema.name}/${schema.shared[0]?.name}`);
    if (there.has(table) ? !there.has('evt_migrations') : wasMade) return [];
    const streams = there.has(table) ? await patient.ask(`select * from ${table}`) : [];
    const isOurs = streams.some((row) => row[key] === 'main' && Number(row.schema) > 0);
    const adoption = adoptionOf(schema, there, isOurs, applied.length > 0);
    if (adoption !== null) return [adoption];
    const beside = there.has(table) ? null : ((await patient.tablesBeside?.()) ?? null);
    return [
      ...ahead(schema, applied, streams),
      ...missing(patient, applied, streams).map((found) => withBeside(found, beside)),
      ...renames(streams),
    ];
  },
};

/** As `requireAdopted` has it, by the names of tables alone. */
function adoptionOf(
  { adopted }: Schema,
  there: ReadonlySet<string>,
  isOurs: boolean,
  hasMigrations: boolean,
): Found | null {
  const aside = adopted.map((role) => ASIDE[role]).find((name) => there.has(name));
  if (aside !== undefined) {
    return {
      id: 'adoption-wanted',
      found: `An adoption of futoin-eventstream was begun here and is not finished: ${aside} is there.`,
      mend: 'Run aftercommit migrate --adopt again.',
      sql: [],
    };
  }
  const original = adopted.map((role) => OURS[role]).find((name) => there.has(name));
  if (original === undefined || isOurs || hasMigrations) return null;
  return {
    id: 'adoption-wanted',
    found: `${original} is there, and is not ours: it may be of futoin-eventstream.`,
    mend: 'Stop its services and run aftercommit migrate --adopt once (docs/futoin.md).',
    sql: [],
  };
}

function ahead(schema: Schema, applied: readonly string[], streams: readonly Row[]): Found[] {
  const prefix = `${schema.name}/`;
  const known = new Set(schema.shared.map(({ name }) => prefix + name));
  const unknown = applied.filter((name) => name.startsWith(prefix) && !known.has(name));
  const newer = streams.filter((row) => Number(row.schema) > schema.perStream.length);
  const names = [...unknown, ...newer.map((row) => `stream ${row[schema.versions.key]}`)];
  if (names.length === 0) return [];
  return [
    {
      id: 'migrations-ahead',
      found: `A newer version of Aftercommit has migrated it: ${names.join(', ')}.`,
      mend: 'Run that version, or restore a backup.',
      sql: [],
    },
  ];
}

function missing(
  { request: { database, streams: wanted } }: Patient,
  applied: readonly string[],
  streams: readonly Row[],
): Found[] {
  const { name, shared, perStream, versions } = SCHEMAS[database];
  const left = shared.filter((each) => !applied.includes(`${name}/${each.name}`)).length;
  const behind = wanted.filter((stream) => {
    const row = streams.find((each) => each[versions.key] === stream);
    return Number(row?.schema ?? 0) < perStream.length;
  });
  if (left === 0 && behind.length === 0) return [];
  const parts = [
    ...(left === 0 ? [] : [`${left} of ${shared.length} migrations are missing`]),
    ...(behind.length === 0
      ? []
      : [`the tables of ${behind.join(', ')} are not those of this version`]),
  ];
  return [
    {
      id: 'migrations-missing',
      found: `${parts.join('; ')}.`,
      mend: `Start the service, or run aftercommit migrate${database === 'warehouse' ? ' --warehouse' : ''}.`,
      sql: [],
    },
  ];
}

/** Who makes tables here, and means those, forgets all events. */
function withBeside(missed: Found, beside: Beside | null): Found {
  if (beside === null) return missed;
  return {
    ...missed,
    found: `${missed.found} ${beside.found}`,
    mend: `${beside.mend} If they are another service's: ${missed.mend}`,
    sql: beside.sql,
  };
}

function renames(streams: readonly Row[]): Found[] {
  return streams
    .filter(({ moving_to: to }) => to !== null && to !== undefined)
    .map(({ name, moving_to: to }) => ({
      id: 'rename-unfinished',
      found: `A rename of stream ${name} to ${to} was begun and is not finished.`,
      mend: `Run aftercommit streams rename ${name} ${to} again.`,
      sql: [],
    }));
}
