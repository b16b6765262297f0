// A knex instance, over whichever of the databases.
import { hasMethods } from '../../../base/has-methods.ts';
import type { Adapter, Dialect, Row, Session, Values } from './adapter.ts';

interface KnexTransaction {
  raw(sql: string, values: Values): Promise<unknown>;
}

interface Knex extends KnexTransaction {
  readonly client: { readonly dialect?: string };
  readonly isTransaction?: boolean;
  transaction(work: (tx: KnexTransaction) => Promise<unknown>): Promise<unknown>;
}

const DIALECTS: Readonly<Record<string, Dialect>> = {
  postgresql: 'postgres',
  mysql: 'mysql',
  sqlite3: 'sqlite',
};

export const knexAdapter: Adapter = (handle) => {
  if (typeof handle !== 'function' || !hasMethods(handle, 'raw', 'transaction')) return null;
  const knex = handle as unknown as Knex;
  const dialect = DIALECTS[knex.client?.dialect ?? ''];
  // A transaction's own transactions are savepoints: the cursor's fate would be somebody else's.
  if (dialect === undefined || knex.isTransaction === true) return null;

  return {
    dialect,
    transaction: async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
      const ongoing: Promise<T>[] = [];
      try {
        await knex.transaction((tx) => {
          const working = work(sessionOf(tx));
          ongoing.push(working);
          return working;
        });
      } catch (error) {
        // Its own failure says more than that of the rollback behind it.
        await Promise.all(ongoing);
        throw error;
      }
      // knex resolves early, and without the failure, when the effect has ended the transaction.
      const [result] = await Promise.all(ongoing);
      return result as T;
    },
  };
};

function sessionOf(tx: KnexTransaction): Session {
  return {
    tx,
    run: async (sql, values = []) => tx.raw(sql, values),
    rows: async (sql, values) => rowsOf(await tx.raw(sql, values)),
  };
}

/** SQLite: the rows. MySQL: rows and columns. PostgreSQL: the driver's result. */
function rowsOf(result: unknown): readonly Row[] {
  if (!Array.isArray(result)) return (result as { rows: readonly Row[] }).rows;
  return Array.isArray(result[0]) ? result[0] : result;
}
