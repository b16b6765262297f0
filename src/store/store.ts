// The active database, as verbs of the product. Nobody outside this room knows SQL.
//
// What every reader may rely on: ids are committed strictly under the stream's row lock, so every snapshot of the
// queue is a gap-free prefix. What would break it: numbering outside that lock, or a default on the queue's id.
import type { Knex } from 'knex';
import { isServiceError } from '../contract/errors.ts';
import type { Draft, EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import {
  type ActiveTables,
  type Adopted,
  type AdoptRequest,
  adoptActive,
  findActive,
  type OriginalActive,
} from './adoption/active.ts';
import { adoptLocked } from './adoption/locked.ts';
import type { Archive } from './archive.ts';
import { Copies } from './copies.ts';
import { QueueTarget } from './copying/queue-target.ts';
import type {
  Ack,
  Appended,
  Dialect,
  DialectOptions,
  Moved,
  OpenDatabase,
  QueuePlace,
  ReadLimits,
  Watch,
  WatchOptions,
} from './dialect.ts';
import { openDatabase } from './dialects/open.ts';
import { type Discarded, type DiscardLimits, discardWindow } from './discard.ts';
import { Epochs } from './epochs.ts';
import { Failures } from './failures.ts';
import type { KeyedAppended, KeyedCall } from './keyed.ts';
import { Leases } from './leases.ts';
import { LogReader } from './log-reader.ts';
import { activeSchema, migrate } from './migrate.ts';
import { opening, startFailure } from './opening.ts';
import type { Stand, Start } from './position.ts';
import * as consumers from './queries/consumers.ts';
import { queuePlace } from './queue-place.ts';
import * as registration from './registration.ts';
import { REPEATABLE, Runner } from './runner.ts';
import { States } from './states.ts';
import type { StreamState } from './stream-state.ts';
import { StreamStatuses } from './stream-statuses.ts';

export type { Adopted, OriginalActive } from './adoption/active.ts';
export type {
  Ack,
  Appended,
  ChangedPlace,
  Moved,
  ReadLimits,
  Watch,
  WatchOptions,
} from './dialect.ts';
export type { Discarded, DiscardLimits } from './discard.ts';
export type { IdempotencyKey, KeyedAnswer, KeyedAppended, KeyedCall } from './keyed.ts';
export type { Lease } from './leases.ts';
export { checkPosition, type Start } from './position.ts';
export type { ConsumerDetails, ConsumerRow } from './queries/consumers.ts';
export type { Forgotten, Unregistering } from './registration.ts';
export type { ProjectionFacts, StateItem, StateRead, StateWrite } from './states.ts';
export type { StreamState, StreamStatus } from './stream-state.ts';

export class Store {
  readonly kind: Dialect['kind'];
  /** The copies into its queues. */
  readonly copies: Copies;
  /** What consumers fail on, and what is parked for them. */
  readonly failures: Failures;
  /** Which one reader each of its consumers has. */
  readonly leases: Leases;
  /** What the events of its streams come to. */
  readonly states: States;
  /** Who may add to a stream, and when. */
  readonly statuses: StreamStatuses;
  /** Which histories a stream has had. */
  readonly epochs: Epochs;
  readonly #db: Knex;
  /** For whatever reads outside of a transaction. */
  readonly #reader: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;
  readonly #log: LogReader;

  private constructor(database: OpenDatabase) {
    const { db, reader, dialect } = database;
    this.#db = db;
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = new Runner(dialect, 'active');
    this.#log = new LogReader({ reader, dialect }, this.#run);
    const own = { reader, dialect };
    this.statuses = new StreamStatuses(own, this.#run);
    this.states = new States(own, this.#run);
    this.failures = new Failures(database, this.#run);
    this.leases = new Leases(database, this.#run);
    this.epochs = new Epochs(own, this.#run);
    this.copies = new Copies(own, this.#run, new QueueTarget(own, this.#run, this.statuses));
    this.kind = dialect.kind;
  }

  static async open(options: DialectOptions): Promise<Store> {
    return new Store(await opening('active', () => openDatabase(options)));
  }

  /** From now on what was discarded is read from there. */
  readThrough(archive: Archive): void {
    this.#log.readThrough(archive);
  }

  /** Brings the schema up to date for these streams; gives what was applied. */
  migrate(streamNames: readonly string[]): Promise<string[]> {
    const work = async () => {
      const applied = await migrate(this.#dialect, activeSchema, streamNames);
      await this.statuses.settle(streamNames);
      return applied;
    };
    return opening('active', work, this.#dialect);
  }

  /** True when it has tables of ours. */
  isMigrated(): Promise<boolean> {
    return this.#reader.schema.hasTable('evt_streams');
  }

  /** A database of futoin-eventstream as it stands; null when there is nothing to adopt. */
  findOriginal(tables: ActiveTables): Promise<OriginalActive | null> {
    return findActive(this.#reader, this.#dialect, tables);
  }

  /** Makes it stream main, as after a crash on the way; its warehouse comes first. Other migrations are left to do. */
  adopt(request: AdoptRequest): Promise<Adopted> {
    const at = { dialect: this.#dialect, reader: this.#reader };
    const { queue, consumers } = request.tables;
    return adoptLocked(at, [queue, consumers], (db) => adoptActive(db, this.#dialect, request));
  }

  /** Rejects when the database does not answer. */
  async ping(): Promise<void> {
    await this.#run.repeatable('ping', () => this.#reader.raw('select 1'));
  }

  /**
   * For how long a commit has been seen to wait for another server, in milliseconds; the next ones would, too. Whoever
   * asks once learns nothing: it is counted from the first look.
   */
  async commitsWaitMs(): Promise<number> {
    const look = this.#dialect.commitsWaitMs;
    // Who has nothing to ask the database has not found it there either.
    if (look === null) return 0;
    return this.#run.repeatable('commitsWaitMs', () => look.call(this.#dialect));
  }

  /** Since when the work on it fails because it is away; null while it is there. */
  get awaySince(): Date | null {
    return this.#run.awaySince;
  }

  /** A failure of this database as it is told at the start; another one as it is. */
  startFailure(error: unknown): unknown {
    return startFailure('active', error, this.#dialect);
  }

  /** Waits for what is under way; see `givenUp` for a database that does not answer. */
  async close(): Promise<void> {
    this.#run.close();
    await this.#dialect.close();
    await this.#db.destroy();
  }

  /** The database's settings, with their values, by which it may lose what it has confirmed. */
  laxSettings(): Promise<Record<string, string>> {
    return this.#run.repeatable('laxSettings', () => this.#dialect.laxSettings());
  }

  /** True when inbox rows get their ids from a sequencer's steps and not by the insert itself. */
  get hasSteps(): boolean {
    return this.#dialect.hasSteps;
  }

  /** True when what stands behind `after` may turn out not to be events: it was written without our checks. */
  mayBeInvalid(stream: string, after: EventId): Promise<boolean> {
    return this.#log.mayBeInvalid(stream, after);
  }

  /** Gives the drafts their ids, behind everything that was committed in the inbox before. */
  append(stream: string, drafts: readonly Draft[]): Promise<Appended> {
    const work = () => this.#dialect.numbering.append(stream, drafts);
    return this.#orNotFound(stream, this.#run.once('append', work));
  }

  /** The same for calls with idempotency keys; each has an answer of its own, and an earlier one its ids again. */
  appendKeyed(stream: string, calls: readonly KeyedCall[]): Promise<KeyedAppended> {
    const work = () => this.#dialect.numbering.appendKeyed(stream, calls);
    return this.#orNotFound(stream, this.#run.untilKnown('appendKeyed', work));
  }

  /** Forgets at most `limit` idempotency keys that are older; gives how many. */
  deleteKeys(olderThanMs: number, limit: number): Promise<number> {
    const work = () => this.#dialect.deleteKeys(olderThanMs, limit);
    return this.#run.repeatable('deleteKeys', work);
  }

  /** Of what other processes commit; null where the database has no way to tell. */
  watch(options: WatchOptions): Watch | null {
    return this.#dialect.watch(options);
  }

  /** One step without drafts. */
  moveInbox(stream: string): Promise<Moved> {
    const work = () => this.#dialect.numbering.moveInbox(stream);
    return this.#orNotFound(stream, this.#run.repeatable('moveInbox', work));
  }

  inboxDepth(stream: string): Promise<{ rows: number; ageMs: number }> {
    const work = () => this.#dialect.inboxDepth(stream);
    return this.#orNotFound(stream, this.#run.repeatable('inboxDepth', work));
  }

  streamState(stream: string): Promise<StreamState> {
    return this.#log.state(stream);
  }

  /** The same for who goes on from it without the database: no crash takes back what it says. */
  syncedState(stream: string): Promise<StreamState> {
    return this.#log.syncedState(stream);
  }

  /**
   * The events after `after` in order, an unbroken run of them; empty when there are none yet. Throws `CursorTooOld`
   * when some of them were discarded, and are in no archive; `StreamBusy` while the stream is copied into.
   * Where an epoch is named: `HistoryForked` when the stream's is another one, `CursorAhead` when `after` is not there.
   */
  readAfter(
    stream: string,
    after: EventId,
    limits: ReadLimits,
    epoch?: number,
  ): Promise<EventRow[]> {
    return this.#orNotFound(
      stream,
      this.#log.readAfter({ stream, epoch: epoch ?? null }, after, limits),
    );
  }

  /** True when the stream was sealed at the last read that came to its end; a crash may take that back. */
  seemsSealed(stream: string): boolean {
    return this.#log.seemsSealed(stream);
  }

  /**
   * Registers a consumer; again = no change. Gives true when it is new, but not when that answer was lost once.
   * `parkAfter`: after so many tries of one event alone it is parked; null = never.
   */
  async registerConsumer(
    stream: string,
    ident: string,
    start: Start,
    parkAfter: number | null = null,
  ): Promise<boolean> {
    // A long scan must not hold the stream's row, and is in vain for who is registered already.
    const isByTime = typeof start === 'object' && 'time' in start;
    if (isByTime && (await this.#isRegistered(stream, ident))) return false;
    const register = (cursorIn: (state: StreamState) => EventId) =>
      this.#run.syncedTransaction(
        'registerConsumer',
        (tx) => registration.register(tx, this.#dialect, { stream, ident, parkAfter }, cursorIn),
        REPEATABLE,
      );
    return this.#log.begin(stream, start, register);
  }

  /** Puts a consumer of the service's own back to the beginning; false while somebody is at work in its name. */
  beginAgain(stream: string, ident: string): Promise<boolean> {
    const work = (tx: Knex.Transaction) =>
      registration.beginAgain(tx, this.#dialect, { stream, ident });
    return this.#run.syncedTransaction('beginAgain', work, REPEATABLE);
  }

  /** Where reading begins for `start`. */
  resolveStart(stream: string, start: Start): Promise<EventId> {
    return this.#log.begin(stream, start, async (cursorIn) =>
      cursorIn(await this.syncedState(stream)),
    );
  }

  /** Throws unless a reader that stands there, or at its cursor, if that is further on, can go on. */
  requirePosition(stream: string, position: Stand, cursor: EventId): Promise<void> {
    return this.#log.requirePosition(stream, position, cursor);
  }

  /** Readers may begin behind any id from here on. */
  readableAfter(stream: string, state: StreamState): Promise<EventId> {
    return this.#log.readableAfter(stream, state);
  }

  /** Forgets a consumer (or with `isDryRun` only looks); null when there is none. Throws `EventsParked`. */
  unregisterConsumer(
    stream: string,
    ident: string,
    how: registration.Unregistering,
  ): Promise<registration.Forgotten | null> {
    const work = (tx: Knex.Transaction) =>
      registration.unregister(tx, this.#dialect, { stream, ident }, how);
    // Done twice it would say that there was none.
    const options = how.isDryRun ? REPEATABLE : undefined;
    return this.#run.syncedTransaction('unregisterConsumer', work, options);
  }

  findConsumer(stream: string, ident: string): Promise<consumers.ConsumerRow | null> {
    return this.#run.repeatable('findConsumer', () =>
      consumers.findConsumer(this.#reader, this.#dialect, stream, ident),
    );
  }

  listConsumers(stream: string): Promise<consumers.ConsumerDetails[]> {
    return this.#run.repeatable('listConsumers', () =>
      consumers.listConsumers(this.#reader, this.#dialect, stream),
    );
  }

  /** Moves cursors forward, never back; an ack with a token only while nobody took the consumer over. */
  advanceCursors(acks: readonly Ack[]): Promise<void> {
    return this.#run.repeatable('advanceCursors', () => this.#dialect.advanceCursors(acks));
  }

  /**
   * Makes the archive a condition of discarding, for every discarder from now on, and registers the archiver's
   * consumer at what is left of the queue.
   */
  requireArchive(stream: string): Promise<void> {
    const work = (tx: Knex.Transaction) => registration.requireArchive(tx, this.#dialect, stream);
    return this.#run.syncedTransaction('requireArchive', work, REPEATABLE);
  }

  /**
   * Lets discarding go on without this consumer until it moves again or is attached to, unless it has moved from
   * `cursor`. Never without an archive, which it can come back through. After a lost answer it says that it has moved.
   */
  setAside(
    stream: string,
    consumer: Pick<consumers.ConsumerRow, 'id' | 'cursor'>,
  ): Promise<'set-aside' | 'has-moved' | 'no-archive'> {
    const work = (tx: Knex.Transaction) =>
      registration.setAside(tx, this.#dialect, stream, consumer);
    return this.#run.transaction('setAside', work, REPEATABLE);
  }

  /**
   * Deletes some of the events that every consumer and the archive have. After a lost answer it deletes the next ones,
   * and counts only those.
   */
  discard(stream: string, limits: DiscardLimits): Promise<Discarded> {
    const work = (tx: Knex.Transaction) => discardWindow(tx, this.#dialect, { ...limits, stream });
    return this.#run.transaction('discard', work, REPEATABLE);
  }

  /** Under a node a stream may get another name: then its tables are missing, and what is told is that it is gone. */
  async #orNotFound<T>(stream: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isServiceError(error) && error.code === 'InternalError') await this.streamState(stream);
      throw error;
    }
  }

  /**
   * Where the queue is for statements of another database, when that can read it: `sees` says whether it can, by a mark
   * that is there for the moment.
   */
  queuePlace(stream: string, sees: (mark: string) => Promise<boolean>): Promise<QueuePlace | null> {
    return queuePlace(this.#dialect, this.#run, stream, sees);
  }

  async #isRegistered(stream: string, ident: string): Promise<boolean> {
    const find = (db: Knex) => consumers.findConsumer(db, this.#dialect, stream, ident);
    const row = await this.#run.repeatable('isRegistered', () => this.#dialect.readSynced(find));
    return row !== null;
  }
}
