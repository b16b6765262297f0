// A knex transaction, over whichever of the three databases.
import { hasMethods } from '../../base/has-methods.ts';
import type { Adapter } from './adapter.ts';

/** The part of `Knex.Transaction` that is used. */
export interface KnexTransaction {
  readonly isTransaction?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: knex declares it so
  readonly client: any;
  // biome-ignore lint/suspicious/noExplicitAny: knex declares it so
  raw(sql: string, bindings: readonly any[]): PromiseLike<unknown>;
  readonly executionPromise?: Promise<unknown>;
}

export const knexAdapter: Adapter<KnexTransaction> = {
  accepts: (handle): handle is KnexTransaction =>
    typeof handle === 'function' && hasMethods(handle, 'raw', 'commit', 'rollback'),

  insert: async (tx, { table, type, data }) => {
    // knex escapes MySQL's values itself, with backslashes, which a session may have switched off
    // (NO_BACKSLASH_ESCAPES): as bytes the text cannot break out of its literal.
    if (String(tx.client.driverName).startsWith('mysql')) {
      const sql = `insert into ${table} (type, data) values (?, convert(? using utf8mb4))`;
      return tx.raw(sql, [type, Buffer.from(data)]);
    }
    return tx.raw(`insert into ${table} (type, data) values (?, ?)`, [type, data]);
  },

  // It resolves for a savepoint and for a plain rollback too: such a hint is in vain.
  ended: (tx) => tx.executionPromise ?? null,
};
