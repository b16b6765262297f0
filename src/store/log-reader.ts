// A stream's log as readers see it, queue and archive as one: by id alone, so that there is no seam between them.
//
// The archive is asked only where it matters, for what was discarded: readers of the queue need no warehouse.
import type { Knex } from 'knex';
import { isServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, maxId, NO_EVENT } from '../contract/event-id.ts';
import { historyForked, requireSameHistory, sharedUpTo } from '../contract/forks.ts';
import { firstMillisecond } from '../contract/time.ts';
import type { Archive } from './archive.ts';
import type { Dialect, OpenDatabase, QueueOf, ReadLimits } from './dialect.ts';
import {
  checkPosition,
  type Found,
  requireThere,
  type Stand,
  type Start,
  startCursor,
  tooOld,
} from './position.ts';
import * as events from './queries/events.ts';
import * as streams from './queries/streams.ts';
import type { Runner } from './runner.ts';
import { requireReadable, type StreamState } from './stream-state.ts';
import { tablesOf } from './tables.ts';
import { isDense, requireUnbroken } from './unbroken.ts';

type Place = Exclude<Start, { time: string }> | Found;

export class LogReader {
  readonly #reader: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;
  readonly #gapsUpTo = new Map<string, EventId>();
  /** As it was seen last; it only grows, but for a database that was restored. */
  readonly #discardedUpTo = new Map<string, EventId>();
  /** As the last read saw it that came to the end. */
  readonly #sealed = new Set<string>();
  #archive: Archive | null = null;

  constructor({ reader, dialect }: Pick<OpenDatabase, 'reader' | 'dialect'>, run: Runner) {
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = run;
  }

  /** From now on what was discarded is read from there. */
  readThrough(archive: Archive): void {
    this.#archive = archive;
  }

  state(stream: string): Promise<StreamState> {
    return this.#run.repeatable('streamState', () =>
      streams.streamState(this.#reader, this.#dialect, stream),
    );
  }

  /** The same for who goes on from it without the database: no crash takes back what it says. */
  syncedState(stream: string): Promise<StreamState> {
    return this.#run.repeatable('syncedState', () =>
      this.#dialect.readSynced((db) => streams.streamState(db, this.#dialect, stream)),
    );
  }

  /** True when what stands behind `after` may turn out not to be events: it was written without our checks. */
  async mayBeInvalid(stream: string, after: EventId): Promise<boolean> {
    if (!this.#dialect.hasTrustedRows) return true;
    if (this.#archive?.hasTrustedRows === false && this.#isDiscarded(stream, after)) return true;
    // Once a stream can be read, this never changes.
    let gapsUpTo = this.#gapsUpTo.get(stream);
    if (gapsUpTo === undefined) {
      gapsUpTo = (await this.state(stream)).gapsUpTo;
      this.#gapsUpTo.set(stream, gapsUpTo);
    }
    return compareIds(after, gapsUpTo) < 0;
  }

  /**
   * The events after `after` in order, an unbroken run of them; empty when there are none yet. Throws `CursorTooOld`
   * when some of them were discarded, and are in no archive. Where an epoch is named, `HistoryForked` when it is not
   * that of the queue, and `CursorAhead` when `after` itself is not there.
   */
  async readAfter(queue: QueueOf, after: EventId, limits: ReadLimits): Promise<EventRow[]> {
    const { stream } = queue;
    if (this.#archive !== null && this.#isDiscarded(stream, after)) {
      const state = await this.state(stream);
      requireReadable(stream, state);
      this.#requireEpoch(queue, state);
      this.#discardedUpTo.set(stream, state.discardedUpTo);
      if (this.#isDiscarded(stream, after)) return this.#readArchive(queue, after, limits, state);
    }
    const rows = await this.#run.repeatable('readAfter', () =>
      this.#dialect.readEvents(tablesOf(stream).queue, after, limits, queue),
    );
    // Rows that begin right behind `after` were whole in their snapshot, since a discard takes the lowest first.
    if (rows.length > 0 && isDense(after, rows)) return rows;
    // Otherwise a discard may have come between: it is asked about after the rows, so it cannot be missed.
    const state = await this.state(stream);
    requireReadable(stream, state);
    this.#requireEpoch(queue, state);
    if (queue.epoch !== null) requireThere(after, state);
    if (state.status === 'sealed') this.#sealed.add(stream);
    else this.#sealed.delete(stream);
    const isWhole = rows[0]?.[0] === idPlus(after, 1);
    if (!isWhole && compareIds(state.discardedUpTo, after) > 0) {
      if (this.#archive === null) throw tooOld(state.discardedUpTo);
      this.#discardedUpTo.set(stream, state.discardedUpTo);
      return this.#readArchive(queue, after, limits, state);
    }
    requireUnbroken(`The queue of stream ${stream}`, after, rows, state.gapsUpTo);
    return rows;
  }

  async #readArchive(
    queue: QueueOf,
    after: EventId,
    limits: ReadLimits,
    state: StreamState,
  ): Promise<EventRow[]> {
    const rows = (await this.#archive?.readAfter(queue.stream, after, limits, state)) ?? [];
    return rows.length > 0 ? rows : this.readAfter(queue, state.discardedUpTo, limits);
  }

  /** Throws `HistoryForked`. */
  #requireEpoch({ stream, epoch }: QueueOf, state: StreamState): void {
    const at = epoch === null ? null : sharedUpTo(state, epoch);
    if (at === null) return;
    // What was discarded once may be there again.
    this.#discardedUpTo.delete(stream);
    throw historyForked(state.epoch, at);
  }

  /** True when the stream was sealed at the last read that came to its end; a crash may take that back. */
  seemsSealed(stream: string): boolean {
    return this.#sealed.has(stream);
  }

  /** Readers may begin behind any id from here on. */
  async readableAfter(stream: string, state: StreamState): Promise<EventId> {
    return this.#archive === null
      ? state.discardedUpTo
      : this.#archive.readableAfter(stream, state);
  }

  /**
   * Throws unless a reader that stands at `id`, or further on at `cursor`, can go on from there: an older id
   * acknowledges nothing new, so it cannot be too old, but it may be of another history.
   */
  requirePosition(stream: string, { id, epoch }: Stand, cursor: EventId): Promise<void> {
    const position = maxId(id, cursor);
    return this.#within(stream, { id: position }, async (readableAfter) => {
      const state = await this.state(stream);
      requireSameHistory(state, id, epoch);
      checkPosition(state, position, undefined, readableAfter);
    });
  }

  /**
   * Gives what `work` gives, which is told how to find the cursor of a reader that begins at `start`. It may be called
   * again when it has rejected with `CursorTooOld`.
   */
  async begin<T>(
    stream: string,
    start: Start,
    work: (cursorIn: (state: StreamState) => EventId) => Promise<T>,
  ): Promise<T> {
    const isByTime = typeof start === 'object' && 'time' in start;
    const place = isByTime ? await this.#positionAt(stream, start.time) : start;
    return this.#within(stream, place, (readableAfter) =>
      work((state) => startCursor(state, place, readableAfter)),
    );
  }

  /** Tells `work` from where the archive can be read, where that matters, also when it turns out only then. */
  async #within<T>(
    stream: string,
    place: Place,
    work: (readableAfter: EventId | undefined) => Promise<T>,
  ): Promise<T> {
    const readableAfter = await this.#readableAfterFor(stream, place);
    try {
      return await work(readableAfter);
    } catch (error) {
      // Discarded meanwhile.
      const isTooOld = isServiceError(error) && error.code === 'CursorTooOld';
      if (!isTooOld || this.#archive === null || readableAfter !== undefined) throw error;
      return work(await this.#readableAfterFor(stream, place));
    }
  }

  /** undefined for a place that was not discarded. */
  async #readableAfterFor(stream: string, place: Place): Promise<EventId | undefined> {
    if (this.#archive === null || typeof place === 'string') return undefined;
    const state = await this.state(stream);
    const id = 'found' in place ? place.found : place.id;
    if (compareIds(id, state.discardedUpTo) >= 0) return undefined;
    return this.#archive.readableAfter(stream, state);
  }

  /** True when the queue cannot have what stands behind `after`. */
  #isDiscarded(stream: string, after: EventId): boolean {
    return compareIds(after, this.#discardedUpTo.get(stream) ?? NO_EVENT) < 0;
  }

  /** Right before the first event at or after the time; before those that come from now on, when there is none. */
  async #positionAt(stream: string, time: string): Promise<Found> {
    const since = firstMillisecond(time);
    // What is found lies within it, and a crash may come before it is used.
    const state = await this.syncedState(stream);
    const archived = await this.#archive?.positionAt(stream, since, state);
    if (archived) return archived;
    const { discardedUpTo, newest, gapsUpTo } = state;
    const range = { after: discardedUpTo, upTo: newest, gapsUpTo };
    const { queue } = tablesOf(stream);
    const first = await this.#run.repeatable('firstIdSince', () =>
      events.firstIdSince(this.#reader, this.#dialect, queue, since, range),
    );
    return { found: first === null ? newest : idPlus(first, -1) };
  }
}
