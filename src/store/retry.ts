// Writes that were rolled back for certain are tried again; what cannot be retried becomes the error its caller
// understands.
import { nextTurn, systemClock } from '../base/clock.ts';
import { isServiceError, ServiceError } from '../contract/errors.ts';
import type { Dialect, Outcome } from './dialect.ts';
import { withoutData } from './dialects/db-errors.ts';

/** Deadlocks and lock time-outs end in a few tries; more, or longer, means that the database is not usable. */
const TRIES_MAX = 50;
const ELAPSED_MS_MAX = 30_000;
const PAUSE_MS_MAX = 2;

/** What may be done twice: reads, and writes that say where to be and not how far to go. */
export const REPEATABLE = { isRepeatable: true } as const;

/**
 * Runs `work`, a whole transaction. Throws `StoreUnavailable` when it was not carried out, `OutcomeUnknown` when it
 * may have been; what is repeatable is tried again instead.
 */
export async function retried<T>(
  dialect: Dialect,
  verb: string,
  work: () => Promise<T>,
  { isRepeatable } = { isRepeatable: false },
): Promise<T> {
  const startedMs = systemClock.monotonicMs();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (cause) {
      if (isServiceError(cause)) throw cause;
      const known = dialect.outcomeOf(cause);
      const outcome = isRepeatable && known === 'unknown' ? 'rolled-back' : known;
      const isSpent =
        attempt >= TRIES_MAX || systemClock.monotonicMs() - startedMs > ELAPSED_MS_MAX;
      if (outcome !== 'rolled-back' || isSpent) throw storeError(outcome, verb, cause);
    }
    await nextTurn();
    await systemClock.sleep(Math.random() * PAUSE_MS_MAX);
  }
}

function storeError(outcome: Outcome, verb: string, thrown: unknown): ServiceError {
  const details = { verb };
  const cause = withoutData(thrown);
  if (outcome === 'unknown') return new ServiceError('OutcomeUnknown', { cause, details });
  if (outcome === 'refused') return new ServiceError('InternalError', { cause, details });
  return new ServiceError('StoreUnavailable', { cause, details });
}
