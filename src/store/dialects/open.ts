// Opens the database that a source names, by its dialect. Drivers are loaded only when they are used.
import type { DialectOptions, OpenDatabase } from '../dialect.ts';
import { type Place, type PlaceOptions, placeOf } from './source.ts';

const OPENERS: Readonly<Record<Place['kind'], (options: PlaceOptions) => Promise<OpenDatabase>>> = {
  sqlite: async (options) => (await import('./sqlite/sqlite.ts')).openSqlite(options),
  postgres: async (options) => (await import('./postgres/postgres.ts')).openPostgres(options),
  mysql: async (options) => (await import('./mysql/mysql.ts')).openMysql(options),
};

export async function openDatabase({ database, ...limits }: DialectOptions): Promise<OpenDatabase> {
  const place = placeOf(database);
  return OPENERS[place.kind]({ ...limits, place });
}
