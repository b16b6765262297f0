// Runs the work of a store. What was rolled back for certain is tried again; what cannot be retried becomes the error
// that its caller understands: `StoreUnavailable` when it was not carried out, `OutcomeUnknown` when it may have been.
import type { Knex } from 'knex';
import { backoffMs } from '../base/backoff.ts';
import { nextTurn, systemClock } from '../base/clock.ts';
import { isServiceError, ServiceError } from '../contract/errors.ts';
import type { Dialect, Outcome } from './dialect.ts';
import { withoutData } from './dialects/db-errors.ts';
import type { DatabaseName } from './opening.ts';

/** Deadlocks and lock time-outs end in a few tries; more, or longer, means that the database is not usable. */
const TRIES_MAX = 50;
const ELAPSED_MS_MAX = 30_000;
const PAUSE_MS_MAX = 2;

/** After so long, and the statement under way then, who waits for a lost outcome is told that it is not known. */
const RETURN_MS_MAX = 5000;
const RETURN_BACKOFF = { firstMs: 5, maxMs: 250 };

/** What may be done twice: reads, and writes that say where to be and not how far to go. */
export const REPEATABLE = { isRepeatable: true } as const;

interface RunOptions {
  readonly isRepeatable?: boolean;
  /** When trying again ends. */
  readonly deadlineMs?: number | undefined;
}

/** Each piece of work is a whole transaction, or a statement that is one; `verb` names it in errors. */
export class Runner {
  readonly #dialect: Dialect;
  readonly #database: DatabaseName;
  #isClosed = false;
  #awaySince: Date | null = null;

  /** `database` is named in errors too. */
  constructor(dialect: Dialect, database: DatabaseName) {
    this.#dialect = dialect;
    this.#database = database;
  }

  /** The first failure for want of the database behind all that was carried out; null while it is there. */
  get awaySince(): Date | null {
    return this.#awaySince;
  }

  /** From now on work is refused: in a pool that is closed it would wait for a connection until it may no longer. */
  close(): void {
    this.#isClosed = true;
  }

  /** Work that must not be done twice. */
  once<T>(verb: string, work: () => Promise<T>): Promise<T> {
    return this.#run(verb, work, {});
  }

  /** Work that may be done twice, and is when its answer was lost. */
  repeatable<T>(verb: string, work: () => Promise<T>): Promise<T> {
    return this.#run(verb, work, REPEATABLE);
  }

  transaction<T>(
    verb: string,
    work: (tx: Knex.Transaction) => Promise<T>,
    options: RunOptions = {},
  ): Promise<T> {
    return this.#run(verb, () => this.#dialect.transaction(work), options);
  }

  /** The same, whose answer counts also when it has written nothing. */
  syncedTransaction<T>(
    verb: string,
    work: (tx: Knex.Transaction) => Promise<T>,
    options: RunOptions = {},
  ): Promise<T> {
    return this.#run(verb, () => this.#dialect.syncedTransaction(work), options);
  }

  /**
   * Work that finds out by itself what of it was done before. After a lost answer it is tried again until the database
   * tells; a database that stays away is waited for only for a moment, since more calls wait behind.
   */
  async untilKnown<T>(verb: string, work: () => Promise<T>): Promise<T> {
    let lost: ServiceError | null = null;
    let deadlineMs: number | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#run(verb, work, { deadlineMs });
      } catch (error) {
        if (isServiceError(error) && error.code === 'OutcomeUnknown') lost ??= error;
        // Whatever is wrong by now, the first try may have been carried out.
        if (lost === null) throw error;
        deadlineMs ??= systemClock.monotonicMs() + RETURN_MS_MAX;
        if (this.#isClosed || systemClock.monotonicMs() >= deadlineMs) throw lost;
      }
      await systemClock.sleep(backoffMs(attempt, RETURN_BACKOFF));
    }
  }

  async #run<T>(
    verb: string,
    work: () => Promise<T>,
    { isRepeatable = false, deadlineMs = systemClock.monotonicMs() + ELAPSED_MS_MAX }: RunOptions,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#isClosed) throw new ServiceError('ShuttingDown', { details: { verb } });
      const awayBefore = this.#awaySince;
      try {
        const result = await work();
        // What began before it was away may have been answered before that, too.
        if (this.#awaySince === awayBefore) this.#awaySince = null;
        return result;
      } catch (cause) {
        if (isServiceError(cause)) throw cause;
        const known = this.#dialect.outcomeOf(cause);
        if (known === 'not-run') this.#awaySince ??= new Date();
        const outcome = isRepeatable && known === 'unknown' ? 'rolled-back' : known;
        const isSpent = attempt >= TRIES_MAX || systemClock.monotonicMs() > deadlineMs;
        if (outcome !== 'rolled-back' || isSpent) {
          throw storeError(outcome, { verb, database: this.#database }, cause);
        }
      }
      await nextTurn();
      await systemClock.sleep(Math.random() * PAUSE_MS_MAX);
    }
  }
}

function storeError(
  outcome: Outcome,
  details: { verb: string; database: DatabaseName },
  thrown: unknown,
): ServiceError {
  const cause = withoutData(thrown);
  if (outcome === 'unknown') return new ServiceError('OutcomeUnknown', { cause, details });
  if (outcome === 'refused') return new ServiceError('InternalError', { cause, details });
  return new ServiceError('StoreUnavailable', { cause, details });
}
