// Copies the history of one stream into the warehouse: reads after the warehouse's watermark, writes rows and
// watermark in one transaction, and moves the reserved consumer ARCHIVER, which holds the discarder back, behind it:
// now and then, and when all is copied. The next rows are read while the last are written.
//
// A crash before that leaves the watermark ahead of the cursor: nothing is copied twice, and the cursor follows at the
// next start. Only one archiver works at a time (lease); a frozen one that wakes finds the watermark moved and
// its token void, so it can do no harm.
import { systemClock } from '../base/clock.ts';
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { nextSleepMs } from '../base/pace.ts';
import { ARCHIVER } from '../contract/consumer.ts';
import { ServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import { readDeliverable } from '../feed/deliverable.ts';
import type { Lease, Store } from '../store/store.ts';
import type { Warehouse } from '../store/warehouse.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface ArchiverOptions extends Pick<Telemetry, 'logger' | 'notices'> {
  readonly store: Store;
  readonly warehouse: Warehouse;
  readonly stream: string;
  /** This process, in evt_consumers.lease_node. */
  readonly node: string;
  /** The longest pause while there is nothing to do, in milliseconds. */
  readonly periodMs: number;
}

/** What one round came to. */
export type ArchiveRound = 'copied' | 'nothing-left' | 'another-is-at-work';

/** Its watermark's name in the warehouse. */
export const ARCHIVER_SINK = 'archiver';

/** The right to archive, and how far the warehouse is. */
interface Held {
  readonly lease: Lease;
  watermark: EventId;
  /** How far the cursor is. */
  cursor: EventId;
  movedAtMs: number;
  renewedAtMs: number;
}

/** Rows that were read before it was their turn. */
interface Ahead {
  readonly from: EventId;
  readonly rows: Promise<readonly EventRow[]>;
}

const LEASE_MS = 10_000;
const RENEW_MS = 3000;
/** The discarder is in no hurry. */
const MOVE_MS = 100;
const PACE_MIN_MS = 20;
const BACKOFF = { firstMs: 200, maxMs: 10_000 };

export class Archiver implements Service {
  readonly #options: ArchiverOptions;
  readonly #loop: Loop;
  #held: Held | null = null;
  #ahead: Ahead | null = null;
  #sleepMs = 0;

  constructor(options: ArchiverOptions) {
    const { stream, notices, logger } = options;
    this.#options = options;
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: async () => this.#pauseAfter(await this.round()),
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'archiver', stream, error });
        logger.error({ error, stream, attempt }, 'The archiver could not go on.');
      },
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.release();
  }

  /** Copies one batch. */
  async round(): Promise<ArchiveRound> {
    try {
      const held = await this.#hold();
      return held === null ? 'another-is-at-work' : await this.#copyBatch(held);
    } catch (error) {
      // Where it stands is asked anew, whatever has happened.
      await this.release();
      throw error;
    }
  }

  /** Lets another archiver go on. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    this.#ahead = null;
    if (held === null) return;
    await this.#moveCursor(held).catch(() => {});
    await this.#options.store.releaseLease(held.lease).catch(() => {});
  }

  async #copyBatch(held: Held): Promise<ArchiveRound> {
    const { warehouse, stream, notices } = this.#options;
    const from = held.watermark;
    const rows = await this.#take(from);
    const to = rows.at(-1)?.[0];
    if (to === undefined) {
      await this.#moveCursor(held);
      return 'nothing-left';
    }
    if (rows.length >= EVENTS_MAX / 2) this.#readAhead(to);
    if (!(await warehouse.copyToHistory(ARCHIVER_SINK, stream, rows, { from, to }))) {
      throw new Error('The watermark in the warehouse was moved by another archiver.');
    }
    held.watermark = to;
    notices.give('archived', { stream, count: rows.length });
    if (systemClock.monotonicMs() - held.movedAtMs >= MOVE_MS) await this.#moveCursor(held);
    return 'copied';
  }

  #take(from: EventId): Promise<readonly EventRow[]> {
    const ahead = this.#ahead;
    this.#ahead = null;
    return ahead?.from === from ? ahead.rows : this.#read(from);
  }

  #readAhead(from: EventId): void {
    const rows = this.#read(from);
    // Whoever takes them meets the failure.
    rows.catch(() => {});
    this.#ahead = { from, rows };
  }

  #read(from: EventId): Promise<readonly EventRow[]> {
    const { store, stream, logger } = this.#options;
    // As it was delivered, so that reading the history gives the same; another database would refuse it besides.
    const onInvalid = (id: EventId) =>
      logger.warn({ stream, id }, 'An event whose data is not JSON is archived as null.');
    const limits = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };
    return readDeliverable({ store, stream, onInvalid }, from, limits);
  }

  /** null while another archiver is the one at work. */
  async #hold(): Promise<Held | null> {
    const { store, stream, node } = this.#options;
    if (this.#held !== null) return this.#renewed(this.#held);
    await store.requireArchive(stream);
    const lease = await store.takeLease({
      stream,
      ident: ARCHIVER,
      node,
      leaseMs: LEASE_MS,
      onlyIfFree: true,
    });
    if (lease === null) return null;
    // Held at once, so that a failure gives the lease back.
    const nowMs = systemClock.monotonicMs();
    const { cursor } = lease;
    const held = { lease, watermark: cursor, cursor, movedAtMs: nowMs, renewedAtMs: nowMs };
    this.#held = held;
    held.watermark = await this.#openWatermark(lease);
    await this.#moveCursor(held);
    return held;
  }

  async #renewed(held: Held): Promise<Held | null> {
    if (systemClock.monotonicMs() - held.renewedAtMs < RENEW_MS) return held;
    const lost = await this.#options.store.renewLeases([held.lease], LEASE_MS);
    held.renewedAtMs = systemClock.monotonicMs();
    if (lost.length > 0) this.#held = null;
    return this.#held;
  }

  /** Where the warehouse stands; the cursor is brought up to it. */
  async #openWatermark(lease: Lease): Promise<EventId> {
    const { store, warehouse, stream } = this.#options;
    const state = await store.streamState(stream);
    const start = { lastId: lease.cursor, epoch: state.epoch };
    const { lastId, epoch } = await warehouse.openWatermark(ARCHIVER_SINK, stream, start);
    const newest = (await store.streamState(stream)).newest;
    if (epoch !== state.epoch || compareIds(lastId, newest) > 0) {
      throw new ServiceError('HistoryForked', {
        message: 'The warehouse holds events of another history than the active database.',
        details: { stream, at: newest, archived: lastId },
      });
    }
    return lastId;
  }

  /** Behind what the warehouse has. */
  async #moveCursor(held: Held): Promise<void> {
    const { lease, watermark } = held;
    held.movedAtMs = systemClock.monotonicMs();
    if (held.cursor === watermark) return;
    const { consumerId, token } = lease;
    await this.#options.store.advanceCursors([{ consumerId, token, cursor: watermark }]);
    held.cursor = watermark;
  }

  #pauseAfter(round: ArchiveRound): number {
    const limits = {
      sleepMsMin: PACE_MIN_MS,
      sleepMsMax: this.#options.periodMs,
      sleepMsStep: PACE_MIN_MS,
    };
    this.#sleepMs = nextSleepMs(this.#sleepMs, round === 'copied' ? 'full' : 'nothing', limits);
    return this.#sleepMs;
  }
}
