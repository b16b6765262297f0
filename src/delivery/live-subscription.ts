// A LIVE reader: no registration, no cursor. It never holds anything up: events that come while too much is under
// way are passed over, and a gap in seq says so. Where it asked to begin in the past, it is given that first, at its
// own speed.
import { systemClock } from '../base/clock.ts';
import { Hint } from '../base/hint.ts';
import { isServiceError } from '../contract/errors.ts';
import { compareIds, type EventId, idPlus } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX } from '../contract/limits.ts';
import type { Feed } from '../feed/feed.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Cut, cutBatch, type TypeFilter } from './batch.ts';
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
  readonly #signal: AbortSignal;
  readonly #wake = new Hint();
  readonly #flow: FlowControl;
  readonly #running: Promise<void>;
  #position: EventId;
  /** What was there when it came: the past that it asked for, wherever that is read from. */
  readonly #pastUpTo: EventId;
  #seq = 0;
  /** Batches are cut from what lies between two looks; while passing over, that is one gap. */
  #isSkipping = false;

  constructor(options: LiveSubscriptionOptions) {
    const { channel, batchesInFlightMax, limits } = options;
    this.#options = options;
    this.#position = options.start;
    this.#pastUpTo = options.feed.newest;
    this.#flow = new FlowControl({
      batchesMax: batchesInFlightMax,
      ackTimeoutMs: limits.ackTimeoutMs,
      wake: this.#wake,
    });
    this.#signal = AbortSignal.any([this.#abort.signal, channel.closed]);
    this.#running = this.#run();
  }

  /** Resolves when nothing is delivered any more. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** Ends the delivery and the channel. */
  async close(reason: CloseReason): Promise<void> {
    this.#end(reason);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { feed, metrics, logger } = this.#options;
    const detach = feed.attach(this.#wake);
    while (!this.#signal.aborted) {
      try {
        await this.#round();
      } catch (error) {
        if (this.#jump(error)) continue;
        metrics.loopErrors.inc({ loop: 'live', stream: feed.stream });
        logger.warn({ error, stream: feed.stream }, 'A LIVE subscription could not go on.');
        await systemClock.sleep(PAUSE_MS, this.#signal);
      }
    }
    detach();
  }

  async #round(): Promise<void> {
    const { feed, filter, limits, metrics } = this.#options;
    while (this.#flow.takeAnswered() !== null) this.#isSkipping = false;
    if (this.#flow.msToDeadline <= 0) return this.#end('timed-out');
    if (!this.#flow.hasRoom && this.#isInPast) return this.#wait(this.#flow.msToDeadline);

    const rows = await feed.read(this.#position, {
      eventsMax: limits.batchMax,
      bytesMax: BATCH_BYTES_MAX,
    });
    if (rows.length === 0) return this.#wait(Math.min(this.#flow.msToDeadline, IDLE_MS));
    const cut = cutBatch(rows, this.#position, filter, {
      eventsMax: limits.batchMax,
      bytesMax: BATCH_BYTES_MAX,
    });
    if (cut.rows.length > 0) {
      if (this.#flow.hasRoom) this.#send(cut);
      else {
        metrics.skipped.inc({ stream: feed.stream }, cut.rows.length);
        this.#skip();
      }
    }
    this.#position = cut.upTo;
  }

  /** There is no hurry in the past; only what is new cannot wait. */
  get #isInPast(): boolean {
    const isOld = compareIds(this.#position, this.#pastUpTo) < 0;
    return isOld || !this.#options.feed.isFollowing(this.#position);
  }

  #send(cut: Cut): void {
    const { feed, channel, metrics } = this.#options;
    const batch = {
      seq: this.#seq,
      rows: cut.rows,
      after: this.#position,
      upTo: cut.upTo,
      epoch: feed.epoch,
    };
    this.#seq += 1;
    this.#flow.add(batch, channel.send(batch));
    metrics.batches.inc({ stream: feed.stream, by: 'live' });
    metrics.delivered.inc({ stream: feed.stream, by: 'live' }, cut.rows.length);
  }

  #skip(): void {
    if (!this.#isSkipping) this.#seq += 1;
    this.#isSkipping = true;
  }

  /** What it was about to read was discarded: goes on with the earliest that is left. */
  #jump(error: unknown): boolean {
    if (!isServiceError(error) || error.code !== 'CursorTooOld') return false;
    this.#position = idPlus(error.details.earliest as EventId, -1);
    this.#skip();
    return true;
  }

  async #wait(ms: number): Promise<void> {
    await this.#wake.wait(Math.max(1, ms), this.#signal);
  }

  #end(reason: CloseReason): void {
    const { feed, channel, metrics } = this.#options;
    if (this.#signal.aborted) return;
    if (reason === 'timed-out') metrics.pushErrors.inc({ stream: feed.stream, reason });
    channel.close(reason);
    this.#abort.abort();
  }
}
