// Brings a database to the schema of this version. Nodes that start together wait for each other; a database
// that is ahead is refused, since an older node would not keep what a newer one relies on.
import type { Knex } from 'knex';
import {
  activeMigrations,
  historyMigrations,
  type Migration,
  type StreamMigration,
  streamMigrations,
  warehouseMigrations,
} from '../../migrations/index.ts';
import { type Role, requireAdopted } from './adoption/originals.ts';
import type { Dialect } from './dialect.ts';
import { requireNoRenaming } from './renaming.ts';

/** One of the two databases: its own tables, and the tables that each stream has in it. */
export interface Schema {
  /** Stands before each name in the list of what was applied, since both databases may be one. */
  readonly name: string;
  readonly shared: readonly Migration[];
  readonly perStream: readonly StreamMigration[];
  /** The table that counts how many of `perStream` a stream has, and that table's key. */
  readonly versions: { readonly table: string; readonly key: string };
  /** What stands here in a database of futoin-eventstream, for which ours must not be taken. */
  readonly adopted: readonly Role[];
  /** Throws while something that was begun has to be finished first. */
  readonly requireSettled?: (db: Knex) => Promise<void>;
}

export const activeSchema: Schema = {
  name: 'active',
  shared: activeMigrations,
  perStream: streamMigrations,
  versions: { table: 'evt_streams', key: 'name' },
  adopted: ['queue', 'consumers'],
  requireSettled: requireNoRenaming,
};

export const warehouseSchema: Schema = {
  name: 'warehouse',
  shared: warehouseMigrations,
  perStream: historyMigrations,
  versions: { table: 'evt_archives', key: 'stream' },
  adopted: ['history'],
};

/** Gives the names of the migrations that were applied now, in their order. */
export async function migrate(
  dialect: Dialect,
  schema: Schema,
  streams: readonly string[],
): Promise<string[]> {
  const applied: string[] = [];
  await dialect.withMigrationLock(async (db) => {
    await requireAdopted(db, dialect, schema.adopted, await hasMain(db, schema));
    applied.push(...(await applyShared(db, dialect, schema)));
    await schema.requireSettled?.(db);
    for (const stream of streams) {
      applied.push(...(await applyToStream(db, dialect, schema, stream)));
    }
  });
  return applied;
}

/** Runs under the lock of migrations. */
export async function applyShared(db: Knex, dialect: Dialect, schema: Schema): Promise<string[]> {
  await requireNoneBehind(db, dialect, schema);
  if (!(await db.schema.hasTable('evt_migrations'))) {
    await requireNone(db, schema);
    await db.schema.createTable('evt_migrations', (table) => {
      table.string('name', 100).primary();
    });
  }
  const prefix = `${schema.name}/`;
  const listed: string[] = await db('evt_migrations').pluck('name');
  const done = listed.filter((name) => name.startsWith(prefix));
  const known = schema.shared.map((migration) => prefix + migration.name);
  const ahead = done.filter((name) => !known.includes(name));
  if (ahead.length > 0) throw aheadError(`it holds ${ahead.join(', ')}`);

  const applied: string[] = [];
  for (const migration of schema.shared) {
    const name = prefix + migration.name;
    if (done.includes(name)) continue;
    await migration.up(db, dialect.kind);
    await db('evt_migrations').insert({ name });
    applied.push(name);
  }
  return applied;
}

/** Whoever makes tables in front of others has an empty set, and forgets all events. */
async function requireNoneBehind(
  db: Knex,
  dialect: Dialect,
  { versions: { table } }: Schema,
): Promise<void> {
  const behind = (await dialect.foundBehind?.(db, table)) ?? null;
  if (behind === null) return;
  const { schema, first } = behind;
  throw new Error(
    `The tables are in the schema ${schema}, and new ones would be made in ${first}, which stands before it in the ` +
      `search path: let the search path begin with ${schema}. If the tables there are another service's, let it be ` +
      `${first} alone.`,
  );
}

/** The list is made before all others: without it nobody knows which of them are there, and what they are like. */
async function requireNone(db: Knex, { versions: { table } }: Schema): Promise<void> {
  if (!(await db.schema.hasTable(table))) return;
  throw new Error(
    `${table} is here, and evt_migrations, which lists what was migrated, is not: restore it from a backup, or let ` +
      'this account see it. aftercommit doctor tells what else is missing.',
  );
}

async function applyToStream(
  db: Knex,
  dialect: Dialect,
  schema: Schema,
  stream: string,
): Promise<string[]> {
  const { table, key } = schema.versions;
  const row = await db(table).where(key, stream).first('schema');
  if (row === undefined) await db(table).insert({ [key]: stream });
  const version = Number(row?.schema ?? 0);
  if (version > schema.perStream.length) {
    throw aheadError(
      `stream ${stream} has version ${version}, known is ${schema.perStream.length}`,
    );
  }

  const pending = schema.perStream.slice(version);
  for (const [place, migration] of pending.entries()) {
    await migration.up(db, dialect.kind, stream);
    await db(table)
      .where(key, stream)
      .update({ schema: version + place + 1 });
  }
  return pending.map((migration) => `${stream}:${migration.name}`);
}

/** True when stream main has its tables, made here or adopted. */
async function hasMain(db: Knex, { versions: { table, key } }: Schema): Promise<boolean> {
  if (!(await db.schema.hasTable(table))) return false;
  const row = await db(table).where(key, 'main').first('schema');
  return Number(row?.schema ?? 0) > 0;
}

function aheadError(what: string): Error {
  return new Error(
    `The database was migrated by a newer version of Aftercommit (${what}); run that version, or restore a backup.`,
  );
}
