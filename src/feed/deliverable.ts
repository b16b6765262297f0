// What stands in the queue but may not go out as it stands. Where rows cannot be trusted to be events (MariaDB lets
// "\q" and 1. through as JSON, and any session may switch its checks off; what was adopted went through no checks of
// ours on any database), they are looked at once before they reach a frame or another database.
import { isServiceError, ServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import { sharedUpTo } from '../contract/forks.ts';
import { isEventTime } from '../contract/time.ts';
import { fits } from '../contract/validate.ts';
import type { ReadLimits, Store } from '../store/store.ts';

/** Says that a row was no event: its data was not JSON, or its type or ts was none. */
export const INVALID_DATA_TYPE = 'aftercommit:invalid-data';

/** Types that the service itself speaks with. */
const RESERVED_PREFIX = 'aftercommit:';

/** Stands for a ts that is no time. */
const NO_TIME = '1970-01-01T00:00:00.000Z';

export interface DeliverableSource {
  readonly store: Store;
  readonly stream: string;
  /** Of which history the events are to be. @default of whichever */
  readonly epoch?: number | undefined;
  /** Told of each row that is no event. */
  readonly onInvalid: (id: EventId) => void;
}

/** `store.readAfter`, with every row fit to go out. Throws what that throws. */
export async function readDeliverable(
  { store, stream, epoch, onInvalid }: DeliverableSource,
  after: EventId,
  limits: ReadLimits,
): Promise<EventRow[]> {
  const rows = await store.readAfter(stream, after, limits, epoch);
  return (await store.mayBeInvalid(stream, after)) ? deliverable(rows, onInvalid) : rows;
}

/**
 * The same behind what this process has seen, in that epoch. Throws `HistoryForked` when the epoch is over; where the
 * database lacks what was seen and does not know, as after a crash without `fsync`, it is over from now on.
 */
export async function readOn(
  source: DeliverableSource,
  seen: { readonly id: EventId; readonly epoch: number },
  limits: ReadLimits,
): Promise<EventRow[]> {
  const { store, stream } = source;
  try {
    return await readDeliverable({ ...source, epoch: seen.epoch }, seen.id, limits);
  } catch (error) {
    const isOver = isServiceError(error) && ['CursorAhead', 'HistoryForked'].includes(error.code);
    if (!isOver) throw error;
    await store.epochs.beginWithout(stream, seen);
    const state = await store.syncedState(stream);
    const at = sharedUpTo(state, seen.epoch) ?? seen.id;
    throw new ServiceError('HistoryForked', { details: { at, epoch: state.epoch } });
  }
}

/** A row that is no event goes out as null under a type that says so: it stops nobody. */
export function deliverable(
  rows: readonly EventRow[],
  onInvalid: (id: EventId) => void,
): EventRow[] {
  return rows.map((row) => {
    if (isEvent(row)) return row;
    const [id, , , ts] = row;
    onInvalid(id);
    return [id, INVALID_DATA_TYPE, 'null', isEventTime(ts) ? ts : NO_TIME];
  });
}

function isEvent([, type, data, ts]: EventRow): boolean {
  return isForeignType(type) && isEventTime(ts) && isJson(data);
}

/** The service's own types are not stored: such a one was forged. */
function isForeignType(type: string): boolean {
  return fits('event-type', type) && !type.startsWith(RESERVED_PREFIX);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
