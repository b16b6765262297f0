// The one shape of every background loop: step, on failure report and back off, wait in one place, stop by
// abort and await.
import { type BackoffLimits, backoffMs } from './backoff.ts';
import { nextTurn } from './clock.ts';
import { Hint } from './hint.ts';
import type { Service } from './lifecycle.ts';

export interface LoopOptions {
  /** One round; gives how long to wait before the next, in milliseconds (0 = at once). */
  readonly step: (signal: AbortSignal) => Promise<number>;
  /** Told about every failed round; the loop goes on. */
  readonly onError: (error: unknown, attempt: number) => void;
  /** Told instead of one that was under way at the stop. @default nobody is */
  readonly onLastError?: (error: unknown) => void;
  readonly backoff: BackoffLimits;
}

export class Loop implements Service {
  readonly #options: LoopOptions;
  readonly #hint = new Hint();
  #abort = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Lets the next round begin now. */
  hint(): void {
    this.#hint.give();
  }

  async start(): Promise<void> {
    if (this.#running !== null) return;
    this.#abort = new AbortController();
    this.#running = this.#run(this.#abort.signal);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#running = null;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let attempt = 0;
    while (!signal.aborted) {
      let pauseMs: number;
      try {
        pauseMs = await this.#options.step(signal);
        attempt = 0;
      } catch (error) {
        // Whoever stops takes away what it works with.
        if (signal.aborted) return this.#options.onLastError?.(error);
        this.#options.onError(error, attempt);
        pauseMs = backoffMs(attempt, this.#options.backoff);
        attempt += 1;
      }
      // A round that wants no pause still lets the process's other work in.
      if (pauseMs > 0) await this.#hint.wait(pauseMs, signal);
      else await nextTurn();
    }
  }
}
