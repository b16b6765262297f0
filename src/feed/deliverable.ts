// What stands in the queue but may not go out as it stands. Where the database's own JSON check is lax (MariaDB
// lets "\q" and 1. through), rows that came by SQL are parsed once before they reach a frame or another database.
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import type { ReadLimits, Store } from '../store/store.ts';

/** Says that an event's data was not JSON; its data is null, its id and ts are its own. */
export const INVALID_DATA_TYPE = 'aftercommit:invalid-data';

export interface DeliverableSource {
  readonly store: Store;
  readonly stream: string;
  /** Told of each event whose data is not JSON. */
  readonly onInvalid: (id: EventId) => void;
}

/** `store.readAfter`, with every row fit to go out. Throws `CursorTooOld`. */
export async function readDeliverable(
  { store, stream, onInvalid }: DeliverableSource,
  after: EventId,
  limits: ReadLimits,
): Promise<EventRow[]> {
  const rows = await store.readAfter(stream, after, limits);
  return store.hasStrictJson ? rows : deliverable(rows, onInvalid);
}

/** Bad data goes out as null under a type that says so: it stops nobody. */
export function deliverable(
  rows: readonly EventRow[],
  onInvalid: (id: EventId) => void,
): EventRow[] {
  return rows.map((row) => {
    if (isJson(row[2])) return row;
    onInvalid(row[0]);
    return [row[0], INVALID_DATA_TYPE, 'null', row[3]];
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
