// Which events a relay passes over because its sink refuses them. A batch that fails is tried event by event from then
// on, so that only what fails alone, and does so again and again, is passed over. Of a sink that cannot be opened the
// event that it would be given next counts as refused. A sink that says that it is away, by the code SinkUnavailable,
// refuses nothing, nor does one that has found what is not its own.
//
// What was passed over lies behind everything that the sink was told of, so two ids say it, however long that goes on.
// They are kept in memory: after a crash it is tried again.
import { isServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, maxId } from '../contract/event-id.ts';
import type { Batch } from '../contract/event-list.ts';

/** So many failures in a row of an event alone. */
const TRIES_MAX = 5;

export class Skipping {
  /** Up to here events are tried alone. */
  #aloneUpTo: EventId | null = null;
  #failed: { readonly id: EventId; readonly times: number } | null = null;
  /** Nothing in (after, upTo] is tried any more. */
  #passed: { readonly after: EventId; readonly upTo: EventId } | null = null;

  /** Where a sink goes on that stands at `position`. */
  goOn(position: EventId): EventId {
    if (this.#passed === null) return position;
    const { after, upTo } = this.#passed;
    if (compareIds(position, after) >= 0) return maxId(position, upTo);
    // It has lost what it had: everything from there on is tried again.
    this.#passed = null;
    return position;
  }

  /** How many events the batch behind `position` may have. */
  eventsMax(position: EventId, batchMax: number): number {
    const isAlone = this.#aloneUpTo !== null && compareIds(position, this.#aloneUpTo) < 0;
    return isAlone ? 1 : batchMax;
  }

  /** The event that is passed over from now on; null = everything is tried again. */
  onFailed({ events, after }: Batch, error: unknown): EventRow | null {
    const [first] = events.rows;
    if (first === undefined || isAway(error)) return null;
    const [id] = first;
    const last = events.rows.at(-1)?.[0] ?? id;
    this.#aloneUpTo = maxId(this.#aloneUpTo ?? last, last);
    const times = this.#failed?.id === id ? this.#failed.times + 1 : 1;
    this.#failed = { id, times };
    if (events.size > 1 || times < TRIES_MAX) return null;
    this.#passed = { after, upTo: id };
    return first;
  }
}

function isAway(error: unknown): boolean {
  return isServiceError(error) && ['SinkUnavailable', 'SinkOccupied'].includes(error.code);
}
