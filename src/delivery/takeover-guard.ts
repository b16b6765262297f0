// Two clients that both believe to be the consumer would take it from each other for ever. After three takeovers
// within ten seconds the newer one is told `ConsumerBusy` for as long.
import { ServiceError } from '../contract/errors.ts';

const TAKEOVERS_MAX = 3;
const PERIOD_MS = 10_000;

export class TakeoverGuard {
  /** When each consumer was taken over lately, oldest first. */
  readonly #times = new Map<string, number[]>();

  /** Throws `ConsumerBusy` while the consumer must rest. */
  check(key: string, nowMs: number): void {
    const times = this.#recent(key, nowMs);
    if (times.length < TAKEOVERS_MAX) return;
    const retryAfterMs = (times.at(-1) ?? nowMs) + PERIOD_MS - nowMs;
    throw new ServiceError('ConsumerBusy', { details: { retryAfterMs: Math.ceil(retryAfterMs) } });
  }

  count(key: string, nowMs: number): void {
    for (const other of this.#times.keys()) this.#recent(other, nowMs);
    this.#times.set(key, [...this.#recent(key, nowMs), nowMs]);
  }

  /** The takeovers that count: those within a period of the last one, while that is recent itself. */
  #recent(key: string, nowMs: number): readonly number[] {
    const times = this.#times.get(key) ?? [];
    const last = times.at(-1);
    if (last === undefined || nowMs - last >= PERIOD_MS) {
      this.#times.delete(key);
      return [];
    }
    return times.filter((time) => last - time < PERIOD_MS);
  }
}
