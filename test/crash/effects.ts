// What tells in which order rows were written.
import type { DatabaseKind } from '../support/databases.ts';

export const PLACE: Readonly<Record<DatabaseKind, string>> = {
  sqlite: 'integer primary key autoincrement',
  postgres: 'bigserial primary key',
  mysql: 'bigint auto_increment primary key',
};
