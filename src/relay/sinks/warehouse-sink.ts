// The warehouse as a sink: rows and watermark go in together, so the watermark is where it stands for certain. With
// them goes what they come to (RangeSum): small batches add to the range of those before until it is full, also when
// another process has written these, so that there are no more ranges than it takes.
//
// Where the warehouse is on the same server as the queue, its rows go from one to the other by a statement there; they
// have been read nonetheless, to be looked at and added up.
import { isServiceError } from '../../contract/errors.ts';
import type { EventRow } from '../../contract/event.ts';
import { compareIds, idPlus, NO_EVENT } from '../../contract/event-id.ts';
import type { Batch } from '../../contract/event-list.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../../contract/limits.ts';
import { deliverable, INVALID_DATA_TYPE } from '../../feed/deliverable.ts';
import type { Store } from '../../store/store.ts';
import type { QueuePlace, Warehouse, Watermark } from '../../store/warehouse.ts';
import type { Notices } from '../../telemetry/notices.ts';
import { RangeSum } from '../range-sum.ts';
import type { Sink, SinkPosition } from '../sink.ts';

export interface WarehouseSinkOptions {
  readonly warehouse: Warehouse;
  readonly stream: string;
  /** The watermark's name. */
  readonly watermark: string;
  readonly notices: Notices;
  /** Where the events come from, when that is a database of this process. @default null */
  readonly store?: Store | null | undefined;
}

const ONE_EVENT = { eventsMax: 1, bytesMax: 1 };
const PAGE = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };

export class WarehouseSink implements Sink {
  readonly title = 'The warehouse';
  readonly #options: WarehouseSinkOptions;
  #stand: Watermark = { lastId: NO_EVENT, epoch: 0 };
  /** Where the next rows are added; null: they begin a range. */
  #range: RangeSum | null = null;
  /** null: rows are sent from here. */
  #queue: QueuePlace | null = null;
  /** False when the database has refused to copy them by itself. */
  #mayReach = true;

  constructor(options: WarehouseSinkOptions) {
    this.#options = options;
  }

  async open(cursor: SinkPosition): Promise<SinkPosition> {
    const { warehouse, watermark, stream } = this.#options;
    const start = { lastId: cursor.id, epoch: cursor.epoch };
    const found = await warehouse.openWatermark(watermark, stream, start);
    this.#range = await this.#unfinishedRange(found);
    // Each time, since behind a failure it may be another server.
    this.#queue = this.#mayReach ? await this.#reachQueue() : null;
    this.#stand = found;
    return { id: found.lastId, epoch: found.epoch };
  }

  async last(): Promise<EventRow | null> {
    const { lastId } = this.#stand;
    if (lastId === NO_EVENT) return null;
    const { warehouse, stream } = this.#options;
    const rows = await warehouse.readHistory(stream, idPlus(lastId, -1), ONE_EVENT);
    // As what is read of the queue: rows that an adopted history brings may be no events.
    const [event] = deliverable(rows, () => {});
    return event?.[0] === lastId ? event : null;
  }

  async write({ events, after, upTo, epoch }: Batch): Promise<void> {
    const { warehouse, watermark, stream, notices } = this.#options;
    const mayGrow = this.#range?.isFull === false && this.#range.epoch === epoch;
    const unfinished = mayGrow ? this.#range : null;
    const begun = unfinished ?? RangeSum.begin({ after, epoch });
    let range = begun;
    const checksumOf = () => {
      range = begun.with(events.rows);
      return range.checksum(upTo);
    };
    const move = { from: { ...this.#stand, lastId: after }, to: { lastId: upTo, epoch } };
    // What goes out as null is not what stands in the queue.
    const isAsQueued = !events.rows.some(([, type]) => type === INVALID_DATA_TYPE);
    const queue = isAsQueued ? this.#queue : null;
    const isOurs = await warehouse
      .copyToHistory(watermark, stream, events.rows, move, { checksumOf, queue })
      .catch((error) => {
        // Rights may be missing there, or the rows came from an archive: the next try sends them.
        if (queue !== null && !isWeather(error)) this.#mayReach = false;
        throw error;
      });
    if (!isOurs) throw new Error('The watermark in the warehouse was moved by another archiver.');
    this.#stand = move.to;
    this.#range = range;
    notices.give('archived', { stream, count: events.size });
  }

  async close(): Promise<void> {}

  async #reachQueue(): Promise<QueuePlace | null> {
    const { warehouse, stream, store } = this.#options;
    try {
      return store ? await warehouse.reachQueue(store, stream) : null;
    } catch (error) {
      if (isWeather(error)) throw error;
      return null;
    }
  }

  /** The range that ends at the watermark, read again; null when there is none, or it is not what it was. */
  async #unfinishedRange({ lastId, epoch }: Watermark): Promise<RangeSum | null> {
    const { warehouse, stream } = this.#options;
    const newest = await warehouse.newestChecksum(stream);
    if (newest === null || newest.last !== lastId || newest.epoch !== epoch) return null;
    if (!RangeSum.mayGrow(newest)) return null;
    let sum = RangeSum.begin(newest);
    let after = newest.after;
    while (compareIds(after, lastId) < 0 && !sum.isFull) {
      const rows = await warehouse.readHistory(stream, after, PAGE);
      const last = rows.at(-1);
      if (last === undefined) return null;
      sum = sum.with(rows);
      after = last[0];
    }
    return after === lastId && sum.is(newest) ? sum : null;
  }
}

function isWeather(error: unknown): boolean {
  return isServiceError(error) && error.code !== 'InternalError';
}
