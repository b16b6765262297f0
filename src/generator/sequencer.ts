// Takes the steps that give inbox rows their ids, when hinted or paced. Any node may; safety is the row lock's, so
// there is no leader.
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { nextSleepMs, type PaceLimits } from '../base/pace.ts';
import type { Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface SequencerOptions extends Telemetry {
  readonly store: Store;
  readonly stream: string;
  readonly pace: PaceLimits;
  /** Told after each step that moved something, so that readers look at once. */
  readonly onMoved: (stream: string) => void;
}

const BACKOFF = { firstMs: 50, maxMs: 2000 };

export class Sequencer implements Service {
  readonly #options: SequencerOptions;
  readonly #loop: Loop;
  #sleepMs = 0;

  constructor(options: SequencerOptions) {
    const { stream, notices, logger } = options;
    this.#options = options;
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: () => this.#step(),
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'sequencer', stream, error });
        logger.warn({ error, stream, attempt }, 'The sequencer could not take a step.');
      },
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Something may lie in the inbox. */
  hint(): void {
    this.#loop.hint();
  }

  async #step(): Promise<number> {
    const { store, stream, pace, metrics, onMoved } = this.#options;
    const { moved, isDrained } = await store.moveInbox(stream);
    if (moved > 0) {
      metrics.moved.inc({ stream }, moved);
      onMoved(stream);
    }
    // Not drained without a row moved: another node is at it.
    const found = moved === 0 ? 'nothing' : isDrained ? 'some' : 'full';
    this.#sleepMs = nextSleepMs(this.#sleepMs, found, pace);
    return this.#sleepMs;
  }
}
