// A LIVE reader: no registration, no cursor. It is never caught up from the database: when it has become so slow that
// the window no longer reaches back to it, what lies between is passed over, and a gap in seq says so. Only where it
// asked to begin in the past is it given that first, at its own speed.
import { isServiceError } from '../contract/errors.ts';
import { compareIds, type EventId, idDistance, idPlus } from '../contract/event-id.ts';
import { type EventList, NO_EVENTS } from '../contract/event-list.ts';
import type { CloseReason } from './channel.ts';
import { DeliveryLoop, type DeliveryLoopOptions } from './delivery-loop.ts';

export interface LiveSubscriptionOptions extends DeliveryLoopOptions {
  /** Delivery begins behind it. */
  readonly start: EventId;
}

const PAUSE_MS = 500;

export class LiveSubscription {
  readonly #options: LiveSubscriptionOptions;
  readonly #loop: DeliveryLoop;
  /** Which history its positions are of. */
  readonly #epoch: number;
  /** What was there when it came: the past that it asked for, wherever that is read from. */
  readonly #pastUpTo: EventId;
  /** Everything up to here was looked at, or passed over. */
  #scanned: EventId;
  /** Where the next batch's range begins. */
  #sentUpTo: EventId;
  /** Something was passed over, and the reader has not been told. */
  #hasGap = false;
  /** The end of the sealed stream that the reader was told of. */
  #toldEnd: EventId | null = null;
  #seq = 0;

  constructor(options: LiveSubscriptionOptions) {
    this.#options = options;
    this.#epoch = options.feed.epoch;
    this.#scanned = options.start;
    this.#sentUpTo = options.start;
    this.#pastUpTo = options.feed.newest;
    this.#loop = new DeliveryLoop(options);
    this.#loop.start({ round: () => this.#round(), onError: (error) => this.#recover(error) });
  }

  /** Resolves when nothing is delivered any more. */
  get ended(): Promise<void> {
    return this.#loop.ended;
  }

  /** Ends the delivery; with a reason it ends the channel's connection too. */
  async end(reason: CloseReason | null): Promise<void> {
    this.#loop.end(reason);
    await this.#loop.ended;
  }

  async #round(): Promise<void> {
    const { feed, filter, limits, channel } = this.#options;
    // Whether it was acknowledged or refused: there is no cursor that depends on it.
    while (this.#loop.flow.takeAnswered() !== null);
    if (!this.#loop.canSend) return this.#loop.wait();
    if (this.#hasForked) return this.#loop.end('forked');
    const isInPast = compareIds(this.#scanned, this.#pastUpTo) < 0;
    if (!isInPast && !feed.isFollowing(this.#scanned)) this.#passOver(feed.oldest);

    const bounds = { eventsMax: limits.batchMax, bytesMax: limits.bytesMax };
    const from = this.#scanned;
    const seen = feed.newest;
    const cut = await feed.cut(from, filter, bounds);
    if (this.#hasForked) return;
    this.#scanned = cut.upTo;
    // A reader whose events are rare must not wait for the next one to learn that it has missed some.
    const isNews = cut.events.size > 0 || (this.#hasGap && channel.sendsCheckpoints);
    const isEnd = cut.upTo === from && feed.end === from && channel.sendsCheckpoints;
    if (isEnd && this.#toldEnd !== from) return this.#tellEnd();
    if (isNews && !this.#loop.isEnded) this.#send(cut.events);
    else if (cut.upTo === from) this.#scanned = await this.#loop.waitBeyond(from, seen);
  }

  /** Once: whoever stays goes on when the stream is unsealed. */
  async #tellEnd(): Promise<void> {
    if (!(await this.#options.feed.endsAt(this.#scanned))) return;
    this.#toldEnd = this.#scanned;
    if (!this.#loop.isEnded && !this.#hasForked) this.#send(NO_EVENTS, true);
  }

  #send(events: EventList, isEnd = false): void {
    const { feed, channel, metrics } = this.#options;
    const range = { after: this.#sentUpTo, upTo: this.#scanned, epoch: this.#epoch };
    const batch = { seq: this.#seq, events, ...range, forks: feed.forks, isEnd };
    this.#seq += 1;
    this.#hasGap = false;
    this.#sentUpTo = this.#scanned;
    this.#loop.flow.add(batch, channel.send(batch));
    metrics.batches.inc({ stream: feed.stream, by: 'live' });
    metrics.delivered.inc({ stream: feed.stream, by: 'live' }, events.size);
  }

  /** Its reader comes again, and is told what that means to it. */
  get #hasForked(): boolean {
    return this.#options.feed.epoch !== this.#epoch;
  }

  /** Goes on behind `upTo` without what lies between. */
  #passOver(upTo: EventId): void {
    const { feed, notices } = this.#options;
    const count = Math.max(0, idDistance(this.#scanned, upTo));
    notices.give('queueOverflow', { stream: feed.stream, queue: 'live', count });
    this.#scanned = upTo;
    this.#sentUpTo = upTo;
    this.#hasGap = true;
    this.#seq += 1;
  }

  async #recover(error: unknown): Promise<number> {
    const { feed, consumer, notices, logger } = this.#options;
    if (this.#hasForked) return 0;
    if (isServiceError(error) && error.code === 'StreamBusy') return PAUSE_MS;
    if (isServiceError(error) && error.code === 'CursorTooOld') {
      this.#passOver(idPlus(error.details.earliest as EventId, -1));
      return 0;
    }
    notices.give('receiverError', { stream: feed.stream, consumer, error });
    logger.warn({ error, stream: feed.stream }, 'A LIVE subscription could not go on.');
    return PAUSE_MS;
  }
}
