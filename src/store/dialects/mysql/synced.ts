// Up to where the ids of each table of events are known to be on the disk. Without a binary log InnoDB shows a commit
// to others before it is there: what was read could be taken back by a crash of the server, and its ids given to other
// events, which nobody who had read the first ones would ever get. So nothing leaves the database that is not known to
// stay.
//
// The log is written in the order of commits: whatever was seen is on the disk once any later commit was answered.
// Steps of this node tell so for nothing; for events of other nodes a commit is made on purpose, over the connection
// that saw them, since another one may be to the same server after its crash.
import { type EventId, maxId, NO_EVENT } from '../../../contract/event-id.ts';

export class Synced {
  readonly #upTo = new Map<string, EventId>();

  /** Up to which of the table's ids. */
  upTo(table: string): EventId {
    return this.#upTo.get(table) ?? NO_EVENT;
  }

  forget(table: string): void {
    this.#upTo.delete(table);
  }

  /** Tells that `id` and all before it are on the disk. */
  reach(table: string, id: EventId): void {
    this.#upTo.set(table, maxId(this.upTo(table), id));
  }
}
