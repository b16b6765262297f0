// Cuts what a reader wants out of a run of rows.
import { type EventRow, rowBytes } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import { EventList } from '../contract/event-list.ts';

export interface TypeFilter {
  /** Filters with the same key let the same types through. */
  readonly key: string;
  readonly lets: (type: string) => boolean;
  /** Of those, the ones whose ts is let through too. @default all are */
  readonly letsTime?: (ts: string) => boolean;
  /** Told of every type that was not let through. */
  readonly onLeftOut?: (type: string) => void;
}

/** Lets these types through. */
export function wantFilter(want: readonly string[]): TypeFilter {
  const wanted = new Set(want);
  return { key: `want ${[...wanted].sort().join(' ')}`, lets: (type) => wanted.has(type) };
}

export interface CutLimits {
  readonly eventsMax: number;
  /** One event always fits. */
  readonly bytesMax: number;
}

export interface Cut {
  readonly events: EventList;
  /** Every wanted event up to here is among them; where the cut began = there is no more. */
  readonly upTo: EventId;
}

/** Takes wanted rows from the front of an unbroken run behind `after` until a bound is reached; null wants all. */
export function cutRows(
  rows: readonly EventRow[],
  after: EventId,
  filter: TypeFilter | null,
  limits: CutLimits,
): Cut {
  const wanted: EventRow[] = [];
  let bytes = 0;
  let upTo = after;
  for (const row of rows) {
    if (filter === null || lets(filter, row)) {
      bytes += rowBytes(row);
      if (wanted.length === limits.eventsMax) break;
      if (wanted.length > 0 && bytes > limits.bytesMax) break;
      wanted.push(row);
    } else filter.onLeftOut?.(row[1]);
    upTo = row[0];
  }
  return { events: new EventList(wanted), upTo };
}

function lets({ lets: letsType, letsTime }: TypeFilter, [, type, , ts]: EventRow): boolean {
  return letsType(type) && (letsTime === undefined || letsTime(ts));
}
