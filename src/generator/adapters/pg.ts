// A client of the `pg` package.
import { hasMethods } from '../../base/has-methods.ts';
import { FORMS, insertOf } from '../event-insert.ts';
import type { Adapter } from './adapter.ts';

/** The part of `pg.ClientBase` that is used. */
export interface PgClient {
  /** Runs the statement. */
  query(sql: string, values: unknown[]): Promise<unknown>;
  /** Is not called; a pool has none. */
  escapeIdentifier(name: string): string;
}

export const pgAdapter: Adapter<PgClient> = {
  accepts: (handle): handle is PgClient => hasMethods(handle, 'query', 'escapeIdentifier'),

  insert: (client, row) => {
    const { sql, bindings } = insertOf(FORMS.postgres, row);
    return client.query(sql, bindings);
  },

  ended: () => null,
};
