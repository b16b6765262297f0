// Idempotency keys go away when they are old: a bounded number a transaction, the oldest first, and without the
// stream's row lock, so that no flush waits for it. Any number of nodes may run it.
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import type { Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface KeyExpiryOptions extends Pick<Telemetry, 'logger' | 'notices'> {
  readonly store: Store;
  /** How long a key is kept at least, in milliseconds; longer than a node looks for a lost outcome of its own. */
  readonly retainMs: number;
}

const KEYS_MAX = 500;
/** Between two batches, so that other writers come in between. */
const PAUSE_MS = 20;
const LOOK_MS = 60_000;
const BACKOFF = { firstMs: 1000, maxMs: 60_000 };

export class KeyExpiry implements Service {
  readonly #options: KeyExpiryOptions;
  readonly #loop: Loop;

  constructor(options: KeyExpiryOptions) {
    const { notices, logger } = options;
    this.#options = options;
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: () => this.#round(),
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'keys', stream: null, error });
        logger.warn({ error, attempt }, 'Old idempotency keys could not be deleted.');
      },
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #round(): Promise<number> {
    const { store, retainMs } = this.#options;
    const count = await store.deleteKeys(retainMs, KEYS_MAX);
    return count === KEYS_MAX ? PAUSE_MS : LOOK_MS;
  }
}
