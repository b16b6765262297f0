// The consumer's side of "effectively once": its cursor lies in its own database and moves in the transaction of the
// effect, so both are there or neither is. A batch that comes again is known by the cursor and cut to what is new.
//
// Each `open` raises the token in the cursor's row, and each transaction compares it under the row's lock: once a newer
// instance has opened, an older one has no effect any more. An `open` waits for a transaction that holds the lock, so
// the position it gives stands behind everything an older instance has done or will do.
import { Mutex } from '../../base/mutex.ts';
import { type Checks, optionProblem } from '../../base/options.ts';
import { anything, required } from '../../contract/checks.ts';
import type { ReceivedBatch } from '../received-batch.ts';
import type { Session } from './adapters/adapter.ts';
import { databaseOf } from './adapters/database-of.ts';
import { cursorSql } from './cursor-sql.ts';
import { ExactlyOnceError } from './exactly-once-error.ts';
import {
  checkedPosition,
  type EventBatch,
  invalid,
  type Position,
  remainingOf,
} from './remaining.ts';
import type { TransactionOf } from './transaction-of.ts';

/** Where the cursor lies, and whose it is. */
export interface ExactlyOnceOptions<Handle> {
  /**
   * A knex instance, a `pg` pool or client, a `mysql2` pool or connection (with promises or callbacks), or a SQLite
   * handle (`node:sqlite`, `@photostructure/sqlite`, `better-sqlite3`). A single connection or handle is the kit's
   * alone while a handler runs: other statements on it would become part of the transaction.
   */
  readonly database: Handle;
  /** The name of its row; matches `^[A-Za-z0-9_]{1,64}$`. What else writes effects of its own has a name of its own. */
  readonly consumer: string;
  /** The stream whose events it handles; the cursors of two streams are apart. @default 'main' */
  readonly stream?: string;
  /** The table of the cursors; matches `^[A-Za-z_][A-Za-z0-9_]{0,62}$`. @default 'evt_cursors' */
  readonly table?: string;
}

/** Names only: what their values must be is said below, where they go into SQL. */
const OPTIONS: Checks<ExactlyOnceOptions<object>> = {
  database: required(anything),
  consumer: required(anything),
  stream: anything,
  table: anything,
};

/**
 * What a batch does to the database. It works through `tx` only: rejecting undoes it, resolving lets it be committed
 * together with the cursor. It must not end the transaction.
 */
export type Effect<Tx, B extends EventBatch> = (tx: Tx, batch: B) => Promise<unknown>;

/**
 * Makes the kit of one consumer over a handle of the application; nothing is asked of the database yet.
 *
 * @throws ExactlyOnceError `InvalidRequest` for a handle that it does not know, and for names that break their pattern
 */
export function exactlyOnce<Handle extends object>(
  options: ExactlyOnceOptions<Handle>,
): ExactlyOnce<TransactionOf<Handle>> {
  return new ExactlyOnce(options);
}

/**
 * A consumer whose cursor lies in its own database, as `exactlyOnce` makes it: each batch has its effect exactly once,
 * however often it comes.
 */
export class ExactlyOnce<Tx> {
  readonly #database;
  readonly #sql;
  /** What the row is found by. */
  readonly #key: readonly [consumer: string, stream: string];
  /** Calls of one kit meet at one row anyway; in turn they keep their order and take one connection. */
  readonly #turns = new Mutex();
  #token: string | null = null;
  #position: Position | null = null;

  constructor(options: ExactlyOnceOptions<object>) {
    const problem = optionProblem(options, OPTIONS);
    if (problem !== null) throw invalid(`exactlyOnce: ${problem}`);
    const { database, consumer, stream = 'main', table = 'evt_cursors' } = options;
    checkName('consumer', consumer, /^[A-Za-z0-9_]{1,64}$/);
    checkName('stream', stream, /^[a-z][a-z0-9_]{0,29}$/);
    checkName('table', table, /^[A-Za-z_][A-Za-z0-9_]{0,62}$/);
    this.#database = databaseOf(database);
    this.#sql = cursorSql(this.#database.dialect, table);
    this.#key = [consumer, stream];
  }

  /** The statement that makes the table when it is not there, for those who run it themselves. */
  get schemaSql(): string {
    return this.#sql.schema;
  }

  /** Up to where effects are known to be committed; null before the consumer was opened. */
  get position(): Position | null {
    return this.#position;
  }

  /** Makes the table when it is not there. Rejects with the database's own error. */
  async migrate(): Promise<void> {
    const run = (sql: string) => this.#database.transaction((session) => session.run(sql));
    try {
      await run(this.#sql.schema);
    } catch (error) {
      // Another instance may have been faster, or the account may not create what is there already.
      await run(this.#sql.probe).catch(() => {
        throw error;
      });
    }
  }

  /**
   * Takes the consumer: every older instance is fenced off. Gives the position at which the effects end,
   * `{id: '0', epoch: 1}` the first time. Waits for a transaction of an older instance that is under way.
   */
  open(): Promise<Position> {
    return this.#turns.run(() => this.#take());
  }

  /**
   * Takes the consumer as `open` does and puts its cursor there, forward or back, without any effect: to begin
   * elsewhere than at the beginning, or after `CursorBehind` and `HistoryForked`. Gives the position.
   *
   * @throws ExactlyOnceError `InvalidRequest` for a position that is none
   */
  async seek(position: Position): Promise<Position> {
    const to = checkedPosition('id', position);
    return this.#turns.run(() => this.#take(to));
  }

  /**
   * Makes a consumer's handler out of an effect. The handler resolves when the effect and the cursor are committed, or
   * were before; the effect is given what has none yet. Opens the consumer when nobody has.
   *
   * When the handler rejects, nothing was done; where only the answer to the commit was lost, the next call will know.
   *
   * @throws ExactlyOnceError by the handler: `Fenced`, `CursorBehind`, `HistoryForked`, `TransactionEnded`, `Parked`;
   * else what the effect or the database throws
   */
  handler<B extends EventBatch = ReceivedBatch>(
    effect: Effect<Tx, B>,
  ): (batch: B) => Promise<void> {
    return (batch) =>
      this.#turns.run(async () => {
        if (this.#token === null) await this.#take();
        this.#position = await this.#database.transaction((session) =>
          this.#apply(session, batch, effect),
        );
      });
  }

  async #take(to?: Position): Promise<Position> {
    const row = await this.#database.transaction(async (session) => {
      await session.run(this.#sql.take, this.#key);
      if (to !== undefined) await this.#move(session, to);
      return this.#lock(session);
    });
    // Only now: what is not committed fences nobody off.
    this.#token = row.token;
    this.#position = row.position;
    return row.position;
  }

  async #apply<B extends EventBatch>(
    session: Session,
    batch: B,
    effect: Effect<Tx, B>,
  ): Promise<Position> {
    const { token, position } = await this.#lock(session);
    if (token !== this.#token) throw this.#fenced();
    const remaining = remainingOf(batch, position);
    if (remaining === null) return position;
    if (remaining.events.length > 0) {
      await withinTransaction(session, () => effect(session.tx as Tx, remaining));
    }
    const reached = { id: batch.upTo, epoch: batch.epoch };
    await this.#move(session, reached);
    return reached;
  }

  async #lock(session: Session): Promise<{ readonly token: string; readonly position: Position }> {
    const [row] = await session.rows(this.#sql.lock, this.#key);
    if (row === undefined) throw this.#fenced();
    const position = { id: String(row.id), epoch: Number(row.epoch) };
    return { token: String(row.token), position };
  }

  #move(session: Session, { id, epoch }: Position): Promise<unknown> {
    return session.run(this.#sql.move, [id, epoch, ...this.#key]);
  }

  #fenced(): ExactlyOnceError {
    const [consumer, stream] = this.#key;
    return new ExactlyOnceError('Fenced', {
      message:
        `A newer instance has taken the consumer ${consumer} of the stream ${stream}, or its row is gone: this one ` +
        'can have no effect any more and should end.',
      details: { consumer, stream },
    });
  }
}

/**
 * A savepoint lives as long as its transaction, on every database. Without it the cursor could be committed alone:
 * where the effect ends the transaction, and where MySQL has rolled it back for a deadlock and the effect caught that.
 */
async function withinTransaction(session: Session, work: () => Promise<unknown>): Promise<void> {
  await session.run('savepoint evt_effect');
  await work();
  try {
    await session.run('release savepoint evt_effect');
  } catch (cause) {
    throw new ExactlyOnceError('TransactionEnded', {
      message:
        'The transaction was over when its effect was done: the effect ended it (some databases do so at a change ' +
        'of tables), or caught an error that had rolled it back.',
      cause,
    });
  }
}

function checkName(option: string, value: unknown, pattern: RegExp): void {
  if (typeof value === 'string' && pattern.test(value)) return;
  throw invalid(`${option}: must match ${pattern.source}, got ${JSON.stringify(value)}`);
}
