// Time as a port, so that loops can be tested without waiting.

import { onAbort } from './on-abort.ts';

export interface Clock {
  /** Milliseconds that only ever go forward; for durations, never for time of day. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

type Schedule = (callback: () => void) => unknown;
/** Browsers have no `setImmediate`. */
const schedule: Schedule =
  (globalThis as { setImmediate?: Schedule }).setImmediate ?? ((callback) => setTimeout(callback));

/** Resolves when the process's other work has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => schedule(resolve));
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        leave();
        resolve();
      };
      const timer = setTimeout(done, ms);
      const leave = onAbort(signal, done);
    }),
};
