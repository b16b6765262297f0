// What a migration is. Released migrations are frozen: they import nothing from src, branch by database inside,
// and never change again (a test holds their hashes). On MySQL and MariaDB, where DDL commits by itself, each is
// one repeatable statement, so that a crash between it and its bookkeeping does no harm.
import type { Knex } from 'knex';

export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql';

export interface Migration {
  readonly name: string;
  up(db: Knex, kind: DatabaseKind): Promise<unknown>;
}

/** Makes the tables of one stream; versioned per stream, so that a stream added later catches up. */
export interface StreamMigration {
  readonly name: string;
  up(db: Knex, kind: DatabaseKind, stream: string): Promise<unknown>;
}

/** Statements by database. */
export type Statements = Readonly<Record<DatabaseKind, string>>;

export const run = (db: Knex, kind: DatabaseKind, statements: Statements) =>
  db.raw(statements[kind]);
