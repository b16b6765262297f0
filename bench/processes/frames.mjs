// The frames that came to a consumer, with the time of each.
import { setTimeout as sleep } from 'node:timers/promises';

/** After so long without a frame, what has not come is lost. */
const PATIENCE_MS = 15_000;
/** What comes again, comes soon. */
const AFTERMATH_MS = 100;

export class Frames {
  #kept = [];
  #onFrame = () => {};

  /** undefined while nothing has come. */
  get last() {
    return this.#kept.at(-1);
  }

  add(frame, atMs) {
    this.#kept.push({ atMs, frame });
    this.#onFrame();
  }

  /** Resolves when `isEnough` says so, or when nothing has come for too long. */
  until(isEnough) {
    return new Promise((resolve) => {
      let seen = this.#kept.length;
      const done = () => {
        clearInterval(timer);
        this.#onFrame = () => {};
        resolve();
      };
      const timer = setInterval(() => {
        if (this.#kept.length === seen) done();
        seen = this.#kept.length;
      }, PATIENCE_MS);
      this.#onFrame = () => isEnough() && done();
      this.#onFrame();
    });
  }

  /** Lets what is sent twice come. */
  settle() {
    return sleep(AFTERMATH_MS);
  }

  /** All that came since the last time. */
  take() {
    const taken = this.#kept;
    this.#kept = [];
    return taken;
  }
}
