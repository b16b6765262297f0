// Time that agrees between processes. Node's hrtime is the machine's monotonic clock, the same for every process;
// `performance.timeOrigin` is taken from the wall clock at each start, which may be set in between.
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds since the machine's start, with fractions. */
export function monotonicMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Resolves at `atMs` or a little later. */
export async function until(atMs) {
  const ms = atMs - monotonicMs();
  if (ms > 0) await sleep(ms);
}
