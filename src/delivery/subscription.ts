// A reliable consumer attached over one channel. Its whole state is a cursor over the feed and the batches under way.
//
// catching-up (behind the window, reads the database) <-> following (reads the window): `feed.read` decides by id,
// so a slow consumer falls back to catching up and nothing is buffered for it.
// A refused batch -> everything behind it is taken back, a pause that grows, its events one by one, the first with the
// same seq (failing.ts).
// An answer that does not come in time, a lost channel, a lost lease, another history -> ended; what was not
// acknowledged is sent again to whoever subscribes next.
// A parked event that is asked for again -> alone, when nothing else is under way; it moves nothing.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { isServiceError } from '../contract/errors.ts';
import { compareIds, type EventId, idPlus, maxId } from '../contract/event-id.ts';
import { EventList, NO_EVENTS } from '../contract/event-list.ts';
import type { CutLimits } from '../feed/cut.ts';
import type { ParkedKey } from '../store/failures.ts';
import type { CloseReason } from './channel.ts';
import { DeliveryLoop, type DeliveryLoopOptions } from './delivery-loop.ts';
import type { FailureBook } from './failing.ts';
import type { Answer, SentBatch } from './flow-control.ts';

/** What kinds of subscriptions differ in. */
export interface SubscriptionPlan {
  /** Delivery begins behind it. */
  readonly start: EventId;
  /** Where the consumer's cursor stands now; null when it has none, or no more. */
  readonly findCursor: () => Promise<EventId | null>;
  /** Told when a batch was acknowledged. */
  readonly onAcknowledged: (upTo: EventId) => void;
  /** null: nobody keeps its place, and so none of its failures. */
  readonly failures: FailureBook | null;
  /** In metrics. */
  readonly by: 'push' | 'sse';
  /** When what comes next is no more: `end`, and whoever subscribes again is told so, or go on behind it and say so. */
  readonly whenDiscarded: 'end' | 'pass-over';
}

const BACKOFF = { firstMs: 100, maxMs: 10_000 };
/** What a parked event keeps that is not given to its reader. */
const UNWANTED = 'The reader does not want, or may not see, events of this type.';
/** Between two looks whether a copy is over. */
const COPYING_MS = 500;

export class Subscription {
  readonly #options: DeliveryLoopOptions;
  readonly #plan: SubscriptionPlan;
  readonly #loop: DeliveryLoop;
  /** Which history its positions are of. */
  readonly #epoch: number;
  /** Everything up to here was looked at. */
  #scanned: EventId;
  /** Everything up to here was covered by a batch that was sent. */
  #sentUpTo: EventId;
  #sentAtMs = systemClock.monotonicMs();
  #seq = 0;
  #preparedFrom: EventId | null = null;
  /** Where it stood when what followed was found to be no more, until the consumer is told. */
  #passedFrom: EventId | undefined = undefined;
  /** The end of the sealed stream that the consumer was told of. */
  #toldEnd: EventId | null = null;
  #isFollowing = false;
  /** Up to here events go one by one, and each waits for its answer: one of them cannot be handled. */
  #aloneUpTo: EventId;
  /** Before the first batch: it has failed on it before it came. */
  #pauseMs: number;
  /** Parked events may be asked for again. */
  #isAskedFor = false;
  /** The one that is under way. */
  #parked: ParkedKey | null = null;
  #refusals = 0;
  #failures = 0;

  constructor(options: DeliveryLoopOptions, plan: SubscriptionPlan) {
    this.#options = options;
    this.#plan = plan;
    this.#epoch = options.feed.epoch;
    this.#scanned = plan.start;
    this.#sentUpTo = plan.start;
    this.#aloneUpTo = plan.failures?.before?.aloneUpTo ?? plan.start;
    this.#pauseMs = plan.failures?.before?.pauseMs ?? 0;
    this.#loop = new DeliveryLoop(options);
    this.#loop.start({
      round: () => this.#round(),
      onError: (error) => this.#recover(error),
      onEnd: () => this.#settleRest(),
    });
  }

  /** Resolves when nothing is delivered any more. */
  get ended(): Promise<void> {
    return this.#loop.ended;
  }

  get isEnding(): boolean {
    return this.#loop.isEnded;
  }

  /** Ends the delivery; with a reason it ends the channel's connection too. */
  async end(reason: CloseReason | null): Promise<void> {
    this.#loop.end(reason);
    await this.#loop.ended;
  }

  /** A poll of the same consumer has acknowledged up to here: what it covered need not be sent. */
  skipTo(cursor: EventId): void {
    if (compareIds(cursor, this.#scanned) <= 0) return;
    this.#scanned = cursor;
    this.#sentUpTo = cursor;
    this.#loop.hint();
  }

  /** Parked events are asked for again. */
  giveParked(): void {
    this.#isAskedFor = true;
    this.#loop.hint();
  }

  /** Deals with the answers that have come, then sends one batch, or waits for whatever must happen first. */
  async #round(): Promise<void> {
    if (this.#pauseMs > 0) return this.#pauseFirst();
    const answered = this.#loop.flow.takeAnswered();
    if (answered !== null && this.#parked !== null) {
      return this.#settleParked(this.#parked, answered.batch, answered.answer);
    }
    if (answered?.answer === true) return this.#acknowledge(answered.batch);
    if (answered !== null) return this.#takeBack(answered.batch, answered.answer);
    if (!this.#canSend) {
      this.#prepareNext();
      return this.#loop.wait();
    }

    const { feed, filter } = this.#options;
    if (this.#hasForked) return this.#loop.end('forked');
    if (this.#isAskedFor) return this.#sendParked();
    const from = this.#scanned;
    this.#countFallback(from);
    const seen = feed.newest;
    const cut = await feed.cut(from, filter, this.#bounds);
    this.#failures = 0;
    // A poll may have moved on meanwhile.
    if (this.#scanned !== from || this.#hasForked || this.#loop.isEnded) return;
    this.#scanned = cut.upTo;
    if (cut.upTo === from && feed.end === from && this.#toldEnd !== from) return this.#tellEnd();
    const isNews = cut.events.size > 0 || this.#passedFrom !== undefined;
    if (isNews || this.#msToCheckpoint <= 0) this.#send(cut.events);
    else if (cut.upTo === from) {
      const passed = await this.#loop.waitBeyond(from, seen, this.#msToCheckpoint);
      // A poll may have moved on meanwhile.
      this.#scanned = maxId(this.#scanned, passed);
    }
  }

  /** False also while something is under way that must be alone. */
  get #canSend(): boolean {
    const mustBeAlone = this.#isSearching || this.#isAskedFor || this.#parked !== null;
    return this.#loop.canSend && (this.#loop.flow.inFlight === 0 || !mustBeAlone);
  }

  /** True while what comes next may be what cannot be handled. */
  get #isSearching(): boolean {
    return compareIds(this.#scanned, this.#aloneUpTo) < 0;
  }

  async #pauseFirst(): Promise<void> {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = 0;
    await this.#loop.pause(pauseMs);
  }

  /**
   * Once for each place: while the consumer works, the batch behind is read and worded (1.2 times the rate of one
   * consumer that catches up). Only the feed keeps it, for a moment and within its bounds; whoever needs what fails
   * here meets the failure himself.
   */
  #prepareNext(): void {
    const { feed, filter, channel } = this.#options;
    if (this.#preparedFrom === this.#scanned) return;
    this.#preparedFrom = this.#scanned;
    void feed
      .cutAhead(this.#scanned, filter, this.#bounds)
      .then((cut) => cut !== null && cut.events.size > 0 && channel.prepare(cut.events))
      .catch(() => {});
  }

  /** Once: whoever stays goes on when the stream is unsealed. */
  async #tellEnd(): Promise<void> {
    const end = this.#scanned;
    if (!(await this.#options.feed.endsAt(end))) return;
    this.#toldEnd = end;
    const isThere = this.#scanned === end && !this.#hasForked;
    if (isThere && !this.#loop.isEnded) this.#send(NO_EVENTS, true);
  }

  #send(events: EventList, isEnd = false): void {
    const { feed, channel } = this.#options;
    const batch = {
      seq: this.#seq,
      events,
      after: this.#sentUpTo,
      upTo: this.#scanned,
      epoch: this.#epoch,
      forks: feed.forks,
      isEnd,
      passedFrom: this.#passedFrom,
    };
    this.#passedFrom = undefined;
    this.#sentUpTo = batch.upTo;
    this.#sentAtMs = systemClock.monotonicMs();
    if (events.size === 0 && !channel.sendsCheckpoints) {
      this.#loop.flow.add(batch, Promise.resolve(true));
    } else {
      this.#seq += 1;
      this.#loop.flow.add(batch, channel.send(batch));
      this.#countSent(events.size);
    }
  }

  /** Its reader comes again, and is told what that means to it. */
  get #hasForked(): boolean {
    return this.#options.feed.epoch !== this.#epoch;
  }

  get #bounds(): CutLimits {
    const { batchMax, bytesMax } = this.#options.limits;
    return { eventsMax: this.#isSearching ? 1 : batchMax, bytesMax };
  }

  /** Memory no longer reaches back to a reader that it did reach. */
  #countFallback(from: EventId): void {
    const { feed, metrics } = this.#options;
    const { by } = this.#plan;
    const isFollowing = feed.isFollowing(from);
    if (this.#isFollowing && !isFollowing) metrics.fallbacks.inc({ stream: feed.stream, by });
    this.#isFollowing = isFollowing;
  }

  #countSent(events: number): void {
    const { feed, metrics } = this.#options;
    const { by } = this.#plan;
    metrics.batches.inc({ stream: feed.stream, by });
    metrics.delivered.inc({ stream: feed.stream, by }, events);
  }

  /** Unwanted events move the cursor too, by an empty batch now and then. */
  get #msToCheckpoint(): number {
    if (compareIds(this.#scanned, this.#sentUpTo) <= 0) return Number.POSITIVE_INFINITY;
    return this.#sentAtMs + this.#options.limits.checkpointMs - systemClock.monotonicMs();
  }

  #acknowledge(batch: SentBatch): void {
    this.#refusals = 0;
    this.#plan.onAcknowledged(batch.upTo);
  }

  /** Who acknowledges and goes at once has acknowledged; who goes without a word has failed on what it had. */
  async #settleRest(): Promise<void> {
    const { flow } = this.#loop;
    for (;;) {
      const batch = flow.oldest;
      const answer = flow.takeAnswered()?.answer ?? null;
      if (batch === null) return;
      // It counts as tried already.
      if (this.#parked !== null && answer !== true) return;
      if (this.#parked !== null)
        return this.#settleParked(this.#parked, batch, true).catch(() => {});
      if (answer !== true) return this.#giveUp(batch, answer);
      this.#acknowledge(batch);
    }
  }

  /** Our own stop, a takeover, and a consumer that takes its leave say nothing about the batch. */
  async #giveUp(batch: SentBatch, answer: Exclude<Answer, true> | null): Promise<void> {
    const { failures } = this.#plan;
    const error = errorOf(answer) ?? this.#whySilent;
    if (error !== null) await failures?.fail(batch, error, this.#refusals);
  }

  /** null when it does not count. */
  get #whySilent(): string | null {
    if (this.#loop.hasTimedOut) return 'It was not answered in time.';
    return this.#options.channel.isLost === true
      ? 'The connection was lost before it was answered.'
      : null;
  }

  /** Refused: it and everything behind it is sent again in the same order, after a pause. */
  async #takeBack(batch: SentBatch, answer: Exclude<Answer, true>): Promise<void> {
    const { feed, consumer, channel, notices } = this.#options;
    notices.give('pushError', { stream: feed.stream, consumer, reason: 'refused' });
    this.#loop.flow.clear();
    channel.forget();
    this.#seq = batch.seq;
    this.#scanned = batch.after;
    this.#sentUpTo = batch.after;
    this.#toldEnd = null;
    await this.#loop.pause(await this.#noteFailure(batch, errorOf(answer)));
    this.#refusals += 1;
  }

  /** Gives how long to pause. */
  async #noteFailure(batch: SentBatch, error: string | null): Promise<number> {
    const { failures } = this.#plan;
    if (failures === null) return backoffMs(this.#refusals, BACKOFF);
    const verdict = await failures.fail(batch, error, this.#refusals);
    this.#aloneUpTo = maxId(this.#aloneUpTo, maxId(batch.upTo, verdict.aloneUpTo ?? batch.upTo));
    if (verdict.goesOnAt !== null) this.skipTo(verdict.goesOnAt);
    return verdict.pauseMs;
  }

  async #sendParked(): Promise<void> {
    const { channel, filter } = this.#options;
    const { failures } = this.#plan;
    const event = channel.sendsCheckpoints ? await failures?.takeParked() : null;
    this.#isAskedFor = event !== null && event !== undefined;
    if (!event || this.#loop.isEnded) return;
    const { id, epoch, row } = event;
    if (filter !== null && !filter.lets(row[1]))
      return failures?.settleParked(event, false, UNWANTED);
    this.#parked = { id, epoch };
    const place = { after: this.#sentUpTo, upTo: this.#sentUpTo, epoch: this.#epoch };
    const batch = { seq: this.#seq, events: new EventList([row]), ...place, isParked: true };
    this.#seq += 1;
    this.#loop.flow.add(batch, channel.send(batch));
    this.#countSent(1);
  }

  /** Refused, it has to come again by its seq, as far as its reader knows: the next batch takes that. */
  async #settleParked(key: ParkedKey, batch: SentBatch, answer: Answer): Promise<void> {
    this.#parked = null;
    if (answer !== true) this.#seq = batch.seq;
    await this.#plan.failures?.settleParked(
      key,
      answer === true,
      answer === true ? null : errorOf(answer),
    );
  }

  async #recover(error: unknown): Promise<number> {
    const { feed, consumer, notices, logger } = this.#options;
    if (await this.#goOnBehindPoll(error)) return 0;
    if (this.#hasForked) return 0;
    if (isServiceError(error) && error.code === 'StreamBusy') return COPYING_MS;
    const isGone = isServiceError(error) && error.code === 'CursorTooOld';
    if (isGone && this.#plan.whenDiscarded === 'pass-over') {
      this.#passOver(idPlus(error.details.earliest as EventId, -1));
      return 0;
    }
    notices.give('receiverError', { stream: feed.stream, consumer, error });
    logger.warn({ error, stream: feed.stream, consumer }, 'A subscription could not go on.');
    // No waiting brings it back; who subscribes again is told so.
    if (isGone) this.#loop.end('discarded');
    this.#failures += 1;
    return backoffMs(this.#failures - 1, BACKOFF);
  }

  /** Goes on behind `upTo`; the next batch says so, also when it has no events. */
  #passOver(upTo: EventId): void {
    this.#passedFrom ??= this.#sentUpTo;
    this.#scanned = upTo;
    this.#sentUpTo = upTo;
  }

  /**
   * A poll of the same consumer on another node may have acknowledged what this reader has not reached, and that was
   * discarded: it goes on behind the cursor then. Gives false for every other failure.
   */
  async #goOnBehindPoll(error: unknown): Promise<boolean> {
    if (!isServiceError(error) || error.code !== 'CursorTooOld') return false;
    const cursor = await this.#plan.findCursor().catch(() => null);
    if (cursor === null || compareIds(cursor, this.#scanned) <= 0) return false;
    this.skipTo(cursor);
    return true;
  }
}

/** In the consumer's words; null when it gave none, or no answer. */
function errorOf(answer: Exclude<Answer, true> | null): string | null {
  return answer === null || answer instanceof Error ? null : answer.error;
}
