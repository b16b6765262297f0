// A run of rows in the order of their ids.
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId } from '../contract/event-id.ts';

/** The index of the first row behind `after`, looked for from `from` on. */
export function indexBehind(rows: readonly EventRow[], after: EventId, from = 0): number {
  let low = from;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareIds((rows[middle] as EventRow)[0], after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
