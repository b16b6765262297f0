// "Perhaps something new": a flag that one loop waits for. It carries no data, may be false, and a lost
// one costs only time.
import { type Clock, systemClock } from './clock.ts';

export class Hint {
  readonly #clock: Clock;
  #isSet = false;
  #wake: AbortController | null = null;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  give(): void {
    this.#isSet = true;
    this.#wake?.abort();
  }

  /** Resolves when a hint was given since the last wait, after `ms`, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<'hinted' | 'waited'> {
    if (!this.#isSet && !signal.aborted) {
      this.#wake = new AbortController();
      const stop = () => this.#wake?.abort();
      signal.addEventListener('abort', stop, { once: true });
      await this.#clock.sleep(ms, this.#wake.signal);
      signal.removeEventListener('abort', stop);
      this.#wake = null;
    }
    const wasSet = this.#isSet;
    this.#isSet = false;
    return wasSet ? 'hinted' : 'waited';
  }
}
