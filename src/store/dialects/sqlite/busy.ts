// SQLite has one writer at a time. Whoever finds another one tries again without blocking the process.
import { backoffMs } from '../../../base/backoff.ts';
import { systemClock } from '../../../base/clock.ts';
import { isSqliteBusy } from '../db-errors.ts';

const BACKOFF = { firstMs: 1, maxMs: 20 };

/**
 * Runs synchronous `work` until it meets no other writer; gives up with the busy error after `timeoutMs`, or when it is
 * given up.
 */
export async function whenFree<T>(
  work: () => T,
  timeoutMs: number,
  givenUp?: AbortSignal,
): Promise<T> {
  const deadline = systemClock.monotonicMs() + timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      const isLate = givenUp?.aborted || systemClock.monotonicMs() >= deadline;
      if (!isSqliteBusy(error) || isLate) throw error;
    }
    await systemClock.sleep(backoffMs(attempt, BACKOFF));
  }
}
