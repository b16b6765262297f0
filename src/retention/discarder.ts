// Keeps the active database small: deletes what every registered consumer and the archive have, a bounded window a
// transaction. Any number may run; the stream's row lock orders them.
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { nextSleepMs } from '../base/pace.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface DiscarderOptions {
  readonly store: Store;
  readonly stream: string;
  /** The most rows of one transaction. */
  readonly limit: number;
  /** The longest pause while there is nothing to do, in milliseconds. */
  readonly periodMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const PACE_MIN_MS = 20;
const BACKOFF = { firstMs: 200, maxMs: 10_000 };

export class Discarder implements Service {
  readonly #options: DiscarderOptions;
  readonly #loop: Loop;
  #sleepMs = 0;

  constructor(options: DiscarderOptions) {
    const { stream, metrics, logger, periodMs } = options;
    const limits = { sleepMsMin: PACE_MIN_MS, sleepMsMax: periodMs, sleepMsStep: PACE_MIN_MS };
    this.#options = options;
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: async () => {
        const hasMore = await this.round();
        this.#sleepMs = nextSleepMs(this.#sleepMs, hasMore ? 'full' : 'nothing', limits);
        return this.#sleepMs;
      },
      onError: (error, attempt) => {
        metrics.loopErrors.inc({ loop: 'discarder', stream });
        logger.error({ error, stream, attempt }, 'The discarder could not go on.');
      },
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Deletes one window; gives true while there is more. */
  async round(): Promise<boolean> {
    const { store, stream, limit, metrics } = this.#options;
    const { count, hasMore } = await store.discard(stream, limit);
    if (count > 0) metrics.discarded.inc({ stream }, count);
    return hasMore;
  }
}
