// From a handler that is called to a loop that asks: one item at a time, and the handler is done with it when the loop
// comes back for the next.
import { Deferred } from '../base/deferred.ts';

interface Offer<T> {
  readonly item: T;
  readonly done: Deferred<void>;
}

export class Handover<T> {
  #offered: Offer<T> | null = null;
  #taken: Offer<T> | null = null;
  #isOver = false;
  #news = new Deferred<void>();

  /** Resolves when the loop has come back; rejects when it was left. */
  offer(item: T): Promise<void> {
    const offer = { item, done: new Deferred<void>() };
    this.#offered = offer;
    this.#news.resolve();
    return offer.done.promise;
  }

  /** The loop has come back: what it took is done, and it waits for more; null = there is no more. */
  async next(): Promise<T | null> {
    this.#taken?.done.resolve();
    this.#taken = null;
    while (this.#offered === null && !this.#isOver) {
      await this.#news.promise;
      this.#news = new Deferred();
    }
    this.#taken = this.#offered;
    this.#offered = null;
    return this.#taken?.item ?? null;
  }

  /** There is no more. */
  end(): void {
    this.#isOver = true;
    this.#news.resolve();
  }

  /** The loop was left: what it took last is not done. */
  leave(): void {
    this.#taken?.done.reject(new LeftError());
    this.#taken = null;
  }
}

/** Final: nobody is there to be given the batch again, or to be told that it was not handled. */
class LeftError extends Error {
  readonly isFinal = true;

  constructor() {
    super('The loop was left in the middle of a batch.');
  }
}
