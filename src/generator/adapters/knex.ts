// A knex transaction, over whichever of the three databases.
import { hasMethods } from '../../base/has-methods.ts';
import { FORMS, insertOf } from '../event-insert.ts';
import type { Adapter } from './adapter.ts';

/** The part of `Knex.Transaction` that is used. */
export interface KnexTransaction {
  /** True in a transaction. */
  readonly isTransaction?: boolean;
  /** Says which driver it uses. */
  // biome-ignore lint/suspicious/noExplicitAny: knex declares it so
  readonly client: any;
  /** Runs the statement. */
  // biome-ignore lint/suspicious/noExplicitAny: knex declares it so
  raw(sql: string, bindings: readonly any[]): PromiseLike<unknown>;
  /** Settles when the transaction is over: then a hint is given. */
  readonly executionPromise?: Promise<unknown>;
}

export const knexAdapter: Adapter<KnexTransaction> = {
  accepts: (handle): handle is KnexTransaction =>
    typeof handle === 'function' && hasMethods(handle, 'raw', 'commit', 'rollback'),

  insert: async (tx, row) => {
    const { sql, bindings } = insertOf(formOf(String(tx.client.driverName)), row);
    return tx.raw(sql, bindings);
  },

  // It resolves for a savepoint and for a plain rollback too: such a hint is in vain.
  ended: (tx) => tx.executionPromise ?? null,
};

/** knex numbers the places of PostgreSQL's bindings itself. */
function formOf(driver: string): (typeof FORMS)[keyof typeof FORMS] {
  if (driver.startsWith('mysql')) return FORMS.mysql;
  return driver.startsWith('pg') ? FORMS.knexPostgres : FORMS.sqlite;
}
