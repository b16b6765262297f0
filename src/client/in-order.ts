// The batches of one subscription in the order of their numbers, whatever order they came in. One at a time: the next
// is handled when the last was.
//
// A refused batch is sent again under its own number, and everything behind it too: until it is there, all others are
// of before and count for nothing.
import { Deferred } from '../base/deferred.ts';
import { CallError } from './call-error.ts';

/** Handles one item; `Refused` = it has to come again, null = no more is handled. */
export type Handle<T, Refused> = (item: T) => Promise<true | Refused | null>;

interface Held<T, Refused> {
  readonly item: T;
  readonly answer: Deferred<true | Refused | null>;
}

export class InOrder<T, Refused> {
  readonly #handle: Handle<T, Refused>;
  readonly #heldMax: number;
  readonly #held = new Map<number, Held<T, Refused>>();
  #expected = 0;
  #isAskedAgain = false;
  #isAtWork = false;

  /** At most `heldMax` are held at a time. */
  constructor(handle: Handle<T, Refused>, heldMax: number) {
    this.#handle = handle;
    this.#heldMax = heldMax;
  }

  /**
   * Settles as the handler does, when it was this one's turn; never, when the one before it was refused or its handler
   * has rejected. Rejects with `CallError` when so many came that one before them must be lost.
   */
  take(seq: number, item: T): Promise<true | Refused | null> {
    const answer = new Deferred<true | Refused | null>();
    if (!this.#isAskedAgain || seq === this.#expected) {
      this.#isAskedAgain = false;
      this.#held.set(seq, { item, answer });
      if (this.#held.size > this.#heldMax) answer.reject(lost(this.#expected));
      else void this.#work();
    }
    return answer.promise;
  }

  /** Never rejects: nobody waits for it. */
  async #work(): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    for (;;) {
      const next = this.#held.get(this.#expected);
      if (next === undefined) break;
      this.#held.delete(this.#expected);
      try {
        const taken = await this.#handle(next.item);
        this.#goOn(taken);
        next.answer.resolve(taken);
      } catch (error) {
        this.#goOn(null);
        next.answer.reject(error);
      }
    }
    this.#isAtWork = false;
  }

  #goOn(taken: true | Refused | null): void {
    if (taken === true) this.#expected += 1;
    else {
      this.#held.clear();
      this.#isAskedAgain = taken !== null;
    }
  }
}

function lost(seq: number): CallError {
  return new CallError('CommError', {
    message: `Batch ${seq} has not come, and those behind it have.`,
  });
}
