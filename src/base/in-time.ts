// An end to patience: waiting for work that may never end.
import { systemClock } from './clock.ts';

/** True when the work has ended within `ms`; false when it goes on without anybody waiting for it. */
export async function inTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const late = systemClock.sleep(ms, patience.signal).then(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    patience.abort();
    work.catch(() => {});
  }
}
