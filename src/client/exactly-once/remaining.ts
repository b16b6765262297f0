// What a batch still has to do where the effects end at a position. Pure: the caller holds the cursor's row.
import { compareIds, type EventId } from '../../contract/event-id.ts';
import { type Fork, sharedUpTo } from '../../contract/forks.ts';
import { ExactlyOnceError } from './exactly-once-error.ts';

/** An event, as clients give it. */
export interface BatchEvent {
  /** Its place in the stream: a decimal string. */
  readonly id: string;
  /** What happened, in the application's words. */
  readonly type: string;
  /** Any JSON value. */
  readonly data: unknown;
  /** When the database stored it: UTC, `2026-11-20T21:32:25.123Z`; not monotonic in id. */
  readonly ts: string;
}

/** Every wanted event with `after < id <= upTo`: what a handler must be given. A client's `ReceivedBatch` is one. */
export interface EventBatch {
  /** In the order of their ids; there may be none. */
  readonly events: readonly BatchEvent[];
  /** The batch begins behind it. */
  readonly after: string;
  /** Everything wanted up to it is in this batch or was before it. */
  readonly upTo: string;
  /** Which history the ids are of; see `Position`. */
  readonly epoch: number;
  /** True for one event that was parked and is given once more. */
  readonly isParked?: boolean;
  /** Where each epoch but the first began; where that is not said, epochs share nothing. */
  readonly forks?: readonly { readonly epoch: number; readonly beganAfter: string }[];
  /** The same events as their writers wrote them, where the batch can tell. */
  readonly asWritten?: () => readonly { readonly id: string }[];
}

/** Where a consumer stands: the effects of all events up to `id` are in its database. */
export interface Position {
  /** The id of the last event with an effect, `'0'` before the first. */
  readonly id: string;
  /** Which history the id is of: 1 at first, and a greater number after each failover or restore. */
  readonly epoch: number;
}

/**
 * The part of the batch behind the cursor; null when there is none. Throws `CursorBehind`, `HistoryForked`, `Parked`,
 * `InvalidRequest`.
 */
export function remainingOf<B extends EventBatch>(batch: B, cursor: Position): B | null {
  if (batch.isParked) throw parkedError();
  const at = cursor.id as EventId;
  const after = checkedId('after', batch.after);
  const { id: upTo, epoch } = checkedPosition('upTo', { id: batch.upTo, epoch: batch.epoch });
  const shared = sharedUpTo({ epoch, forks: forksIn(batch) }, cursor.epoch);
  if (shared !== null && compareIds(at, shared) > 0) throw historyForked(cursor, epoch, shared);
  if (compareIds(upTo, at) <= 0) return null;
  if (compareIds(after, at) > 0) throw cursorBehind(at, after, epoch);
  const isNew = ({ id }: { readonly id: string }) => compareIds(id as EventId, at) > 0;
  const { asWritten } = batch;
  return {
    ...batch,
    events: batch.events.filter(isNew),
    after: at,
    ...(asWritten && { asWritten: () => asWritten().filter(isNew) }),
  };
}

function forksIn({ forks = [] }: EventBatch): readonly Fork[] {
  return forks as readonly Fork[];
}

/** Ids and epochs go into SQL and into comparisons, so nothing but plain numbers may pass. */
export function checkedPosition(
  name: string,
  { id, epoch }: Position,
): { readonly id: EventId; readonly epoch: number } {
  if (!Number.isInteger(epoch) || epoch < 1 || epoch > EPOCH_MAX) {
    throw invalid(`epoch: must be an integer from 1, got ${JSON.stringify(epoch)}`);
  }
  return { id: checkedId(name, id), epoch };
}

export function invalid(message: string): ExactlyOnceError {
  return new ExactlyOnceError('InvalidRequest', { message });
}

const EPOCH_MAX = 2 ** 31 - 1;
const EVENT_ID = /^(?:0|[1-9][0-9]{0,17})$/;

function checkedId(name: string, id: string): EventId {
  if (typeof id === 'string' && EVENT_ID.test(id)) return id as EventId;
  throw invalid(
    `${name}: must be an event id, a decimal string of at most 18 digits, got ${JSON.stringify(id)}`,
  );
}

function parkedError(): ExactlyOnceError {
  return new ExactlyOnceError('Parked', {
    message:
      'An event that was parked is given once more. A consumer with a cursor of its own should not have events ' +
      'parked: make up for its effect by hand, and drop the parked event.',
  });
}

function cursorBehind(cursor: EventId, after: EventId, epoch: number): ExactlyOnceError {
  return new ExactlyOnceError('CursorBehind', {
    message:
      `The effects in this database end at ${cursor}, and the batch begins behind ${after}: what lies between was ` +
      `acknowledged or discarded, and has no effect here. Let the consumer begin at ${cursor} (unregister it and ` +
      'register it from there), or where that is discarded, fill in the effects from the warehouse; where those ' +
      `events are not wanted, go on with seek({ id: '${after}', epoch: ${epoch} }).`,
    details: { cursor, after },
  });
}

function historyForked(
  { id: cursor, epoch: stored }: Position,
  epoch: number,
  at: EventId,
): ExactlyOnceError {
  return new ExactlyOnceError('HistoryForked', {
    message:
      `The effects in this database end at ${cursor} of epoch ${stored}, and the batch is of epoch ${epoch}: the ` +
      `service lost events or was restored, and both histories share no more than the events up to ${at}. Undo the ` +
      `effects of those behind, and go on with seek({ id: '${at}', epoch: ${epoch} }).`,
    details: { cursor, epoch: stored, batchEpoch: epoch, at },
  });
}
