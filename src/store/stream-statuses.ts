// Changes of a stream's status, which are the database's word: whoever writes by SQL is bound by them as well.
//
// open -> sealed: the barrier is raised, which waits for open transactions; what they have committed is numbered; then
// the row says so. sealed -> open: the row first, then the barrier. So a barrier without a sealed row is what a crash
// has left, on a database whose DDL commits by itself, and means that the stream is open; `settle` takes it away.
// open -> copying -> open or sealed: rows that come meanwhile wait in the inbox, and are numbered when it ends.
//
// Each change is made under the lock of migrations, by one session at a time, and may be repeated after a lost answer.
import type { Knex } from 'knex';
import { systemClock } from '../base/clock.ts';
import { isServiceError, ServiceError } from '../contract/errors.ts';
import { compareIds } from '../contract/event-id.ts';
import type { Dialect, OpenDatabase } from './dialect.ts';
import {
  listStreams,
  lockStream,
  type NamedState,
  setStatus,
  streamState,
} from './queries/streams.ts';
import { markRenaming, type Renaming, renameActive, unmarkRenaming } from './renaming.ts';
import type { Runner } from './runner.ts';
import { moveStillRows } from './still-inbox.ts';
import {
  refusalOf,
  requireOpenStream,
  requireReadable,
  type StreamStatus,
} from './stream-state.ts';
import { type AdoptedTable, adoptTable, type TableAdoption } from './table-adoption.ts';
import { tablesOf } from './tables.ts';

export type { NamedState } from './queries/streams.ts';

/** How long a change may wait for transactions of others. */
export interface ChangeWait {
  /** Then it fails with `StreamInUse`; in milliseconds. @default 10000 */
  readonly waitMs?: number | undefined;
  /** Ends the wait in the same way. */
  readonly signal?: AbortSignal | undefined;
}

const WAIT_MS = 10_000;
/**
 * While the barrier waits, everybody who writes waits behind it: at first for a moment, later for as long as PostgreSQL
 * needs to call its autovacuum off (1 s). Between two tries they have as long for themselves.
 */
const LOCK_MS_FIRST = 250;
const LOCK_MS_MAX = 1500;
const PAUSE_MS = 5;

interface Change {
  readonly verb: string;
  /** Done before each attempt, and not beyond `endMs`. */
  readonly before?: (endMs: number) => Promise<void>;
  /** Repeatable; waits for others no longer than `lockMs`. */
  readonly attempt: (db: Knex, lockMs: number) => Promise<void>;
}

export class StreamStatuses {
  readonly #reader: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;

  constructor({ reader, dialect }: Pick<OpenDatabase, 'reader' | 'dialect'>, run: Runner) {
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = run;
  }

  /**
   * From the moment that it resolves nothing can be added, and every event that was committed has its id. Transactions
   * that are open are waited for. Throws `StreamInUse`, `StreamBusy`, `StreamNotFound`.
   */
  seal(stream: string, wait?: ChangeWait): Promise<void> {
    return this.#change(stream, wait, {
      verb: 'seal',
      // What lies in the inbox need not be numbered while everybody waits.
      before: (endMs) => this.numberEarlier(stream, endMs),
      attempt: (db, lockMs) => this.#seal(db, stream, lockMs, ['open']),
    });
  }

  /** Takes events again. Throws `StreamInUse`, `StreamBusy`, `StreamNotFound`. */
  unseal(stream: string, wait?: ChangeWait): Promise<void> {
    const dialect = this.#dialect;
    const { barrier } = dialect;
    return this.#change(stream, wait, {
      verb: 'unseal',
      attempt: async (db, lockMs) => {
        // The table before the row, as steps have it; else the row first, since a crash may come between.
        if (barrier?.isTransactional) await barrier.lower(db, stream, lockMs);
        await dialect.adopter.atomically(db, async () => {
          const { status } = await lockStream(db, dialect, stream);
          if (status === 'copying') throw refusalOf(stream, status);
          if (status === 'sealed') await setStatus(db, stream, 'open');
        });
        if (barrier?.isTransactional === false) await barrier.lower(db, stream, lockMs);
      },
    });
  }

  /**
   * From the moment that it resolves nothing is numbered and nobody reads; what was committed before the call has its
   * id. Again = no change. Throws `StreamSealed`, `StreamNotFound`.
   */
  async beginCopying(stream: string): Promise<void> {
    const find = () => streamState(this.#reader, this.#dialect, stream);
    requireCopiable(stream, (await this.#run.repeatable('beginCopying', find)).status);
    await this.numberEarlier(stream);
    await this.#run.syncedTransaction(
      'beginCopying',
      async (tx) => {
        const { status } = await lockStream(tx, this.#dialect, stream);
        requireCopiable(stream, status);
        if (status === 'open') await setStatus(tx, stream, 'copying');
      },
      { isRepeatable: true },
    );
  }

  /**
   * Ends the copying: what waits in the inbox gets its ids behind the copied events, before (sealed) or after (open)
   * this resolves. Again = no change. Throws `StreamInUse`, `StreamNotFound`; `StreamSealed` when it is to be open and
   * was sealed; `StreamBusy` never. Nothing is ended unless `isFree` gives true, which is asked behind the status: a
   * stream that is `copying` and free is begun with by nobody.
   */
  async endCopying(
    stream: string,
    then: 'open' | 'sealed',
    isFree: (db: Knex) => Promise<boolean> = async () => true,
  ): Promise<void> {
    // Where the insert would number the row, nobody else does it for those that wait.
    if (!this.#dialect.hasSteps) while (!(await this.#moveWaiting(stream, isFree)));
    if (then === 'sealed') {
      const from: StreamStatus[] = ['open', 'copying'];
      return this.#change(stream, undefined, {
        verb: 'endCopying',
        attempt: async (db, lockMs) => {
          if (await isFree(db)) await this.#seal(db, stream, lockMs, from);
        },
      });
    }
    await this.#run.syncedTransaction(
      'endCopying',
      async (tx) => {
        const { status } = await lockStream(tx, this.#dialect, stream);
        if (status !== 'copying') return requireOpenStream(stream, status);
        if (!(await isFree(tx))) return;
        if (!this.#dialect.hasSteps) while (!(await moveStillRows(tx, this.#dialect, stream)));
        await setStatus(tx, stream, 'open');
      },
      { isRepeatable: true },
    );
  }

  /**
   * Gives the stream another name, with its consumers and all; `renameHistory` does the same in the warehouse. After a
   * crash the same again goes on. Throws `DestinationExists`, `StreamBusy`, `StreamInUse`, `StreamNotFound`.
   */
  async rename(
    renaming: Renaming,
    { wait, renameHistory }: { wait?: ChangeWait; renameHistory: () => Promise<void> },
  ): Promise<void> {
    const { from } = renaming;
    let isBegun = true;
    await this.#change(from, wait, {
      verb: 'markRenaming',
      attempt: async (db) => {
        requireReadable(from, await streamState(db, this.#dialect, from));
        isBegun = !(await markRenaming(db, renaming));
      },
    });
    try {
      await renameHistory();
    } catch (error) {
      if (isRefusal(error, isBegun)) await this.#unmarkRenaming(renaming);
      throw error;
    }
    await this.#change(from, wait, {
      verb: 'rename',
      attempt: async (db, lockMs) => {
        // A lost answer: it was done before.
        if ((await db('evt_streams').where('name', from).first('name')) === undefined) return;
        await renameActive(db, this.#dialect, renaming, lockMs);
      },
    });
  }

  #unmarkRenaming(renaming: Renaming): Promise<void> {
    return this.#run.repeatable('unmarkRenaming', () =>
      this.#dialect.withMigrationLock((db) => unmarkRenaming(db, renaming)),
    );
  }

  /** Makes a stream of a table's rows. Throws `DestinationExists`, `InvalidRequest`. */
  async adoptTable(adoption: TableAdoption): Promise<AdoptedTable> {
    const results: AdoptedTable[] = [];
    await this.#run.once('adoptTable', () =>
      this.#dialect.withMigrationLock(async (db) => {
        results.push(await adoptTable(db, this.#dialect, adoption));
      }),
    );
    return results[0] as AdoptedTable;
  }

  /** Throws `StreamBusy` while the stream is copied into. */
  async requireReadable(stream: string): Promise<void> {
    const find = () => streamState(this.#reader, this.#dialect, stream);
    requireReadable(stream, await this.#run.repeatable('requireReadable', find));
  }

  /** Every stream of the database, by name. */
  list(): Promise<NamedState[]> {
    return this.#run.repeatable('listStreams', () => listStreams(this.#reader, this.#dialect));
  }

  /** Makes the barrier agree with the row, after a crash between the two, or a restore without it. */
  async settle(streams: readonly string[]): Promise<void> {
    const { barrier } = this.#dialect;
    if (barrier === null) return;
    for (const stream of streams) {
      if (await this.#isSettled(this.#reader, stream)) continue;
      const attempt = async (db: Knex, lockMs: number) => {
        if (await this.#isSettled(db, stream)) return;
        const { status } = await streamState(db, this.#dialect, stream);
        if (status === 'sealed') await barrier.raise(db, stream, lockMs);
        else await barrier.lower(db, stream, lockMs);
      };
      await this.#change(stream, undefined, { verb: 'settle', attempt });
    }
  }

  async #isSettled(db: Knex, stream: string): Promise<boolean> {
    const isRaised = await this.#dialect.barrier?.isRaised(db, stream);
    return isRaised === ((await streamState(db, this.#dialect, stream)).status === 'sealed');
  }

  /** On PostgreSQL and SQLite all of it is one transaction. */
  async #seal(
    db: Knex,
    stream: string,
    lockMs: number,
    from: readonly StreamStatus[],
  ): Promise<void> {
    const dialect = this.#dialect;
    const requireFrom = ({ status }: { status: StreamStatus }) => {
      if (status !== 'sealed' && !from.includes(status)) throw refusalOf(stream, status);
    };
    // Before anybody has to wait.
    requireFrom(await streamState(db, dialect, stream));
    await dialect.barrier?.raise(db, stream, lockMs);
    let isSealed = false;
    while (!isSealed) {
      await dialect.adopter.atomically(db, async () => {
        const state = await lockStream(db, dialect, stream);
        requireFrom(state);
        isSealed = state.status === 'sealed' || (await moveStillRows(db, dialect, stream));
        if (isSealed && state.status !== 'sealed') await setStatus(db, stream, 'sealed');
      });
    }
  }

  /** Makes a change, or takes back what it has left of a barrier: it may have been raised for nothing. */
  async #change(stream: string, wait: ChangeWait | undefined, change: Change): Promise<void> {
    const { verb } = change;
    // Without its tables nothing below would say what is wrong.
    await this.#run.repeatable(verb, () => streamState(this.#reader, this.#dialect, stream));
    try {
      if (await this.#untilDone(wait, change)) return;
      throw await this.#inUse(stream);
    } catch (error) {
      if (verb !== 'settle') await this.settle([stream]).catch(() => {});
      throw error;
    }
  }

  /** Tries until nobody is in the way any more; false when that takes too long. */
  async #untilDone(
    { waitMs = WAIT_MS, signal }: ChangeWait = {},
    { verb, before, attempt }: Change,
  ): Promise<boolean> {
    const endMs = systemClock.monotonicMs() + waitMs;
    for (let lockMs = LOCK_MS_FIRST; ; lockMs = Math.min(2 * lockMs, LOCK_MS_MAX)) {
      await before?.(endMs);
      const startedMs = systemClock.monotonicMs();
      if (await this.#try(verb, (db) => attempt(db, lockMs))) return true;
      const nowMs = systemClock.monotonicMs();
      if (nowMs >= endMs || signal?.aborted) return false;
      await systemClock.sleep(Math.min(nowMs - startedMs, LOCK_MS_MAX), signal);
    }
  }

  /** False when it was rolled back because of others. */
  #try(verb: string, work: (db: Knex) => Promise<void>): Promise<boolean> {
    return this.#run.repeatable(verb, async () => {
      try {
        await this.#dialect.withMigrationLock(work);
        return true;
      } catch (error) {
        if (this.#dialect.outcomeOf(error) !== 'rolled-back') throw error;
        return false;
      }
    });
  }

  /**
   * Every row of the inbox that is there now gets its id, unless somebody holds the stream's row until `endMs`; those
   * that come meanwhile need not.
   */
  async numberEarlier(stream: string, endMs = Number.POSITIVE_INFINITY): Promise<void> {
    if (!this.#dialect.hasSteps) return;
    const { inbox } = tablesOf(stream);
    const end = async (direction: 'asc' | 'desc') => {
      const find = () =>
        this.#reader(inbox)
          .orderBy('id', direction)
          .first({ found: this.#dialect.idText('id') });
      return (await this.#run.repeatable('inboxEnd', find))?.found ?? null;
    };
    const last = await end('desc');
    for (
      let first = last;
      first !== null && compareIds(first, last) <= 0;
      first = await end('asc')
    ) {
      const step = () => this.#dialect.numbering.moveInbox(stream);
      const { moved, isDrained } = await this.#run.repeatable('moveInbox', step);
      // Drained without a row moved: it is not open.
      if (moved === 0 && isDrained) return;
      if (systemClock.monotonicMs() >= endMs) return;
      // Another node is at it.
      if (moved === 0) await systemClock.sleep(PAUSE_MS);
    }
  }

  /** Rows that wait for the end of a copy; true when there are few left. */
  #moveWaiting(stream: string, isFree: (db: Knex) => Promise<boolean>): Promise<boolean> {
    return this.#run.transaction('moveWaiting', async (tx) => {
      const { status } = await lockStream(tx, this.#dialect, stream);
      const isOver = status !== 'copying' || !(await isFree(tx));
      return isOver || moveStillRows(tx, this.#dialect, stream);
    });
  }

  async #inUse(stream: string): Promise<ServiceError> {
    const { inbox } = tablesOf(stream);
    const holders = await this.#dialect.adopter.holdersOf(this.#reader, [inbox]).catch(() => []);
    const seen = holders.length === 0 ? '' : ` (${holders.join('; ')})`;
    return new ServiceError('StreamInUse', {
      message: `Transactions on the inbox of stream ${stream} stay open${seen}: try again when they are over.`,
      details: { stream },
    });
  }
}

/**
 * True when the warehouse has kept the history's name: when it has histories of both, and, of a rename that was not
 * begun before, when it has none. Of one that was, another warehouse may have it by its new name.
 */
function isRefusal(error: unknown, isBegun: boolean): boolean {
  if (!isServiceError(error)) return false;
  return error.code === 'DestinationExists' || (error.code === 'InvalidRequest' && !isBegun);
}

function requireCopiable(stream: string, status: StreamStatus): void {
  if (status !== 'copying') requireOpenStream(stream, status);
}
