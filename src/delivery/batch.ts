// Cuts what a reader wants out of a run of rows.
import { type EventRow, rowBytes } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';

/** Decides by type; null = all. */
export type TypeFilter = ((type: string) => boolean) | null;

export interface CutLimits {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

export interface Cut {
  readonly rows: readonly EventRow[];
  /** Every wanted row up to here is in `rows`. */
  readonly upTo: EventId;
}

/** Takes wanted rows from the front of an unbroken run behind `after` until a bound is reached; one always fits. */
export function cutBatch(
  rows: readonly EventRow[],
  after: EventId,
  filter: TypeFilter,
  limits: CutLimits,
): Cut {
  const wanted: EventRow[] = [];
  let bytes = 0;
  let upTo = after;
  for (const row of rows) {
    if (filter === null || filter(row[1])) {
      bytes += rowBytes(row);
      if (wanted.length === limits.eventsMax) break;
      if (wanted.length > 0 && bytes > limits.bytesMax) break;
      wanted.push(row);
    }
    upTo = row[0];
  }
  return { rows: wanted, upTo };
}
