// The rows behind a position, before it is their turn: what a batch has left of the last read, or what is being read
// while that batch is written.
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import { EVENTS_MAX } from '../contract/limits.ts';
import { indexBehind } from '../feed/rows.ts';

type Read = (after: EventId) => Promise<readonly EventRow[]>;

interface Ahead {
  readonly after: EventId;
  readonly rows: Promise<readonly EventRow[]>;
}

export class RowsAhead {
  readonly #read: Read;
  #ahead: Ahead | null = null;
  /** The last read came near its limit, so there is probably more. */
  #wasFull = false;

  constructor(read: Read) {
    this.#read = async (after) => {
      const rows = await read(after);
      this.#wasFull = rows.length >= EVENTS_MAX / 2;
      return rows;
    };
  }

  take(after: EventId): Promise<readonly EventRow[]> {
    const ahead = this.#ahead;
    this.#ahead = null;
    return ahead?.after === after ? ahead.rows : this.#read(after);
  }

  /** Of the rows that were taken, those up to `upTo` were used. */
  goOn(rows: readonly EventRow[], upTo: EventId): void {
    const left = rows.slice(indexBehind(rows, upTo));
    if (left.length > 0) this.#ahead = { after: upTo, rows: Promise.resolve(left) };
    else if (this.#wasFull) this.#readAhead(upTo);
  }

  forget(): void {
    this.#ahead = null;
  }

  #readAhead(after: EventId): void {
    const rows = this.#read(after);
    // Whoever takes them meets the failure.
    rows.catch(() => {});
    this.#ahead = { after, rows };
  }
}
