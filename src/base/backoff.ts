// How long to wait before the next try.

export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Doubles from `firstMs` to `maxMs`; the upper half is drawn at random so that many nodes do not return together.
 * `attempt` counts from 0.
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random = Math.random): number {
  const full = Math.min(limits.firstMs * 2 ** Math.min(attempt, 30), limits.maxMs);
  return full / 2 + (random() * full) / 2;
}
