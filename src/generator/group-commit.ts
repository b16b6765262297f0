// Gathers callers: one flush in flight per stream, and whatever came meanwhile goes next.
//
// idle -> flushing (first call) -> flushing (more were waiting) -> idle. No linger: no call waits for a clock. One turn
// of the event loop before a flush doubles the batch under load, because answered callers come back in it; a caller
// that comes back alone is saved the turn.
//
// Calls with an idempotency key are flushed apart from those without, which need less of the database. The calls of one
// source keep their order all the same: of a source whose call was passed over nothing more is taken into the batch.
import { nextTurn, systemClock } from '../base/clock.ts';
import { Deferred } from '../base/deferred.ts';
import { ServiceError } from '../contract/errors.ts';
import { type EventId, idPlus } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import { whileAway } from '../contract/while-away.ts';
import type { Appended, KeyedAnswer, KeyedCall } from '../store/store.ts';
import type { CheckedDraft } from './draft.ts';
import { hashOf, type Origin } from './origin.ts';

export interface GroupCommitOptions {
  readonly append: (drafts: readonly CheckedDraft[]) => Promise<Pick<Appended, 'first'>>;
  /** Answers each call for itself. */
  readonly appendKeyed: (calls: readonly KeyedCall[]) => Promise<readonly KeyedAnswer[]>;
  /** Events and bytes that may wait; more calls are refused. */
  readonly queueMax: number;
  readonly queueBytesMax: number;
  /** How long a flush waits for a database that is away, in milliseconds. @default 0 */
  readonly databaseWaitMs?: number;
}

/** A database that answers in no time (SQLite) must not keep the process's other work out for longer. */
const TURN_MS = 1;

interface Call {
  readonly drafts: readonly CheckedDraft[];
  readonly bytes: number;
  readonly atMs: number;
  readonly source: object | undefined;
  readonly keyed: KeyedCall | null;
  readonly answer: Deferred<EventId>;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Call[] = [];
  #waitingEvents = 0;
  #waitingBytes = 0;
  #waitingKeyed = 0;
  #flushing: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  get waitingEvents(): number {
    return this.#waitingEvents;
  }

  /**
   * Queues the drafts of one call, behind every call before it of the same source, and gives the id of the first; the
   * others follow without a gap. Throws `DefenseRejected` when too much waits already, `ShuttingDown` after `close`.
   */
  add(drafts: readonly CheckedDraft[], { key, source }: Origin = {}): Promise<EventId> {
    const bytes = drafts.reduce((sum, draft) => sum + draft.bytes, 0);
    this.#admit(drafts.length, bytes);
    const keyed = key === undefined ? null : { ...key, hash: hashOf(drafts), drafts };
    const atMs = systemClock.monotonicMs();
    const call: Call = { drafts, bytes, atMs, source, keyed, answer: new Deferred() };
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
    let turnedAtMs = await turn();
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      await this.#flush(batch);
      const isLone = batch.length === 1 && this.#waiting.length === 1;
      const isOthersTurn = systemClock.monotonicMs() - turnedAtMs > TURN_MS;
      if (!isLone || isOthersTurn) turnedAtMs = await turn();
    }
    this.#flushing = null;
  }

  async #flush(calls: readonly Call[]): Promise<void> {
    const keyed = calls.flatMap((call) => call.keyed ?? []);
    const flush = () =>
      keyed.length > 0 ? this.#flushKeyed(calls, keyed) : this.#flushUnkeyed(calls);
    try {
      await whileAway(this.#waitMsOf(calls), flush);
    } catch (error) {
      for (const call of calls) call.answer.reject(error);
    }
  }

  /** What a call has waited behind another flush counts. */
  #waitMsOf([oldest]: readonly Call[]): number {
    const { databaseWaitMs = 0 } = this.#options;
    return databaseWaitMs - systemClock.monotonicMs() + (oldest?.atMs ?? 0);
  }

  async #flushUnkeyed(calls: readonly Call[]): Promise<void> {
    const { first } = await this.#options.append(calls.flatMap((call) => call.drafts));
    let offset = 0;
    for (const call of calls) {
      call.answer.resolve(idPlus(first, offset));
      offset += call.drafts.length;
    }
  }

  async #flushKeyed(calls: readonly Call[], keyed: readonly KeyedCall[]): Promise<void> {
    const answers = await this.#options.appendKeyed(keyed);
    for (const [place, { answer }] of calls.entries()) {
      const told = answers[place] as KeyedAnswer;
      if (typeof told === 'string') answer.resolve(told);
      else answer.reject(told);
    }
  }

  #takeBatch(): Call[] {
    const isMixed = this.#waitingKeyed > 0 && this.#waitingKeyed < this.#waiting.length;
    const batch = isMixed ? this.#takeAlike() : this.#waiting.splice(0, fitting(this.#waiting));
    for (const call of batch) this.#count(call, -1);
    return batch;
  }

  /** The first call, and those behind it that like it have a key or none, as far as their sources' order allows. */
  #takeAlike(): Call[] {
    const isKeyed = this.#waiting[0]?.keyed !== null;
    const passedOver = new Set<object | undefined>();
    const alike = this.#waiting.filter((call) => {
      const isAlike = (call.keyed !== null) === isKeyed && !passedOver.has(call.source);
      if (!isAlike) passedOver.add(call.source);
      return isAlike;
    });
    const batch = alike.slice(0, fitting(alike));
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((call) => !taken.has(call));
    return batch;
  }

  #count(call: Call, sign: 1 | -1): void {
    this.#waitingEvents += sign * call.drafts.length;
    this.#waitingBytes += sign * call.bytes;
    if (call.keyed !== null) this.#waitingKeyed += sign;
  }
}

/** Lets the process's other work in; gives the time then. */
async function turn(): Promise<number> {
  await nextTurn();
  return systemClock.monotonicMs();
}

/** How many whole calls from the front are within the bounds of a flush; at least one. */
function fitting(calls: readonly Call[]): number {
  let events = 0;
  let bytes = 0;
  let count = 0;
  for (const call of calls) {
    events += call.drafts.length;
    bytes += call.bytes;
    if (count > 0 && (events > EVENTS_MAX || bytes > BATCH_BYTES_MAX)) break;
    count += 1;
  }
  return count;
}
