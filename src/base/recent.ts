// What was used not long ago, bounded by weight: the least recently used goes first, and all that nobody used for a
// while.
import { type Clock, systemClock } from './clock.ts';

export interface RecentOptions {
  readonly weightMax: number;
  readonly countMax: number;
  /** What was not used for so long is forgotten, in milliseconds. */
  readonly idleMs: number;
  readonly clock?: Clock;
}

interface Kept<V> {
  readonly value: V;
  readonly weight: number;
  usedAtMs: number;
}

export class Recent<V> {
  readonly #options: RecentOptions;
  readonly #clock: Clock;
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept<V>>();
  #weight = 0;

  constructor(options: RecentOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get size(): number {
    return this.#kept.size;
  }

  get(key: string): V | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    kept.usedAtMs = this.#clock.monotonicMs();
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.value;
  }

  /** The key of a value that fits; null when there is none. */
  find(fits: (value: V) => boolean): string | null {
    for (const [key, { value }] of this.#kept) if (fits(value)) return key;
    return null;
  }

  set(key: string, value: V, weight: number): void {
    this.#forget(key);
    this.#kept.set(key, { value, weight, usedAtMs: this.#clock.monotonicMs() });
    this.#weight += weight;
    const { weightMax, countMax } = this.#options;
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= weightMax && this.#kept.size <= countMax) return;
      this.#forget(oldest);
    }
  }

  /** Forgets what was not used for too long. */
  forgetIdle(): void {
    const sinceMs = this.#clock.monotonicMs() - this.#options.idleMs;
    for (const [key, { usedAtMs }] of this.#kept) {
      if (usedAtMs > sinceMs) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#weight -= kept.weight;
  }
}
