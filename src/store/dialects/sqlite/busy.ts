// SQLite has one writer at a time. Whoever finds another one tries again without blocking the process.
import { backoffMs } from '../../../base/backoff.ts';
import { systemClock } from '../../../base/clock.ts';
import { isSqliteBusy } from '../db-errors.ts';

const BACKOFF = { firstMs: 1, maxMs: 20 };

/** Runs synchronous `work` until it meets no other writer; gives up with the busy error after `timeoutMs`. */
export async function whenFree<T>(work: () => T, timeoutMs: number): Promise<T> {
  const deadline = systemClock.monotonicMs() + timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isSqliteBusy(error) || systemClock.monotonicMs() >= deadline) throw error;
    }
    await systemClock.sleep(backoffMs(attempt, BACKOFF));
  }
}
