// A LIVE reader: no registration, no cursor. It is never caught up from the database: when it has become so slow that
// the window no longer reaches back to it, what lies between is passed over, and a gap in seq says so. Only where it
// asked to begin in the past is it given that first, at its own speed.
import { systemClock } from '../base/clock.ts';
import { Hint } from '../base/hint.ts';
import { isServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idDistance, idPlus } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX } from '../contract/limits.ts';
import type { Feed } from '../feed/feed.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { attachAll } from './attach.ts';
import { cutBatch, type TypeFilter } from './batch.ts';
import type { Channel, CloseReason } from './channel.ts';
import { FlowControl } from './flow-control.ts';
import type { DeliveryLimits } from './subscription.ts';

export interface LiveSubscriptionOptions {
  readonly feed: Feed;
  readonly channel: Channel;
  /** Delivery begins behind it. */
  readonly start: EventId;
  readonly filter: TypeFilter;
  readonly batchesInFlightMax: number;
  readonly limits: DeliveryLimits;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const IDLE_MS = 60_000;
const PAUSE_MS = 500;

export class LiveSubscription {
  readonly #options: LiveSubscriptionOptions;
  readonly #abort = new AbortController();
  readonly #wake = new Hint();
  readonly #flow: FlowControl;
  readonly #running: Promise<void>;
  /** What was there when it came: the past that it asked for, wherever that is read from. */
  readonly #pastUpTo: EventId;
  /** Everything up to here was looked at, or passed over. */
  #scanned: EventId;
  /** Where the next batch's range begins. */
  #sentUpTo: EventId;
  #seq = 0;

  constructor(options: LiveSubscriptionOptions) {
    const { batchesInFlightMax, limits } = options;
    this.#options = options;
    this.#scanned = options.start;
    this.#sentUpTo = options.start;
    this.#pastUpTo = options.feed.newest;
    this.#flow = new FlowControl({
      batchesMax: batchesInFlightMax,
      ackTimeoutMs: limits.ackTimeoutMs,
      wake: this.#wake,
    });
    this.#running = this.#run();
  }

  /** Resolves when nothing is delivered any more. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** Ends the delivery; with a reason it ends the channel's connection too. */
  async end(reason: CloseReason | null): Promise<void> {
    this.#end(reason);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { feed, channel, metrics, logger } = this.#options;
    const detach = attachAll(this.#wake, this.#abort, channel, feed);
    while (!this.#abort.signal.aborted) {
      try {
        await this.#round();
      } catch (error) {
        if (isServiceError(error) && error.code === 'CursorTooOld') {
          this.#passOver(idPlus(error.details.earliest as EventId, -1));
          continue;
        }
        metrics.loopErrors.inc({ loop: 'live', stream: feed.stream });
        logger.warn({ error, stream: feed.stream }, 'A LIVE subscription could not go on.');
        await systemClock.sleep(PAUSE_MS, this.#abort.signal);
      }
    }
    detach();
  }

  async #round(): Promise<void> {
    const { feed, channel, filter, limits } = this.#options;
    while (this.#flow.takeAnswered() !== null);
    if (this.#flow.msToDeadline <= 0) return this.#end('timed-out');
    if (!this.#flow.hasRoom || !channel.isWritable) {
      return this.#wait(Math.min(this.#flow.msToDeadline, IDLE_MS));
    }
    const isInPast = compareIds(this.#scanned, this.#pastUpTo) < 0;
    if (!isInPast && !feed.isFollowing(this.#scanned)) this.#passOver(feed.oldest);

    const bounds = { eventsMax: limits.batchMax, bytesMax: BATCH_BYTES_MAX };
    const rows = await feed.read(this.#scanned, bounds);
    if (rows.length === 0) return this.#wait(Math.min(this.#flow.msToDeadline, IDLE_MS));
    const cut = cutBatch(rows, this.#scanned, filter, bounds);
    this.#scanned = cut.upTo;
    if (cut.rows.length > 0 && !this.#abort.signal.aborted) this.#send(cut.rows);
  }

  #send(rows: readonly EventRow[]): void {
    const { feed, channel, metrics } = this.#options;
    const batch = {
      seq: this.#seq,
      rows,
      after: this.#sentUpTo,
      upTo: this.#scanned,
      epoch: feed.epoch,
    };
    this.#seq += 1;
    this.#sentUpTo = this.#scanned;
    this.#flow.add(batch, channel.send(batch));
    metrics.batches.inc({ stream: feed.stream, by: 'live' });
    metrics.delivered.inc({ stream: feed.stream, by: 'live' }, rows.length);
  }

  /** Goes on behind `upTo` without what lies between. */
  #passOver(upTo: EventId): void {
    const { feed, metrics } = this.#options;
    metrics.skipped.inc({ stream: feed.stream }, Math.max(0, idDistance(this.#scanned, upTo)));
    this.#scanned = upTo;
    this.#sentUpTo = upTo;
    this.#seq += 1;
  }

  async #wait(ms: number): Promise<void> {
    await this.#wake.wait(Math.max(1, ms), this.#abort.signal);
  }

  #end(reason: CloseReason | null): void {
    const { feed, channel, metrics } = this.#options;
    if (this.#abort.signal.aborted) return;
    if (reason === 'timed-out') metrics.pushErrors.inc({ stream: feed.stream, reason });
    this.#abort.abort();
    channel.forget();
    if (reason !== null) channel.close(reason);
  }
}
