// From a database URL to its dialect. Drivers are loaded only when they are used.
import type { DialectOptions, OpenDatabase } from '../dialect.ts';

const OPENERS: Readonly<Record<string, (options: DialectOptions) => Promise<OpenDatabase>>> = {
  sqlite: async (options) => (await import('./sqlite/sqlite.ts')).openSqlite(options),
  postgres: async (options) => (await import('./postgres/postgres.ts')).openPostgres(options),
  mysql: async (options) => (await import('./mysql/mysql.ts')).openMysql(options),
};
const KINDS: Readonly<Record<string, string>> = {
  'sqlite:': 'sqlite',
  'sqlite3:': 'sqlite',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
};

function databaseKindOf(url: string): string | null {
  return KINDS[/^[a-z0-9]+:/.exec(url)?.[0] ?? ''] ?? null;
}

export function openDatabase(options: DialectOptions): Promise<OpenDatabase> {
  const opener = OPENERS[databaseKindOf(options.url) ?? ''];
  if (opener === undefined) {
    throw new Error('A database URL begins with sqlite:, postgres://, mysql:// or mariadb://.');
  }
  return opener(options);
}
