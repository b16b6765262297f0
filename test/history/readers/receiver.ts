// What a consumer does with the batches of one subscription, on either wire. It answers in the order in which they
// come. After a refusal, what is still under way counts for nothing until the refused batch has come again.
import type { Event, ReaderSession } from './reader.ts';

interface Received {
  readonly seq: number;
  readonly after: string | null;
  readonly upTo: string | null;
  readonly events: Event[];
}

export class Receiver {
  /** True when the connection is to be thrown away now, the batch unanswered. */
  isLeaving = false;
  readonly #session: ReaderSession;
  readonly #askedAt: number;
  readonly #position: string;
  #batchesLeft: number;
  #refused: number | null = null;

  constructor(session: ReaderSession) {
    this.#session = session;
    this.#askedAt = session.now();
    this.#position = session.kept;
    this.#batchesLeft = 1 + session.options.random.below(40);
  }

  /** Records the batch and gives the answer to it; null = none. */
  take({ seq, after, upTo, events }: Received): boolean | null {
    const { random, isLive } = this.#session.options;
    // What comes after it has left was not seen by anybody.
    if (this.isLeaving) return null;
    const isPassedOver = this.#refused !== null && seq !== this.#refused;
    const isRefused = !isLive && !isPassedOver && random.chance(0.02);
    this.#session.record(
      {
        seq,
        askedAt: this.#askedAt,
        position: this.#position,
        lastId: null,
        after,
        upTo,
        isRefused,
      },
      events,
    );
    if (isPassedOver) return null;
    this.#refused = isRefused ? seq : null;
    if (isRefused) return false;
    this.#batchesLeft -= 1;
    this.isLeaving = this.#batchesLeft === 0;
    if (this.isLeaving) return null;
    const position = upTo ?? events.at(-1)?.id;
    if (position !== undefined) this.#session.keep(position);
    return true;
  }
}
