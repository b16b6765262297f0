// Finds the adapter of a handle.
import { invalid } from '../remaining.ts';
import type { Adapter, Database } from './adapter.ts';
import { knexAdapter } from './knex.ts';
import { mysql2Adapter } from './mysql2.ts';
import { pgAdapter } from './pg.ts';
import { sqliteAdapter } from './sqlite.ts';

const adapters: readonly Adapter[] = [knexAdapter, pgAdapter, mysql2Adapter, sqliteAdapter];

/** Throws `InvalidRequest`. */
export function databaseOf(handle: object): Database {
  for (const adapter of adapters) {
    const database = adapter(handle);
    if (database !== null) return database;
  }
  throw invalid(
    'database: must be a knex instance (of PostgreSQL, MySQL, MariaDB or SQLite; not a transaction), a pg pool or ' +
      'client, a mysql2 pool or connection, or a SQLite handle',
  );
}
