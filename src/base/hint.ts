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
  wait(ms: number, signal?: AbortSignal): Promise<'hinted' | 'waited'> {
    if (this.#isSet || signal?.aborted) return Promise.resolve(this.#take());
    // Hints that come before the waiter goes on are one. Thousands wait at a time: a suspended function takes three
    // times the memory of this.
    return this.#sleep(ms, signal).then(() => this.#take());
  }

  #take(): 'hinted' | 'waited' {
    const wasSet = this.#isSet;
    this.#isSet = false;
    return wasSet ? 'hinted' : 'waited';
  }

  // Thousands wait at a time, and are woken as often: an AbortController for each would cost more than the rest.
  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
  }
}
