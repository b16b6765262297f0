// Calls wait for a database that is away, as while a standby takes over: who is answered an error would only come
// again, and all of them at once.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { isServiceError } from './errors.ts';

const BACKOFF = { firstMs: 20, maxMs: 250 };

/**
 * What `work` gives; it is tried again while the active database is away, for `waitMs` milliseconds at most, or until
 * nobody wants it any more. What fails so was not done, so it may be done again.
 */
export async function whileAway<T>(
  waitMs: number,
  work: () => Promise<T> | T,
  signal?: AbortSignal,
): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + waitMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const leftMs = deadlineMs - systemClock.monotonicMs();
      if (leftMs <= 0 || signal?.aborted || !isAway(error)) throw error;
      await systemClock.sleep(Math.min(backoffMs(attempt, BACKOFF), leftMs), signal);
    }
  }
}

/** What was discarded is read from the warehouse, which is not waited for. */
function isAway(error: unknown): boolean {
  if (!isServiceError(error) || error.code !== 'StoreUnavailable') return false;
  return error.details.database !== 'warehouse';
}
