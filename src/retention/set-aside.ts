// Keeps one consumer from filling the active database: who stands still for longer than is allowed holds discarding
// back no more, until it moves again. Only where there is an archive: it comes back through that, and has missed
// nothing.
//
// A clock of the database that jumps makes everybody look old at once. So only who is found standing at the same place
// for a while, by this process's own clock, is set aside: whoever lives has moved by then.
import { systemClock } from '../base/clock.ts';
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { isOwn, isStale } from '../contract/consumer.ts';
import type { EventId } from '../contract/event-id.ts';
import type { ConsumerDetails, Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface SetAsideOptions extends Pick<Telemetry, 'logger' | 'notices'> {
  readonly store: Store;
  readonly stream: string;
  /** How long a consumer with events to read may stand still, in milliseconds. */
  readonly setAsideMs: number;
}

interface Sight {
  readonly cursor: EventId;
  readonly atMs: number;
}

/** How long it is watched at most before it is set aside. */
const WATCH_MS_MAX = 60_000;
const LOOKS = 4;
const BACKOFF = { firstMs: 1000, maxMs: 60_000 };

export class SetAside implements Service {
  readonly #options: SetAsideOptions;
  readonly #loop: Loop;
  readonly #watchMs: number;
  /** Those that are too old, by their id, since they were first seen to be. */
  readonly #seen = new Map<string, Sight>();
  /** Those of which was told that they cannot be set aside. */
  readonly #spared = new Set<string>();

  constructor(options: SetAsideOptions) {
    const { stream, notices, logger } = options;
    this.#options = options;
    this.#watchMs = Math.min(options.setAsideMs, WATCH_MS_MAX);
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: () => this.#look(),
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'stale', stream, error });
        logger.warn({ error, stream, attempt }, 'Consumers could not be looked at.');
      },
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #look(): Promise<number> {
    const { store, stream, setAsideMs } = this.#options;
    const all = await store.listConsumers(stream);
    const old = all.filter(
      (each) => !each.isSetAside && !isOwn(each.ident) && isStale(each, setAsideMs),
    );
    const ids = new Set(old.map((each) => each.id));
    for (const id of [...this.#seen.keys(), ...this.#spared]) {
      if (ids.has(id)) continue;
      this.#seen.delete(id);
      this.#spared.delete(id);
    }
    for (const each of old) if (this.#isSeenLongEnough(each)) await this.#setAside(each);
    return Math.max(1, this.#watchMs / LOOKS);
  }

  #isSeenLongEnough({ id, cursor }: ConsumerDetails): boolean {
    const nowMs = systemClock.monotonicMs();
    const sight = this.#seen.get(id);
    if (sight?.cursor === cursor) return nowMs - sight.atMs >= this.#watchMs;
    this.#seen.set(id, { cursor, atMs: nowMs });
    return false;
  }

  async #setAside(consumer: ConsumerDetails): Promise<void> {
    const { store, stream, notices, logger } = this.#options;
    const { id, ident, cursor, idleMs } = consumer;
    const facts = { stream, consumer: ident, cursor, idleMs };
    const result = await store.setAside(stream, consumer);
    if (result === 'set-aside') {
      notices.give('setAside', facts);
      logger.warn(facts, 'A consumer stood still for too long, and holds discarding back no more.');
    } else if (result === 'no-archive' && !this.#spared.has(id)) {
      this.#spared.add(id);
      logger.warn(facts, 'A consumer is not set aside: without an archive it could not come back.');
    }
  }
}
