// The knex instance of a program, on the database that a URL names.
import { SqliteClient } from 'aftercommit/sqlite';
import knex from 'knex';

export function openKnex(url) {
  if (!url.startsWith('sqlite:')) {
    return knex({ client: url.startsWith('postgres') ? 'pg' : 'mysql2', connection: url });
  }
  const connection = { filename: url.slice('sqlite:'.length) };
  return knex({ client: SqliteClient, connection, useNullAsDefault: true });
}

/** Aborted by SIGTERM. */
export function untilTold() {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  return stop.signal;
}
