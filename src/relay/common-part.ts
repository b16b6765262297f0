// Up to where a history and its stream have the same events, found by reading both: a database that was restored, and
// then served without an epoch of its own, cannot say where it parted.
import { compareIds, type EventId, minId } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import type { Warehouse } from '../store/warehouse.ts';
import type { ActiveSide } from './active-side.ts';
import { firstDifference } from './first-difference.ts';
import type { SinkPosition } from './sink.ts';

/** What is to be cut off: (to, from.id]; nothing where they are the same, and only the epoch is another one. */
export interface Cut {
  /** Where it was found to stand. */
  readonly from: SinkPosition;
  readonly to: EventId;
  /** As the stream says it, where nothing shows that it is not so, and nothing is held up to there. @default `to` */
  readonly at?: EventId;
}

/** What is compared: `after < id <= upTo`, all of which the stream still has. */
export interface ComparedPart {
  readonly warehouse: Warehouse;
  readonly active: ActiveSide;
  readonly stream: string;
  readonly after: EventId;
  readonly upTo: EventId;
}

const PAGE = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };

/** `upTo` when all of them are the same. Throws `CursorTooOld` when some were discarded meanwhile. */
export async function sameUpTo({
  warehouse,
  active,
  stream,
  after,
  upTo,
}: ComparedPart): Promise<EventId> {
  let same = after;
  while (compareIds(same, upTo) < 0) {
    const archived = await warehouse.readHistory(stream, same, PAGE);
    const queued = await active.read(same);
    const count = Math.min(archived.length, queued.length);
    const difference = firstDifference(archived.slice(0, count), queued.slice(0, count));
    // An event, also where ids have gaps.
    const alike = archived.findLast(([id], nth) => nth < count && isBefore(id, difference));
    same = alike?.[0] ?? same;
    // One of them ends here, if not both part.
    if (count === 0 || difference !== null) return minId(same, upTo);
  }
  return upTo;
}

/** null = what never comes. */
function isBefore(id: EventId, other: EventId | null): boolean {
  return other === null || compareIds(id, other) < 0;
}
