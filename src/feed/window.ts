// The recent events of a stream in memory, bounded in events and bytes: a run of rows that ends with the newest
// one the feed has read and answers for everything in (after, newest].
import { type EventRow, rowBytes } from '../contract/event.ts';
import { compareIds, type EventId } from '../contract/event-id.ts';
import { EVENTS_MAX } from '../contract/limits.ts';
import { indexBehind } from './rows.ts';

export interface WindowLimits {
  readonly windowEventsMax: number;
  readonly windowBytesMax: number;
}

export class Window {
  readonly #limits: WindowLimits;
  #after: EventId;
  #newest: EventId;
  #rows: EventRow[] = [];
  /** Rows before it have left the window; they are cut off in one go now and then. */
  #head = 0;
  #bytes = 0;

  constructor(newest: EventId, limits: WindowLimits) {
    this.#limits = limits;
    this.#after = newest;
    this.#newest = newest;
  }

  get newest(): EventId {
    return this.#newest;
  }

  /** The window answers for everything behind it. */
  get oldest(): EventId {
    return this.#after;
  }

  get size(): number {
    return this.#rows.length - this.#head;
  }

  /** Adds the rows that follow the newest one. */
  push(rows: readonly EventRow[]): void {
    for (const row of rows) {
      this.#rows.push(row);
      this.#bytes += rowBytes(row);
      this.#newest = row[0];
    }
    this.#evict();
  }

  /** Forgets everything and begins anew behind `newest`: what lay between was never read. */
  reset(newest: EventId): void {
    this.#rows = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#after = newest;
    this.#newest = newest;
  }

  /** True when everything behind `after` that the feed has read is still here. */
  covers(after: EventId): boolean {
    return compareIds(after, this.#after) >= 0;
  }

  /** The first rows behind `after`, which the window must cover. */
  read(after: EventId): readonly EventRow[] {
    const from = indexBehind(this.#rows, after, this.#head);
    return this.#rows.slice(from, from + EVENTS_MAX);
  }

  #evict(): void {
    const { windowEventsMax, windowBytesMax } = this.#limits;
    while (this.size > 0 && (this.size > windowEventsMax || this.#bytes > windowBytesMax)) {
      const row = this.#rows[this.#head] as EventRow;
      this.#bytes -= rowBytes(row);
      this.#after = row[0];
      this.#head += 1;
    }
    if (this.#head > this.size) {
      this.#rows = this.#rows.slice(this.#head);
      this.#head = 0;
    }
  }
}
