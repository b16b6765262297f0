// Gathers callers: one flush in flight per stream, and whatever came meanwhile goes next.
//
// idle -> flushing (first call) -> flushing (more were waiting) -> idle. No linger: a lone caller is flushed at once.
// One turn of the event loop between flushes doubles the batch under load, because answered callers come back in it.
import { nextTurn } from '../base/clock.ts';
import { Deferred } from '../base/deferred.ts';
import { ServiceError } from '../contract/errors.ts';
import { type EventId, idPlus } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import type { Appended } from '../store/store.ts';
import type { CheckedDraft } from './draft.ts';

export interface GroupCommitOptions {
  readonly append: (drafts: readonly CheckedDraft[]) => Promise<Appended>;
  /** Events and bytes that may wait; more calls are refused. */
  readonly queueMax: number;
  readonly queueBytesMax: number;
}

interface Call {
  readonly drafts: readonly CheckedDraft[];
  readonly bytes: number;
  readonly answer: Deferred<EventId>;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Call[] = [];
  #waitingEvents = 0;
  #waitingBytes = 0;
  #flushing: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  get waitingEvents(): number {
    return this.#waitingEvents;
  }

  /**
   * Queues the drafts of one call, behind every call before it, and gives the id of the first; the others follow
   * without a gap. Throws `DefenseRejected` when too much waits already, `ShuttingDown` after `close`.
   */
  add(drafts: readonly CheckedDraft[]): Promise<EventId> {
    const bytes = drafts.reduce((sum, draft) => sum + draft.bytes, 0);
    this.#admit(drafts.length, bytes);
    const call: Call = { drafts, bytes, answer: new Deferred() };
    this.#waiting.push(call);
    this.#count(call, +1);
    this.#flushing ??= this.#flushAll();
    return call.answer.promise;
  }

  /** Takes no more calls, and resolves when those that were taken are answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#flushing;
  }

  #admit(events: number, bytes: number): void {
    if (this.#isClosed) throw new ServiceError('ShuttingDown');
    if (bytes > BATCH_BYTES_MAX) {
      throw new ServiceError('PayloadTooLarge', {
        message: `events: ${bytes} bytes of data in one call, at most ${BATCH_BYTES_MAX} are allowed`,
        details: { bytes, bytesMax: BATCH_BYTES_MAX },
      });
    }
    const { queueMax, queueBytesMax } = this.#options;
    if (this.#waitingEvents + events > queueMax || this.#waitingBytes + bytes > queueBytesMax) {
      throw new ServiceError('DefenseRejected', {
        message: 'Too many events wait for the database; try again later.',
      });
    }
  }

  async #flushAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#flush(this.#takeBatch());
      await nextTurn();
    }
    this.#flushing = null;
  }

  async #flush(calls: readonly Call[]): Promise<void> {
    try {
      const { first } = await this.#options.append(calls.flatMap((call) => call.drafts));
      let offset = 0;
      for (const call of calls) {
        call.answer.resolve(idPlus(first, offset));
        offset += call.drafts.length;
      }
    } catch (error) {
      for (const call of calls) call.answer.reject(error);
    }
  }

  /** Whole calls from the front, at least one, within the bounds of a flush. */
  #takeBatch(): Call[] {
    let events = 0;
    let bytes = 0;
    let count = 0;
    for (const call of this.#waiting) {
      events += call.drafts.length;
      bytes += call.bytes;
      if (count > 0 && (events > EVENTS_MAX || bytes > BATCH_BYTES_MAX)) break;
      count += 1;
    }
    const batch = this.#waiting.splice(0, count);
    for (const call of batch) this.#count(call, -1);
    return batch;
  }

  #count(call: Call, sign: 1 | -1): void {
    this.#waitingEvents += sign * call.drafts.length;
    this.#waitingBytes += sign * call.bytes;
  }
}
