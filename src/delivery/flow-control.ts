// What is under way to one subscription: how much more may be sent, and which answers have come, in the order of
// sending. It keeps no events, and decides nothing; the subscription's loop asks it.
import { type Clock, systemClock } from '../base/clock.ts';
import type { Hint } from '../base/hint.ts';
import type { EventId } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX } from '../contract/limits.ts';
import type { NumberedBatch, Refusal } from './channel.ts';

export interface FlowControlOptions {
  readonly batchesMax: number;
  readonly ackTimeoutMs: number;
  /** Given whenever an answer comes. */
  readonly wake: Hint;
  readonly clock?: Clock;
}

/** true = acknowledged; an error: there is none, since the channel is gone. */
export type Answer = true | Refusal | Error;

/** What is left of a batch once it was sent. */
export interface SentBatch {
  readonly seq: number;
  readonly after: EventId;
  readonly upTo: EventId;
  /** Its event when it had one; null when there were more, or none. */
  readonly onlyId: EventId | null;
}

interface Sent extends SentBatch {
  readonly bytes: number;
  readonly sentAtMs: number;
  answer: Answer | null;
}

/** Two of the largest batches may overlap. */
const BYTES_MAX = 2 * BATCH_BYTES_MAX;

export class FlowControl {
  readonly #options: FlowControlOptions;
  readonly #clock: Clock;
  #sent: Sent[] = [];
  #bytes = 0;
  #answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: FlowControlOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get inFlight(): number {
    return this.#sent.length;
  }

  /** The one whose answer is waited for; null when nothing is under way. */
  get oldest(): SentBatch | null {
    return this.#sent[0] ?? null;
  }

  /** True when another batch may be sent; always when nothing is under way. */
  get hasRoom(): boolean {
    if (this.#sent.length === 0) return true;
    return this.#sent.length < this.#options.batchesMax && this.#bytes < BYTES_MAX;
  }

  /** Counts a batch as sent; `answered` is what the channel's `send` gave. */
  add({ seq, after, upTo, events }: NumberedBatch, answered: Promise<true | Refusal>): void {
    const { bytes } = events;
    const onlyId = events.size === 1 ? (events.rows[0]?.[0] ?? null) : null;
    const sentAtMs = this.#clock.monotonicMs();
    const sent: Sent = { seq, after, upTo, onlyId, bytes, sentAtMs, answer: null };
    this.#sent.push(sent);
    this.#bytes += bytes;
    const settle = (answer: Answer) => {
      sent.answer = answer;
      this.#options.wake.give();
    };
    answered.then(settle, settle);
  }

  /** Takes the oldest batch when its answer has come: answers count in the order of sending only. */
  takeAnswered(): { batch: SentBatch; answer: Answer } | null {
    const oldest = this.#sent[0];
    if (oldest === undefined || oldest.answer === null) return null;
    this.#sent.shift();
    this.#bytes -= oldest.bytes;
    this.#answeredAtMs = this.#clock.monotonicMs();
    return { batch: oldest, answer: oldest.answer };
  }

  /**
   * How long the oldest answer may still take; zero or less: it is late. Its time begins when it is its turn, or who
   * works through many at a steady pace would be late with the last. Infinity when nothing is under way, and when the
   * answer has come and only was not taken yet.
   */
  get msToDeadline(): number {
    const oldest = this.#sent[0];
    if (oldest === undefined || oldest.answer !== null) return Number.POSITIVE_INFINITY;
    const turnMs = Math.max(oldest.sentAtMs, this.#answeredAtMs);
    return turnMs + this.#options.ackTimeoutMs - this.#clock.monotonicMs();
  }

  /** Forgets what is under way; answers that still come count for nothing. */
  clear(): void {
    this.#sent = [];
    this.#bytes = 0;
  }
}
