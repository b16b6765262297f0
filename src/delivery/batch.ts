// Cuts what a reader wants out of a run of rows, and learns how many to read for a batch.
import { type EventRow, rowBytes } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import { EVENTS_MAX } from '../contract/limits.ts';

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

/**
 * How many rows to read for one batch: no more than the batch when all are wanted, up to the bound when few are. A
 * filter says nothing about how many it lets through, so it is learned.
 */
export class ReadSize {
  readonly #batchMax: number;
  #events: number;

  constructor(batchMax: number) {
    this.#batchMax = batchMax;
    this.#events = batchMax;
  }

  get events(): number {
    return this.#events;
  }

  /** Told what was read and what of it became a batch. */
  adjust(rows: readonly EventRow[], cut: Cut): void {
    const isUsedUp = rows.length === 0 || rows.at(-1)?.[0] === cut.upTo;
    const isFull = cut.rows.length === this.#batchMax;
    if (!isUsedUp) this.#events = Math.max(this.#batchMax, this.#events >> 1);
    else if (!isFull && rows.length === this.#events) {
      this.#events = Math.min(EVENTS_MAX, this.#events * 2);
    }
  }
}
