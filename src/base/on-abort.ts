// Hears when a signal aborts.

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal aborts, at once if it has, until the returned function is called. One listener for
 * all who wait on the same signal: a signal of the application may live for months, and be given to thousands of calls
 * at a time.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    callback();
    return () => {};
  }
  const own = () => callback();
  const all = waiting.get(signal) ?? listen(signal);
  all.add(own);
  return () => all.delete(own);
}

function listen(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(signal, all);
  signal.addEventListener('abort', () => {
    for (const callback of [...all]) callback();
    all.clear();
  });
  return all;
}

/** Calls back once when the signal aborts, at once if it has: for who stays to its end, which takes less memory. */
export function whenAborted(signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) callback();
  else signal.addEventListener('abort', callback, { once: true });
}
