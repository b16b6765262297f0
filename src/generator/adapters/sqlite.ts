// A SQLite handle: `node:sqlite`, @photostructure/sqlite, better-sqlite3.
import { hasMethods } from '../../base/has-methods.ts';
import { FORMS, insertOf } from '../event-insert.ts';
import type { Adapter } from './adapter.ts';

/** The part of a synchronous SQLite handle that is used. */
export interface SqliteHandle {
  /** Runs the statement. */
  prepare(sql: string): { run(...values: unknown[]): unknown };
  /** Is not called. */
  exec(sql: string): unknown;
}

export const sqliteAdapter: Adapter<SqliteHandle> = {
  accepts: (handle): handle is SqliteHandle => hasMethods(handle, 'prepare', 'exec'),

  insert: async (handle, row) => {
    const { sql, bindings } = insertOf(FORMS.sqlite, row);
    return handle.prepare(sql).run(...bindings);
  },

  ended: () => null,
};
