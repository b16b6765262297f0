// Tells when more events wait for a sink than it may have, once when that begins and once when it is over: also while
// the sink hangs, or was stopped.
import type { Service } from '../../base/lifecycle.ts';
import { Loop } from '../../base/loop.ts';
import { idDistance } from '../../contract/event-id.ts';
import type { Store } from '../../store/store.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';

export interface LagWatchOptions {
  readonly store: Store;
  readonly stream: string;
  /** The sink's name. */
  readonly name: string;
  /** Of its consumer. */
  readonly ident: string;
  /** So many may wait. */
  readonly maxLagEvents: number;
  readonly telemetry: Telemetry;
}

const LOOK_MS = 1000;
const BACKOFF = { firstMs: 1000, maxMs: 30_000 };

export class LagWatch implements Service {
  readonly #options: LagWatchOptions;
  readonly #loop: Loop;
  #isLate = false;

  constructor(options: LagWatchOptions) {
    const { notices, logger } = options.telemetry;
    const { stream, name: sink } = options;
    this.#options = options;
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: async () => {
        await this.#look();
        return LOOK_MS;
      },
      onError: (error) => {
        notices.give('workerError', { worker: 'sinks', stream, error });
        logger.warn({ error, stream, sink }, 'How many events wait for a sink is not known.');
      },
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #look(): Promise<void> {
    const { store, stream, ident, name: sink, maxLagEvents, telemetry } = this.#options;
    const { newest } = await store.streamState(stream);
    const consumer = await store.findConsumer(stream, ident);
    const lag = consumer === null ? 0 : Math.max(0, idDistance(consumer.cursor, newest));
    const isLate = lag > maxLagEvents;
    if (isLate === this.#isLate) return;
    this.#isLate = isLate;
    telemetry.notices.give('sinkLag', { stream, sink, lag, isLate });
    const facts = { stream, sink, lag, maxLagEvents };
    if (isLate) telemetry.logger.warn(facts, 'More events wait for a sink than may.');
    else telemetry.logger.info(facts, 'No more events wait for a sink than may.');
  }
}
