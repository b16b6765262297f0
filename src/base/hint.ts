// "Perhaps something new": a flag that one loop waits for. It carries no data, may be false, and a lost
// one costs only time.

export class Hint {
  #isSet = false;
  #wake: (() => void) | null = null;

  give(): void {
    this.#isSet = true;
    this.#wake?.();
  }

  /** Resolves when a hint was given since the last wait, after `ms`, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<'hinted' | 'waited'> {
    if (!this.#isSet && !signal.aborted) await this.#sleep(ms, signal);
    const wasSet = this.#isSet;
    this.#isSet = false;
    return wasSet ? 'hinted' : 'waited';
  }

  // Thousands wait at a time, and are woken as often: an AbortController for each would cost more than the rest.
  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
  }
}
