// The active database, as verbs of the product. Nobody outside this room knows SQL.
//
// What every reader may rely on: ids are committed strictly under the stream's row lock, so every snapshot of the
// queue is a gap-free prefix. What would break it: numbering outside that lock, or a default on the queue's id.
import type { Knex } from 'knex';
import { ARCHIVER } from '../contract/consumer.ts';
import { ServiceError } from '../contract/errors.ts';
import type { Draft, EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idDistance, idPlus, minId } from '../contract/event-id.ts';
import type { Ack, Appended, Dialect, DialectOptions, Moved, ReadLimits } from './dialect.ts';
import { openDatabase } from './dialects/open.ts';
import { activeSchema, migrate } from './migrate.ts';
import * as consumers from './queries/consumers.ts';
import * as events from './queries/events.ts';
import * as streams from './queries/streams.ts';
import { REPEATABLE, retried } from './retry.ts';
import type { StreamState } from './stream-state.ts';

export type { Ack, Appended, Moved, ReadLimits } from './dialect.ts';
export type { ConsumerDetails, ConsumerRow, Lease } from './queries/consumers.ts';
export type { StreamState } from './stream-state.ts';

/** Where a new consumer begins. */
export type Start =
  | 'beginning'
  | 'now'
  | { readonly id: EventId; readonly epoch?: number | undefined }
  | { readonly time: string };

export interface Discarded {
  readonly count: number;
  readonly upTo: EventId;
  /** True when more could be discarded at once. */
  readonly hasMore: boolean;
}

export class Store {
  readonly kind: Dialect['kind'];
  readonly #db: Knex;
  readonly #dialect: Dialect;

  private constructor(db: Knex, dialect: Dialect) {
    this.#db = db;
    this.#dialect = dialect;
    this.kind = dialect.kind;
  }

  static async open(options: DialectOptions): Promise<Store> {
    const { db, dialect } = await openDatabase(options);
    return new Store(db, dialect);
  }

  /** Brings the schema up to date for these streams; gives what was applied. */
  migrate(streamNames: readonly string[]): Promise<string[]> {
    return migrate(this.#dialect, activeSchema, streamNames);
  }

  /** Rejects when the database does not answer. */
  async ping(): Promise<void> {
    await this.#read('ping', () => this.#db.raw('select 1'));
  }

  async close(): Promise<void> {
    await this.#dialect.close();
    await this.#db.destroy();
  }

  /** True when inbox rows get their ids from a sequencer's steps and not by the insert itself. */
  get hasSteps(): boolean {
    return this.#dialect.hasSteps;
  }

  /** False when data that came by SQL may turn out not to be JSON. */
  get hasStrictJson(): boolean {
    return this.#dialect.hasStrictJson;
  }

  /** Gives the drafts their ids, behind everything that was committed in the inbox before. */
  append(stream: string, drafts: readonly Draft[]): Promise<Appended> {
    return retried(this.#dialect, 'append', () => this.#dialect.append(stream, drafts));
  }

  /** One step without drafts. */
  moveInbox(stream: string): Promise<Moved> {
    return retried(this.#dialect, 'moveInbox', () => this.#dialect.moveInbox(stream), REPEATABLE);
  }

  inboxDepth(stream: string): Promise<{ rows: number; ageMs: number }> {
    return this.#read('inboxDepth', () => this.#dialect.inboxDepth(stream));
  }

  streamState(stream: string): Promise<StreamState> {
    return this.#read('streamState', () => streams.streamState(this.#db, this.#dialect, stream));
  }

  /**
   * The events after `after` in order, an unbroken run of them; empty when there are none yet. Throws `CursorTooOld`
   * when some of them were discarded.
   */
  async readAfter(stream: string, after: EventId, limits: ReadLimits): Promise<EventRow[]> {
    const rows = await this.#read('readAfter', () =>
      this.#dialect.readQueue(stream, after, limits),
    );
    // Rows that begin right behind `after` were whole in their snapshot, since a discard takes the lowest first.
    if (rows[0]?.[0] === idPlus(after, 1)) return rows;
    // Otherwise a discard may have come between: it is asked about after the rows, so it cannot be missed.
    const { discardedUpTo } = await this.streamState(stream);
    if (compareIds(discardedUpTo, after) > 0) throw tooOld(discardedUpTo);
    return rows;
  }

  /** Registers a consumer; again = no change. Gives true when it is new. */
  registerConsumer(stream: string, ident: string, start: Start): Promise<boolean> {
    return this.#write('registerConsumer', async (tx) => {
      // The lock keeps the discarder away until the new cursor is visible to it.
      const state = await streams.lockStream(tx, this.#dialect, stream);
      if ((await consumers.findConsumer(tx, this.#dialect, stream, ident)) !== null) return false;
      const cursor = await this.#startCursor(tx, stream, state, start);
      await consumers.insertConsumer(tx, this.#dialect, { stream, ident, cursor });
      return true;
    });
  }

  /** Where reading begins for `start`. */
  async resolveStart(stream: string, start: Start): Promise<EventId> {
    const state = await this.streamState(stream);
    return this.#read('resolveStart', () => this.#startCursor(this.#db, stream, state, start));
  }

  /** Forgets a consumer (or with `isDryRun` only looks); null when there is none. */
  unregisterConsumer(
    stream: string,
    ident: string,
    isDryRun: boolean,
  ): Promise<{ cursor: EventId; lag: number } | null> {
    return this.#write('unregisterConsumer', async (tx) => {
      const state = await streams.lockStream(tx, this.#dialect, stream);
      const row = await consumers.findConsumer(tx, this.#dialect, stream, ident);
      if (row === null) return null;
      if (!isDryRun) await consumers.deleteConsumer(tx, row.id);
      return { cursor: row.cursor, lag: idDistance(row.cursor, state.newest) };
    });
  }

  findConsumer(stream: string, ident: string): Promise<consumers.ConsumerRow | null> {
    return this.#read('findConsumer', () =>
      consumers.findConsumer(this.#db, this.#dialect, stream, ident),
    );
  }

  listConsumers(stream: string): Promise<consumers.ConsumerDetails[]> {
    return this.#read('listConsumers', () =>
      consumers.listConsumers(this.#db, this.#dialect, stream),
    );
  }

  /** Moves cursors forward, never back; an ack with a token only while nobody took the consumer over. */
  advanceCursors(acks: readonly Ack[]): Promise<void> {
    return retried(
      this.#dialect,
      'advanceCursors',
      () => this.#dialect.advanceCursors(acks),
      REPEATABLE,
    );
  }

  /** null when there is no such consumer, or with `onlyIfFree` when another node holds it. */
  takeLease(request: {
    stream: string;
    ident: string;
    node: string;
    leaseMs: number;
    onlyIfFree: boolean;
  }): Promise<consumers.Lease | null> {
    return this.#write('takeLease', (tx) => consumers.takeLease(tx, this.#dialect, request));
  }

  /** Prolongs leases and gives the consumers whose lease is somebody else's by now. */
  async renewLeases(
    leases: readonly { consumerId: string; token: string }[],
    leaseMs: number,
  ): Promise<string[]> {
    if (leases.length === 0) return [];
    await retried(this.#dialect, 'renewLeases', () =>
      consumers.renewLeases(this.#db, this.#dialect, leases, leaseMs),
    );
    const ids = leases.map((lease) => lease.consumerId);
    const tokens = await this.#read('leaseTokens', () =>
      consumers.leaseTokens(this.#db, this.#dialect, ids),
    );
    return leases
      .filter((lease) => tokens.get(lease.consumerId) !== lease.token)
      .map((lease) => lease.consumerId);
  }

  releaseLease(lease: { consumerId: string; token: string }): Promise<void> {
    return retried(this.#dialect, 'releaseLease', () => consumers.releaseLease(this.#db, lease));
  }

  /**
   * Makes the archive a condition of discarding, for every discarder from now on, and registers the archiver's
   * consumer at what is left of the queue.
   */
  requireArchive(stream: string): Promise<void> {
    return this.#write('requireArchive', async (tx) => {
      const state = await streams.lockStream(tx, this.#dialect, stream);
      await streams.requireArchive(tx, stream);
      if ((await consumers.findConsumer(tx, this.#dialect, stream, ARCHIVER)) !== null) return;
      await consumers.insertConsumer(tx, this.#dialect, {
        stream,
        ident: ARCHIVER,
        cursor: state.discardedUpTo,
      });
    });
  }

  /** Deletes at most `limit` of the events that every consumer and the archive have. */
  discard(stream: string, limit: number): Promise<Discarded> {
    return this.#write('discard', async (tx) => {
      const state = await streams.lockStream(tx, this.#dialect, stream);
      // A later statement than the lock: whoever registered before it is seen, whoever comes after must wait.
      const known = await consumers.listCursors(tx, this.#dialect, stream);
      const allowed = discardableUpTo(state, known);
      const upTo = minId(allowed, idPlus(state.discardedUpTo, limit));
      if (compareIds(upTo, state.discardedUpTo) <= 0) {
        return { count: 0, upTo: state.discardedUpTo, hasMore: false };
      }
      const count = await events.deleteWindow(tx, stream, state.discardedUpTo, upTo);
      await streams.setDiscardedUpTo(tx, stream, upTo);
      return { count, upTo, hasMore: compareIds(upTo, allowed) < 0 };
    });
  }

  async #startCursor(db: Knex, stream: string, state: StreamState, start: Start): Promise<EventId> {
    if (start === 'beginning') return state.discardedUpTo;
    if (start === 'now') return state.newest;
    if ('time' in start) {
      const first = await events.firstIdSince(db, this.#dialect, stream, start.time);
      return first === null ? state.newest : idPlus(first, -1);
    }
    checkPosition(state, start.id, start.epoch);
    return start.id;
  }

  #write<T>(verb: string, work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return retried(this.#dialect, verb, () => this.#dialect.transaction(work));
  }

  #read<T>(verb: string, work: () => Promise<T>): Promise<T> {
    return retried(this.#dialect, verb, work, REPEATABLE);
  }
}

/** Throws unless a reader that stands at `id` can go on from there. */
export function checkPosition(state: StreamState, id: EventId, epoch: number | undefined): void {
  if (epoch !== undefined && epoch !== state.epoch) {
    throw new ServiceError('HistoryForked', { details: { epoch: state.epoch } });
  }
  if (compareIds(id, state.newest) > 0) {
    throw new ServiceError('CursorAhead', { details: { newest: state.newest } });
  }
  if (compareIds(id, state.discardedUpTo) < 0) throw tooOld(state.discardedUpTo);
}

function tooOld(discardedUpTo: EventId): ServiceError {
  return new ServiceError('CursorTooOld', { details: { earliest: idPlus(discardedUpTo, 1) } });
}

/** The least cursor; nothing while nobody is registered, or while the archive that is required is not there. */
function discardableUpTo(
  state: StreamState,
  known: readonly Pick<consumers.ConsumerRow, 'ident' | 'cursor'>[],
): EventId {
  const isArchived = known.some((consumer) => consumer.ident === ARCHIVER);
  const hasReader = known.some((consumer) => consumer.ident.includes(':'));
  if (!hasReader || (state.isArchiveRequired && !isArchived)) return state.discardedUpTo;
  return known.map((consumer) => consumer.cursor).reduce(minId);
}
