// Opens the database that a source names, by its dialect. Drivers are loaded only when they are used.
import type { DialectOptions, OpenDatabase } from '../dialect.ts';
import { loadWith } from './driver-package.ts';
import { type Place, type PlaceOptions, placeOf } from './source.ts';

const OPENERS: Readonly<Record<Place['kind'], (options: PlaceOptions) => Promise<OpenDatabase>>> = {
  // Its package is one of two ways to SQLite (sqlite/driver.ts).
  sqlite: async (options) => (await import('./sqlite/sqlite.ts')).openSqlite(options),
  postgres: async (options) => {
    const { openPostgres } = await loadWith('postgres', () => import('./postgres/postgres.ts'));
    return openPostgres(options);
  },
  mysql: async (options) => {
    const { openMysql } = await loadWith('mysql', () => import('./mysql/mysql.ts'));
    return openMysql(options);
  },
};

export async function openDatabase({
  database,
  onMoved,
  ...limits
}: DialectOptions): Promise<OpenDatabase> {
  const place = placeOf(database);
  if (onMoved !== undefined && place.servers !== null) place.servers.onMoved = onMoved;
  return OPENERS[place.kind]({ ...limits, place });
}
