// knex's better-sqlite3 dialect on top of the driver with node:sqlite's API.
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Knex } from 'knex';
import ClientBetterSqlite3 from 'knex/lib/dialects/better-sqlite3/index.js';
import { nextTurn } from '../../../base/clock.ts';
import { whenFree } from './busy.ts';
import { loadDriver, openHandle } from './driver.ts';

interface Query {
  sql: string;
  bindings?: readonly unknown[];
  response?: unknown;
  context?: { lastID: unknown; changes: unknown };
}

/** As knex has it for a connection. */
const TIMEOUT_MS = 60_000;

/** What is said to knex; it works on copies of a client, which know no private members. */
interface ClientConfig {
  readonly acquireConnectionTimeout?: number;
  /** Nobody waits for another writer any more when it aborts. */
  readonly givenUp?: AbortSignal;
}

function timeoutOf(config: ClientConfig): number {
  return config.acquireConnectionTimeout ?? TIMEOUT_MS;
}

class ClientSqlite extends ClientBetterSqlite3 {
  _driver(): null {
    return null;
  }

  override async acquireRawConnection(): Promise<DatabaseSyncInstance> {
    const { filename } = this.connectionSettings;
    return openHandle(await loadDriver(), filename, timeoutOf(this.config));
  }

  override async destroyRawConnection(connection: DatabaseSyncInstance): Promise<void> {
    connection.close();
  }

  // A transaction that reads before it writes could not be upgraded once another writer came between.
  override transaction(...args: unknown[]) {
    const transaction = super.transaction(...args);
    const query = (
      transaction as unknown as { query: (c: unknown, sql: string) => Promise<unknown> }
    ).query;
    transaction.begin = (connection) => query.call(transaction, connection, 'begin immediate;');
    return transaction;
  }

  async _query(connection: DatabaseSyncInstance, query: Query): Promise<Query> {
    const bindings = this._formatBindings(query.bindings) as string[];
    await whenFree(
      () => {
        const statement = connection.prepare(query.sql);
        if (statement.columns().length > 0) {
          query.response = statement.all(...bindings);
        } else {
          const { lastInsertRowid, changes } = statement.run(...bindings);
          query.response = { lastInsertRowid, changes };
          query.context = { lastID: lastInsertRowid, changes };
        }
      },
      timeoutOf(this.config),
      (this.config as ClientConfig).givenUp,
    );
    // SQLite answers at once: a chain of queries would otherwise never let the process's other work in.
    await nextTurn();
    return query;
  }
}

/**
 * The `client` of a knex instance, with `connection: {filename}`, on the SQLite library that the service uses.
 * Statements that meet another writer wait at most `acquireConnectionTimeout`, in milliseconds.
 */
export const SqliteClient: typeof Knex.Client = ClientSqlite as unknown as typeof Knex.Client;
