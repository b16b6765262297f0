// Says which consumers hold discarding back: one that has not moved for longer than allowed is reported when it
// becomes stale and when it moves again, never dropped.
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { isStale } from '../contract/consumer.ts';
import type { Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface StaleConsumersOptions extends Pick<Telemetry, 'logger' | 'notices'> {
  readonly store: Store;
  readonly streams: readonly string[];
  readonly staleMs: number;
}

const LOOK_MS_MAX = 60_000;
const BACKOFF = { firstMs: 1000, maxMs: 60_000 };

export class StaleConsumers implements Service {
  readonly #options: StaleConsumersOptions;
  readonly #loop: Loop;
  readonly #reported = new Set<string>();

  constructor(options: StaleConsumersOptions) {
    this.#options = options;
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: () => this.#look(),
      onError: (error) => {
        options.notices.give('workerError', { worker: 'stale', stream: null, error });
        options.logger.warn({ error }, 'Consumers could not be looked at.');
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
    const { store, streams, staleMs, logger } = this.#options;
    const known = new Set<string>();
    for (const stream of streams) {
      for (const consumer of await store.listConsumers(stream)) {
        const key = `${stream} ${consumer.ident}`;
        known.add(key);
        const facts = { stream, consumer: consumer.ident, cursor: consumer.cursor };
        const isNowStale = isStale(consumer, staleMs);
        if (isNowStale && !consumer.isSetAside && !this.#reported.has(key)) {
          logger.warn(
            { ...facts, lagMs: consumer.lagMs },
            'A consumer is stale and holds discarding back.',
          );
          this.#reported.add(key);
        } else if (!isNowStale && this.#reported.delete(key)) {
          logger.info(facts, 'A consumer that was stale moves again.');
        }
      }
    }
    for (const key of this.#reported) if (!known.has(key)) this.#reported.delete(key);
    return Math.min(LOOK_MS_MAX, staleMs);
  }
}
