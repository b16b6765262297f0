// What stands in the queue but may not go out as it stands. Where rows cannot be trusted to be events (MariaDB lets
// "\q" and 1. through as JSON, and any session may switch its checks off; what was adopted went through no checks of
// ours on any database), they are looked at once before they reach a frame or another database.
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
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
  /** Told of each row that is no event. */
  readonly onInvalid: (id: EventId) => void;
}

/** `store.readAfter`, with every row fit to go out. Throws `CursorTooOld`. */
export async function readDeliverable(
  { store, stream, onInvalid }: DeliverableSource,
  after: EventId,
  limits: ReadLimits,
): Promise<EventRow[]> {
  const rows = await store.readAfter(stream, after, limits);
  return (await store.mayBeInvalid(stream, after)) ? deliverable(rows, onInvalid) : rows;
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
