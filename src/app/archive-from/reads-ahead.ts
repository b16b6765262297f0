// Reads over a network: while events come in full batches, the next ones are asked for before they are wanted, so that
// the way to the server is not waited for each time. Ids have no gaps, so it is known where a full batch ends; where
// one ends elsewhere (large events, adopted streams), what was asked for is forgotten, and it goes on from there.
import type { EventRow } from '../../contract/event.ts';
import { type EventId, idPlus } from '../../contract/event-id.ts';
import { EVENTS_MAX } from '../../contract/limits.ts';

type Read = (after: EventId) => Promise<readonly EventRow[]>;

interface Asked {
  readonly after: EventId;
  readonly rows: Promise<readonly EventRow[]>;
}

/** Batches on their way beside the one that is waited for; each is bounded in bytes. */
const AHEAD_MAX = 3;

export class ReadsAhead {
  readonly #read: Read;
  #asked: Asked[] = [];

  constructor(read: Read) {
    this.#read = read;
  }

  async take(after: EventId): Promise<readonly EventRow[]> {
    if (this.#asked[0]?.after !== after) this.forget();
    const next = this.#asked.shift() ?? this.#ask(after);
    const rows = await next.rows;
    const end = idPlus(after, EVENTS_MAX);
    const isFull = rows.length === EVENTS_MAX && rows.at(-1)?.[0] === end;
    if (isFull) this.#askAhead(end);
    else this.forget();
    return rows;
  }

  forget(): void {
    this.#asked = [];
  }

  #askAhead(end: EventId): void {
    const newest = this.#asked.at(-1);
    let after = newest === undefined ? end : idPlus(newest.after, EVENTS_MAX);
    while (this.#asked.length < AHEAD_MAX) {
      this.#asked.push(this.#ask(after));
      after = idPlus(after, EVENTS_MAX);
    }
  }

  #ask(after: EventId): Asked {
    const rows = this.#read(after);
    // Whoever takes them meets the failure.
    rows.catch(() => {});
    return { after, rows };
  }
}
