// Polling: acknowledge, then read what follows, waiting for it if asked to. A poll needs no lease; it moves the
// cursor forward, and a push reader of the same consumer goes on behind it.
import { systemClock } from '../base/clock.ts';
import type { Batch, EventRow } from '../contract/event.ts';
import { compareIds, type EventId, maxId, NO_EVENT } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import type { Feed } from '../feed/feed.ts';
import { type ConsumerRow, checkPosition, type Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { AckWriter } from './ack-writer.ts';
import { cutBatch, type TypeFilter } from './batch.ts';

export interface PollRequest {
  /** Acknowledges everything up to it; null repeats what is not acknowledged. */
  readonly lastId: EventId | null;
  readonly epoch: number | undefined;
  readonly filter: TypeFilter;
  readonly eventsMax: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export interface PollOptions {
  readonly feed: Feed;
  readonly store: Store;
  readonly acks: AckWriter;
  readonly metrics: Metrics;
  /** Told when the cursor is stored. */
  readonly onAcknowledged: (cursor: EventId) => void;
}

/** A poll that has looked at so many events and found nothing wanted answers with how far it came. */
const SCANNED_MAX = 20 * EVENTS_MAX;

/** Throws `CursorAhead`, `CursorTooOld`, `HistoryForked`. */
export async function poll(
  options: PollOptions,
  consumer: ConsumerRow,
  request: PollRequest,
): Promise<Batch> {
  const { feed, metrics } = options;
  if (request.lastId !== null) await acknowledge(options, consumer, request.lastId, request.epoch);

  // Null or an older id repeats what is not acknowledged.
  const after = maxId(request.lastId ?? NO_EVENT, consumer.cursor);
  const { rows, upTo } = await collect(options, request, after);
  metrics.batches.inc({ stream: feed.stream, by: 'poll' });
  metrics.delivered.inc({ stream: feed.stream, by: 'poll' }, rows.length);
  return { rows, after, upTo, epoch: feed.epoch };
}

/** Answers only after the cursor is stored, else another node would repeat the batch. */
async function acknowledge(
  { feed, store, acks, onAcknowledged }: PollOptions,
  consumer: ConsumerRow,
  lastId: EventId,
  epoch: number | undefined,
): Promise<void> {
  const isKnownGood = epoch === undefined && compareIds(lastId, feed.newest) <= 0;
  if (!isKnownGood) {
    // An older id acknowledges nothing new, so it cannot be too old.
    const position = maxId(lastId, consumer.cursor);
    checkPosition(await store.streamState(feed.stream), position, epoch);
  }
  if (compareIds(lastId, consumer.cursor) <= 0) return;
  await acks.write({ consumerId: consumer.id, cursor: lastId, token: null });
  onAcknowledged(lastId);
}

async function collect(
  { feed }: PollOptions,
  request: PollRequest,
  after: EventId,
): Promise<{ rows: readonly EventRow[]; upTo: EventId }> {
  const deadlineMs = systemClock.monotonicMs() + request.waitMs;
  let scanned = after;
  let count = 0;
  while (count < SCANNED_MAX) {
    const rows = await feed.readFresh(scanned, {
      eventsMax: request.filter === null ? request.eventsMax : EVENTS_MAX,
      bytesMax: BATCH_BYTES_MAX,
    });
    const cut = cutBatch(rows, scanned, request.filter, {
      eventsMax: request.eventsMax,
      bytesMax: BATCH_BYTES_MAX,
    });
    scanned = cut.upTo;
    count += rows.length;
    if (cut.rows.length > 0) return { rows: cut.rows, upTo: scanned };
    const leftMs = deadlineMs - systemClock.monotonicMs();
    if (rows.length === 0 && (leftMs <= 0 || request.signal.aborted)) break;
    if (rows.length === 0) await feed.waitBeyond(scanned, leftMs, request.signal);
  }
  return { rows: [], upTo: scanned };
}
