// How long a reading loop waits before it looks again.

export interface PaceLimits {
  readonly sleepMsMin: number;
  readonly sleepMsMax: number;
  readonly sleepMsStep: number;
}

/** What the last look found: as much as it could take, something, or nothing. */
export type Found = 'full' | 'some' | 'nothing';

/** Back to the minimum with anything that comes; grows by a step only while nothing does. */
export function nextSleepMs(last: number, found: Found, limits: PaceLimits): number {
  if (found === 'full') return 0; // more is waiting, do not sleep at all
  if (found === 'some') return limits.sleepMsMin;
  return Math.max(limits.sleepMsMin, Math.min(last + limits.sleepMsStep, limits.sleepMsMax));
}
