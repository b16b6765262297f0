// Events that go out together, and what was made of them: each wording is made once for all who are given the list.
import { type EventRow, rowBytes } from './event.ts';
import type { EventId } from './event-id.ts';
import type { Fork } from './forks.ts';

export class EventList {
  readonly rows: readonly EventRow[];
  /** What the rows weigh, never too little. */
  readonly bytes: number;
  readonly #made = new Map<unknown, unknown>();

  constructor(rows: readonly EventRow[]) {
    this.rows = rows;
    this.bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
  }

  get size(): number {
    return this.rows.length;
  }

  /** What `word` makes of the rows. */
  as<T>(word: (rows: readonly EventRow[]) => T): T {
    if (!this.#made.has(word)) this.#made.set(word, word(this.rows));
    return this.#made.get(word) as T;
  }
}

export const NO_EVENTS = new EventList([]);

/** Events together with the range they answer for: every wanted event with `after < id <= upTo`. */
export interface Batch {
  readonly events: EventList;
  readonly after: EventId;
  readonly upTo: EventId;
  readonly epoch: number;
  /** Where each epoch but the first began, up to this one. @default nowhere */
  readonly forks?: readonly Fork[];
  /** True when the stream is sealed, and nothing follows. */
  readonly isEnd?: boolean;
}
