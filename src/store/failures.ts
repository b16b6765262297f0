// Consumers that fail, and the events that are parked for them. Whatever is written here is written under the lock of
// the consumer's row, by the reader that holds its lease: whoever was taken over says nothing more.
import type { Knex } from 'knex';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId } from '../contract/event-id.ts';
import type { Dialect, OpenDatabase } from './dialect.ts';
import * as consumers from './queries/consumers.ts';
import type { Failure } from './queries/failures.ts';
import * as queries from './queries/failures.ts';
import type { ParkedChoice, ParkedEvent, ParkedKey, ParkedPage } from './queries/parked.ts';
import * as parked from './queries/parked.ts';
import * as streams from './queries/streams.ts';
import { REPEATABLE, type Runner } from './runner.ts';

export type { Failure } from './queries/failures.ts';
export type { ParkedChoice, ParkedEvent, ParkedKey, ParkedPage } from './queries/parked.ts';

/** Who reads, by its row; `token` is the lease of a push reader, null for a poll, which needs none. */
export interface Reader {
  readonly consumerId: string;
  readonly token: string | null;
}

/** A batch that a consumer could not handle. */
export interface FailedBatch {
  readonly after: EventId;
  readonly upTo: EventId;
  readonly epoch: number;
  /** The event that was alone, as it was given; null when there were more, or none. */
  readonly event: EventRow | null;
  readonly error: string;
}

export interface FailureLimits {
  /** How long to wait behind so many tries. */
  readonly pauseMs: (tries: number) => number;
  readonly parkedMax: number;
}

/**
 * What follows from a failure. `waits`: the same comes again after the pause; `isFull` when it would be parked, were
 * there room. `parked`: the consumer goes on behind it. `moved`: it stands elsewhere by now. `void`: the reader has
 * been replaced, its consumer is no more, or its history is another one by now.
 */
export type FailureOutcome =
  | { readonly kind: 'waits'; readonly failure: Waiting; readonly isFull: boolean }
  | { readonly kind: 'parked'; readonly tries: number }
  | { readonly kind: 'moved'; readonly cursor: EventId }
  | { readonly kind: 'void' };

export type Waiting = Pick<Failure, 'tries' | 'eventTries' | 'upTo'> & { readonly pauseMs: number };

/** Written when a parked event is given once more: it stays true when no answer comes. */
const UNANSWERED = 'It was given once more, and no answer has come.';

export class Failures {
  readonly #dialect: Dialect;
  readonly #db: Knex;
  readonly #reader: Knex;
  readonly #run: Runner;

  constructor({ db, reader, dialect }: OpenDatabase, run: Runner) {
    this.#db = db;
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = run;
  }

  /** What the consumer has failed on last, if it still counts where the cursor is. */
  async find(consumerId: string, cursor: EventId): Promise<Failure | null> {
    const failure = await this.#run.repeatable('findFailure', () =>
      queries.findFailure(this.#reader, this.#dialect, consumerId),
    );
    return failure !== null && counts(failure, cursor) ? failure : null;
  }

  /**
   * Counts one more try, or parks the event and moves the cursor behind it. After a lost answer it may be counted
   * twice; parked it is once, since the cursor has moved then.
   */
  record(reader: Reader, batch: FailedBatch, limits: FailureLimits): Promise<FailureOutcome> {
    const work = (tx: Knex.Transaction) => this.#record(tx, reader, batch, limits);
    return this.#run.transaction('recordFailure', work, REPEATABLE);
  }

  async #record(
    tx: Knex.Transaction,
    reader: Reader,
    batch: FailedBatch,
    { pauseMs, parkedMax }: FailureLimits,
  ): Promise<FailureOutcome> {
    const { consumerId } = reader;
    const row = await lockOwn(tx, this.#dialect, reader);
    if (row === null) return { kind: 'void' };
    const { cursor, parkAfter } = row;
    if (compareIds(cursor, batch.after) > 0) return { kind: 'moved', cursor };
    // What was acknowledged before this batch could not be stored.
    if (cursor !== batch.after) return { kind: 'void' };
    if (!(await streams.isOfEpoch(tx, row.stream, batch))) return { kind: 'void' };
    const before = await queries.findFailure(tx, this.#dialect, consumerId);
    const next = nextFailure(before, batch);
    const mayPark = batch.event !== null && parkAfter !== null && next.eventTries >= parkAfter;
    const isFull = mayPark && (await parked.countParked(tx, consumerId)) >= parkedMax;
    const failure = { ...next, pauseMs: pauseMs(next.tries) };
    // Also for its time, which the parked event keeps.
    await queries.putFailure(tx, this.#dialect, consumerId, failure);
    if (batch.event === null || !mayPark || isFull) return { kind: 'waits', failure, isFull };
    await this.#park(tx, consumerId, batch.event, next);
    await consumers.moveCursor(tx, this.#dialect, consumerId, batch.upTo);
    return { kind: 'parked', tries: next.eventTries };
  }

  async #park(
    tx: Knex.Transaction,
    consumerId: string,
    row: EventRow,
    { epoch, error, eventTries }: Pick<Failure, 'epoch' | 'error' | 'eventTries'>,
  ): Promise<void> {
    const written = await queries.findFailure(tx, this.#dialect, consumerId);
    const since = written?.since ?? row[3];
    const event = { row, epoch, error, tries: eventTries, since };
    await parked.insertParked(tx, this.#dialect, consumerId, event);
  }

  /** After how many tries of one event it is parked, null = never; false when there is no such consumer. */
  setParkAfter(stream: string, ident: string, parkAfter: number | null): Promise<boolean> {
    return this.#run.repeatable('setParkAfter', () =>
      consumers.setParkAfter(this.#db, { stream, ident }, parkAfter),
    );
  }

  /** Whoever is told of them may act on it, so no crash may take them back. */
  listParked(
    consumerId: string,
    page: { after: ParkedKey; limit: number; bytesMax: number },
  ): Promise<ParkedPage> {
    return this.#run.repeatable('listParked', () =>
      this.#dialect.readSynced((db) => parked.listParked(db, this.#dialect, consumerId, page)),
    );
  }

  /** Lets whoever reads for the consumer give it these events once more; gives how many. */
  askForParked(consumerId: string, choice: ParkedChoice): Promise<number> {
    const work = async (tx: Knex.Transaction) => {
      if ((await consumers.lockConsumer(tx, this.#dialect, consumerId)) === null) return 0;
      const count = await parked.askForParked(tx, this.#dialect, consumerId, choice);
      if (count > 0) await consumers.markAskedFor(tx, this.#dialect, consumerId, true);
      return count;
    };
    return this.#run.transaction('askForParked', work, REPEATABLE);
  }

  /** Forgets these events for good; gives how many, but after a lost answer only those that were left. */
  dropParked(consumerId: string, choice: ParkedChoice): Promise<number> {
    const work = (tx: Knex.Transaction) => parked.deleteParked(tx, consumerId, choice);
    return this.#run.transaction('dropParked', work, REPEATABLE);
  }

  /**
   * The next parked event that was asked for; it counts as tried from now on, so that one that ends its consumer's
   * process is not given to it for ever. null when there is no more.
   */
  takeParked(reader: Reader): Promise<ParkedEvent | null> {
    const { consumerId } = reader;
    const work = async (tx: Knex.Transaction) => {
      if ((await lockOwn(tx, this.#dialect, reader)) === null) return null;
      const event = await parked.firstAskedFor(tx, this.#dialect, consumerId);
      if (event === null) await consumers.markAskedFor(tx, this.#dialect, consumerId, false);
      else await parked.tryParked(tx, consumerId, event, { error: UNANSWERED, isNew: true });
      return event;
    };
    return this.#run.transaction('takeParked', work, REPEATABLE);
  }

  /** What came of it: null = it was acknowledged, and is parked no more. */
  settleParked(reader: Reader, key: ParkedKey, error: string | null): Promise<void> {
    const { consumerId } = reader;
    const { id, epoch } = key;
    const work = async (tx: Knex.Transaction) => {
      if ((await lockOwn(tx, this.#dialect, reader)) === null) return;
      if (error === null) await parked.deleteParked(tx, consumerId, { ids: [id], epoch });
      else await parked.tryParked(tx, consumerId, key, { error, isNew: false });
    };
    return this.#run.transaction('settleParked', work, REPEATABLE);
  }
}

/** null when the reader has been replaced, or its consumer is no more. */
async function lockOwn(tx: Knex.Transaction, dialect: Dialect, { consumerId, token }: Reader) {
  const row = await consumers.lockConsumer(tx, dialect, consumerId);
  return row !== null && (token === null || row.token === token) ? row : null;
}

/** `cursor`: where the consumer is. */
function counts({ upTo }: Failure, cursor: EventId): boolean {
  return compareIds(cursor, upTo) < 0;
}

/** `before`: what was written last, wherever that was. */
function nextFailure(before: Failure | null, { event, ...batch }: FailedBatch) {
  const isHere = before?.after === batch.after && before.epoch === batch.epoch;
  const isWithin = before?.epoch === batch.epoch && counts(before, batch.after);
  return {
    ...batch,
    // Whatever else the batch that has failed first held is looked at one by one, too.
    upTo: isWithin && compareIds(before.upTo, batch.upTo) > 0 ? before.upTo : batch.upTo,
    goesOn: isHere,
    tries: isHere ? before.tries + 1 : 1,
    ...triesAlone(isHere ? before : null, event?.[0] ?? null),
  };
}

function triesAlone(
  here: Failure | null,
  eventId: EventId | null,
): Pick<Failure, 'eventId' | 'eventTries'> {
  const { eventId: known = null, eventTries = 0 } = here ?? {};
  if (eventId === null) return { eventId: known, eventTries };
  return { eventId, eventTries: known === eventId ? eventTries + 1 : 1 };
}
