// A connection of the `mysql2` package, with promises or with callbacks. `execute` keeps the statement prepared.
import { hasMethods } from '../../base/has-methods.ts';
import { FORMS, insertOf } from '../event-insert.ts';
import type { Adapter } from './adapter.ts';

/** The part of a `mysql2` connection that is used. */
export interface Mysql2Connection {
  /** Runs the statement, which stays prepared. */
  // biome-ignore lint/suspicious/noExplicitAny: mysql2 overloads it
  execute(sql: string, values: any): any;
  /** Is not called; a pool has none. */
  // biome-ignore lint/suspicious/noExplicitAny: mysql2 overloads it
  beginTransaction(...args: any[]): any;
}

export const mysql2Adapter: Adapter<Mysql2Connection> = {
  accepts: (handle): handle is Mysql2Connection =>
    hasMethods(handle, 'execute', 'beginTransaction'),

  insert: (connection, row) => {
    const withPromises = hasMethods(connection, 'promise')
      ? (connection as unknown as { promise(): Mysql2Connection }).promise()
      : connection;
    const { sql, bindings } = insertOf(FORMS.mysql, row);
    return withPromises.execute(sql, bindings);
  },

  ended: () => null,
};
