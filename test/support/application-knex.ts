// The knex instance of an application, on a database of any kind.
import makeKnex, { type Knex } from 'knex';
import { SqliteClient } from '../../src/store/sqlite-client.ts';
import type { DatabaseKind } from './databases.ts';

export function applicationKnex(kind: DatabaseKind, url: string): Knex {
  if (kind === 'sqlite') {
    const connection = { filename: url.slice('sqlite:'.length) };
    return makeKnex({ client: SqliteClient, connection, useNullAsDefault: true });
  }
  return makeKnex({ client: kind === 'postgres' ? 'pg' : 'mysql2', connection: url });
}
