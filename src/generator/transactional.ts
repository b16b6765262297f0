// Events in the application's own transaction (FTN18's addXferEvent): the row goes into the inbox together with the
// application's data, and gets its id after the commit. So there is nothing to return.
import { hasMethods } from '../base/has-methods.ts';
import type { Checks } from '../base/options.ts';
import { aStream } from '../contract/checks.ts';
import { ServiceError } from '../contract/errors.ts';
import { requireOptions } from '../contract/require-options.ts';
import type { Adapter } from './adapters/adapter.ts';
import { type KnexTransaction, knexAdapter } from './adapters/knex.ts';
import { type Mysql2Connection, mysql2Adapter } from './adapters/mysql2.ts';
import { type PgClient, pgAdapter } from './adapters/pg.ts';
import { type SqliteHandle, sqliteAdapter } from './adapters/sqlite.ts';
import { inboxRow } from './event-insert.ts';
import type { Hints } from './hints.ts';

/** A knex transaction, a `pg` client, a `mysql2` connection, or a SQLite handle, in the middle of a transaction. */
export type TransactionHandle = KnexTransaction | PgClient | Mysql2Connection | SqliteHandle;

/** Where the event is added, and who is told of it. */
export interface AddEventOptions {
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
  /**
   * Given a hint when a knex transaction has committed; other handles cannot tell, so there call `hints.give()`.
   * @default nobody
   */
  readonly hints?: Hints | undefined;
}

const OPTIONS: Checks<AddEventOptions> = {
  stream: aStream,
  // By its shape, since two copies of the package may meet in one process.
  hints: {
    rule: 'must be what `new Hints(...)` makes, or an app has as `hints`',
    fits: (value) => hasMethods(value, 'give'),
    isSecret: true,
  },
};

const adapters = [
  knexAdapter,
  pgAdapter,
  mysql2Adapter,
  sqliteAdapter,
] as unknown as readonly Adapter<TransactionHandle>[];

/**
 * Writes an event inside the transaction that `tx` is in the middle of: it exists exactly if that commits.
 *
 * @param tx a knex transaction, a `pg` client, a `mysql2` connection, or a SQLite handle
 * @param type matches `^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$`
 * @param data any JSON value of at most 2 MiB, or `new JsonText(text)`; left out, it is null
 * @throws ServiceError `InvalidRequest`, `PayloadTooLarge` before anything is written; else what the database throws,
 * after which the transaction should be rolled back
 * @see FTN18, addXferEvent
 */
export async function addEvent(
  tx: TransactionHandle,
  type: string,
  data?: unknown,
  options: AddEventOptions = {},
): Promise<void> {
  requireOptions('addEvent', options, OPTIONS);
  const { stream, hints } = options;
  const row = inboxRow(type, data, stream);
  const adapter = adapterFor(tx);
  await adapter.insert(tx, row);
  if (hints === undefined) return;
  adapter.ended(tx)?.then(
    () => hints.give(stream),
    () => {}, // rolled back: there is nothing to look for
  );
}

function adapterFor(tx: TransactionHandle): Adapter<TransactionHandle> {
  // A pool would write on some other connection, outside the transaction.
  const isPool =
    hasMethods(tx, 'getConnection') ||
    (hasMethods(tx, 'query', 'connect', 'on') && 'totalCount' in tx);
  const adapter = isPool ? undefined : adapters.find((each) => each.accepts(tx));
  if (adapter === undefined) {
    throw new ServiceError('InvalidRequest', {
      message:
        'tx: must be a knex transaction, a pg client, a mysql2 connection or a SQLite handle (not a pool: its next ' +
        'statement may go to another connection)',
    });
  }
  return adapter;
}
