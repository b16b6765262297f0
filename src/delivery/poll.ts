// Polling: acknowledge, then read what follows, waiting for it if asked to. A poll needs no lease; it moves the
// cursor forward, and a push reader of the same consumer goes on behind it.
import { nextTurn, systemClock } from '../base/clock.ts';
import { Hint } from '../base/hint.ts';
import { isServiceError, ServiceError } from '../contract/errors.ts';
import { compareIds, type EventId, idDistance, maxId, NO_EVENT } from '../contract/event-id.ts';
import type { Batch } from '../contract/event-list.ts';
import { EVENTS_MAX } from '../contract/limits.ts';
import type { Cut, TypeFilter } from '../feed/cut.ts';
import type { Feed } from '../feed/feed.ts';
import { type ConsumerRow, checkPosition, type Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { AckWriter } from './ack-writer.ts';

export interface PollRequest {
  /** Acknowledges everything up to it; null repeats what is not acknowledged. */
  readonly lastId: EventId | null;
  readonly epoch: number | undefined;
  /** null wants all. */
  readonly filter: TypeFilter | null;
  readonly eventsMax: number;
  /** Bytes of events; one always fits. */
  readonly bytesMax: number;
  /**
   * An answer without events cannot say how far it looked, so the cursor is moved over what is not wanted: it is not
   * looked through again then, or held back from the discarder.
   */
  readonly movesCursor: boolean;
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

/** As it was found when the feed was in `epoch`. */
export interface PollingConsumer extends ConsumerRow {
  readonly epoch: number;
}

/** A poll that has looked at so many events and found nothing wanted answers with how far it came. */
const SCANNED_MAX = 20 * EVENTS_MAX;

/**
 * Throws `CursorAhead`, `CursorTooOld`, `HistoryForked`; the last also when the history has forked meanwhile: its
 * `epoch` is that of the feed by now.
 */
export async function poll(
  options: PollOptions,
  consumer: PollingConsumer,
  request: PollRequest,
): Promise<Batch> {
  const { feed } = options;
  const { epoch } = consumer;
  // Another node has seen a later history.
  if ((request.epoch ?? epoch) > epoch) feed.follow(await options.store.streamState(feed.stream));
  requireEpoch(feed, epoch);
  if (request.lastId !== null) await acknowledge(options, consumer, request.lastId, request.epoch);

  // Null or an older id repeats what is not acknowledged.
  const after = maxId(request.lastId ?? NO_EVENT, consumer.cursor);
  // A push reader of the same consumer may want what this poll does not, so its cursor stays; then nobody remembers how
  // far an answer without events has looked.
  const isForgotten = request.movesCursor && consumer.isConnected;
  const scannedMax = isForgotten ? Number.POSITIVE_INFINITY : SCANNED_MAX;
  const { events, upTo } = await collect(feed, request, { after, epoch }, scannedMax);
  const hasPassed = events.size === 0 && compareIds(upTo, after) > 0;
  if (hasPassed && request.movesCursor && !consumer.isConnected) {
    await options.acks.write({ consumerId: consumer.id, cursor: upTo, token: null, epoch });
  }
  return answered(options, { events, after, upTo, epoch });
}

/**
 * One poll without a cursor, from wherever it says; null = from the oldest event that is there. What was discarded is
 * passed over, as the range of the answer tells. Throws `CursorAhead`, `HistoryForked`.
 */
export async function pollLive(
  options: Pick<PollOptions, 'feed' | 'store' | 'metrics'>,
  request: PollRequest,
): Promise<Batch> {
  const { feed, store } = options;
  let of = request.epoch;
  for (;;) {
    const state = await store.streamState(feed.stream);
    feed.follow(state);
    const { epoch } = feed;
    // Where it does not say of which history its id is, it was of this one when it came.
    if (request.lastId !== null) of ??= epoch;
    const { discardedUpTo } = state;
    const asked = request.lastId ?? discardedUpTo;
    const isThere = compareIds(asked, discardedUpTo) >= 0;
    const least = isThere ? discardedUpTo : await store.readableAfter(feed.stream, state);
    const after = maxId(asked, least);
    try {
      checkPosition(state, after, of, least);
      // Without a cursor nobody would remember how far an answer without events has looked.
      const scannedMax = request.movesCursor ? Number.POSITIVE_INFINITY : SCANNED_MAX;
      const { events, upTo } = await collect(feed, request, { after, epoch }, scannedMax);
      return await answered(options, { events, after, upTo, epoch });
    } catch (error) {
      // Discarded meanwhile: what is there now begins later. Or it is of another history, and is asked for anew.
      const code = isServiceError(error) ? error.code : null;
      const isOver =
        code === 'CursorTooOld' || (code === 'CursorAhead' && (await feed.hasLost(after)));
      if (!isOver && feed.epoch === epoch) throw error;
    }
  }
}

async function answered(
  { feed, metrics }: Pick<PollOptions, 'feed' | 'metrics'>,
  found: Pick<Batch, 'events' | 'after' | 'upTo' | 'epoch'>,
): Promise<Batch> {
  const isEnd = await feed.endsAt(found.upTo);
  requireEpoch(feed, found.epoch);
  const batch = { ...found, forks: feed.forks, isEnd };
  metrics.batches.inc({ stream: feed.stream, by: 'poll' });
  metrics.delivered.inc({ stream: feed.stream, by: 'poll' }, batch.events.size);
  return batch;
}

/** Throws `HistoryForked` when the feed has gone over to another history. */
function requireEpoch(feed: Feed, epoch: number): void {
  if (feed.epoch === epoch) return;
  throw new ServiceError('HistoryForked', { details: { epoch: feed.epoch } });
}

/** Answers only after the cursor is stored, else another node would repeat the batch. */
async function acknowledge(
  { feed, store, acks, onAcknowledged }: PollOptions,
  consumer: PollingConsumer,
  lastId: EventId,
  epoch: number | undefined,
): Promise<void> {
  const isKnownGood = epoch === undefined && compareIds(lastId, feed.newest) <= 0;
  if (!isKnownGood) {
    await store.requirePosition(feed.stream, { id: lastId, epoch }, consumer.cursor);
  }
  const isNew = compareIds(lastId, consumer.cursor) > 0;
  const ack = { consumerId: consumer.id, cursor: lastId, epoch: epoch ?? consumer.epoch };
  if (!isNew && acks.hasStored(ack)) return;
  await acks.write({ ...ack, token: null });
  // What came instead of it was not acknowledged.
  requireEpoch(feed, consumer.epoch);
  if (isNew) onAcknowledged(lastId);
}

async function collect(
  feed: Feed,
  { filter, eventsMax, bytesMax, waitMs, signal }: PollRequest,
  { after, epoch }: Pick<Batch, 'after' | 'epoch'>,
  scannedMax: number,
): Promise<Cut> {
  const deadlineMs = systemClock.monotonicMs() + waitMs;
  const limits = { eventsMax, bytesMax };
  let scanned = after;
  let count = 0;
  for (;;) {
    requireEpoch(feed, epoch);
    const seen = feed.newest;
    const cut = await feed.cutFresh(scanned, filter, limits);
    if (cut.events.size > 0) return cut;
    const isEnd = cut.upTo === scanned;
    if (isEnd && (await feed.endsAt(scanned))) return cut;
    count += idDistance(scanned, cut.upTo);
    scanned = cut.upTo;
    const leftMs = deadlineMs - systemClock.monotonicMs();
    const hasNoTime = leftMs <= 0 || signal.aborted;
    if ((isEnd && hasNoTime) || count >= scannedMax || (count > 0 && signal.aborted)) return cut;
    if (isEnd) {
      const wait = { hint: new Hint(), ms: leftMs, signal };
      scanned = await feed.waitBeyond({ after: scanned, seen, filter }, wait);
    } else if (count > EVENTS_MAX) {
      // The window answers without a pause, and others want their turn.
      await nextTurn();
    }
  }
}
