// Keeps the active database small: deletes what every registered consumer and the archive have, a bounded window a
// transaction. Any number may run; the stream's row lock orders them. Who adds events waits as long as a window takes,
// so its size follows from how long its rows take: small ones go by thousands (5000 in a window are deleted 1.6 to 3
// times as fast as 1000), rows of a megabyte by a few. The way to the database does not count: it would not become
// shorter.
import { type Service, startAll, stopAll } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { nextSleepMs } from '../base/pace.ts';
import type { Discarded, Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { SetAside } from './set-aside.ts';

export interface DiscarderOptions extends Pick<Telemetry, 'logger' | 'notices'> {
  readonly store: Store;
  readonly stream: string;
  /** The most rows of one transaction. */
  readonly limit: number;
  /** Younger events stay, in milliseconds. */
  readonly retainMs: number;
  /** How long a consumer with events to read may stand still before it is set aside, in milliseconds; 0 = for ever. */
  readonly setAsideMs: number;
  /** The longest pause while there is nothing to do, in milliseconds. */
  readonly periodMs: number;
}

const PACE_MIN_MS = 20;

const FIRST_WINDOW = 1000;
/** A full window whose rows take less is followed by one twice as large; one whose rows take more, by half of it. */
const DELETE_MS_MIN = 3;
const DELETE_MS_MAX = 10;
const BACKOFF = { firstMs: 200, maxMs: 10_000 };

export class Discarder implements Service {
  readonly #options: DiscarderOptions;
  readonly #loop: Loop;
  readonly #services: readonly Service[];
  #sleepMs = 0;
  /** The most rows of the next window. */
  #window: number;

  constructor(options: DiscarderOptions) {
    const { stream, notices, logger, periodMs } = options;
    const limits = { sleepMsMin: PACE_MIN_MS, sleepMsMax: periodMs, sleepMsStep: PACE_MIN_MS };
    this.#options = options;
    this.#window = Math.min(FIRST_WINDOW, options.limit);
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: async () => {
        const hasMore = await this.round();
        this.#sleepMs = nextSleepMs(this.#sleepMs, hasMore ? 'full' : 'nothing', limits);
        return this.#sleepMs;
      },
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'discarder', stream, error });
        logger.error({ error, stream, attempt }, 'The discarder could not go on.');
      },
    });
    this.#services = [this.#loop, ...(options.setAsideMs > 0 ? [new SetAside(options)] : [])];
  }

  start(): Promise<void> {
    return startAll(this.#services);
  }

  stop(): Promise<void> {
    return stopAll(this.#services);
  }

  /** Deletes one window; gives true while there is more. */
  async round(): Promise<boolean> {
    const { stream, notices } = this.#options;
    const { count, hasMore, deleteMs } = await this.#discard();
    if (count > 0) notices.give('discarded', { stream, count });
    if (deleteMs > DELETE_MS_MAX) this.#shrink();
    else if (hasMore && deleteMs < DELETE_MS_MIN) this.#grow();
    return hasMore;
  }

  /** One that failed may have been too large for the time that a statement has. */
  async #discard(): Promise<Discarded> {
    const { store, stream, retainMs } = this.#options;
    try {
      return await store.discard(stream, { limit: this.#window, retainMs });
    } catch (error) {
      this.#shrink();
      throw error;
    }
  }

  #grow(): void {
    this.#window = Math.min(2 * this.#window, this.#options.limit);
  }

  #shrink(): void {
    this.#window = Math.ceil(this.#window / 2);
  }
}
