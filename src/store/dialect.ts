// All that differs between databases, each member with its reason. Everything else is a portable knex query in
// queries/. Capabilities are members and not checks of a client's name, so the difference has one home.
import type { Knex } from 'knex';
import type { Service } from '../base/lifecycle.ts';
import type { Draft, EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import type { Adopter, Rename } from './adopter.ts';
import type { Barrier } from './barrier.ts';
import type { KeyedAppended, KeyedCall } from './keyed.ts';
import type { DatabaseSource } from './source.ts';

export type { DatabaseKind } from '../../migrations/index.ts';

export interface Appended {
  /** The id of the first draft; the others follow without a gap. */
  readonly first: EventId;
  /** Inbox rows that were numbered on the way. */
  readonly moved: number;
}

export interface Moved {
  readonly moved: number;
  /** False when more may be waiting, or when another node is at it. */
  readonly isDrained: boolean;
}

/** An acknowledgement: the cursor of a consumer may move forward to `cursor`. */
export interface Ack {
  readonly consumerId: string;
  readonly cursor: EventId;
  /** The lease of a push reader; null for a poll, which needs none. */
  readonly token: string | null;
  /** Which history the cursor is of. */
  readonly epoch: number;
}

/** The queue of a stream, which has none while it is copied into. */
export interface QueueOf {
  readonly stream: string;
  /** null = of whichever history. */
  readonly epoch: number | null;
}

export interface ReadLimits {
  readonly eventsMax: number;
  /** One row always fits, however large. */
  readonly bytesMax: number;
}

/** What became of a write whose answer was a failure. */
export type Outcome =
  /** Nothing happened, and the same again may well succeed (deadlock, lock time-out, busy file). */
  | 'rolled-back'
  /** Nothing happened: the database is away or full. */
  | 'not-run'
  /** The connection went while the commit was on its way. */
  | 'unknown'
  /** Nothing happened, and the same again would fail the same way. */
  | 'refused';

/** Schemas by their names. */
export interface Behind {
  readonly schema: string;
  /** The one in front of it. */
  readonly first: string;
}

/** How drafts and the rows of the inbox get their ids. */
export interface Numbering {
  /**
   * The step with drafts: moves what is committed in the inbox, then appends the drafts, in one transaction under the
   * stream's row lock. Waits for the lock.
   */
  append(stream: string, drafts: readonly Draft[]): Promise<Appended>;

  /**
   * The same for calls with idempotency keys, as a transaction: lock the stream's row, look the keys up in a later
   * statement, then move, append, and write the new keys with their events. May be repeated after any failure.
   */
  appendKeyed(stream: string, calls: readonly KeyedCall[]): Promise<KeyedAppended>;

  /** The step without drafts; does nothing when another node holds the stream's row. */
  moveInbox(stream: string): Promise<Moved>;
}

/** Where something was committed: events that wait for their ids, or that have got them. */
export type ChangedPlace = 'inbox' | 'queue';

export interface WatchOptions {
  /** May be told too often, and of what was there before; `null` = some stream. */
  readonly onChange: (stream: string | null, place: ChangedPlace) => void;
  /** Told of every failed try; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Is told of commits of other processes, and tells them of ours. Nothing depends on it. */
export interface Watch extends Service {
  /** Tells other processes that events of the stream have got their ids. */
  announce(stream: string): void;
}

/** Where a table is, for a statement of a neighbour. */
export interface QueuePlace {
  readonly schema: string;
  readonly table: string;
}

/** One statement can read here and write in another database that is this one's neighbour. */
export interface Neighbour {
  /** Calls `look` while there is a mark that none but neighbours can see; it is told where tables are here, too. */
  showMark<T>(look: (mark: string, schema: string) => Promise<T>): Promise<T>;
  seesMark(mark: string): Promise<boolean>;
  /** Adds the rows with `after < id <= upTo` of a neighbour's table; gives how many. */
  copyRows(
    tx: Knex,
    from: QueuePlace,
    to: string,
    range: { readonly after: EventId; readonly upTo: EventId },
  ): Promise<number>;
}

export interface Dialect {
  readonly kind: 'sqlite' | 'postgres' | 'mysql';

  /**
   * False where the inbox is numbered by the insert itself and no step is ever needed: safe because SQLite has one
   * writer; with two, a lower id could become visible later.
   */
  readonly hasSteps: boolean;

  /**
   * True when nothing but events can get into the queue by way of the inbox. MariaDB's JSON check lets "\q" and 1.
   * through, and any session may switch its checks off, so what comes out of it is looked at before it goes on.
   */
  readonly hasTrustedRows: boolean;

  /** Decides the speed of everything, so it is written by hand for each database. */
  readonly numbering: Numbering;

  /**
   * Deletes at most `limit` keys that are older, the oldest first; gives how many. Without the stream's row lock: a
   * flush that still saw a key answers by it. Databases differ in how a delete is bounded.
   */
  deleteKeys(olderThanMs: number, limit: number): Promise<number>;

  /**
   * Rows of a table of events with `id > after` in order, the first of them at least; where a crash could take rows
   * back, fewer than are there. By hand: array mode, text columns, bounded in bytes. Of the queue of a stream that is
   * named there are none while it is copied into, or when its epoch is another one; asked for in the same statement, it
   * costs no way to the database.
   */
  readEvents(
    table: string,
    after: EventId,
    limits: ReadLimits,
    queueOf?: QueueOf,
  ): Promise<EventRow[]>;

  /**
   * Moves cursors forward, never back, in one statement for all; an ack with a token only while that token is the
   * consumer's newest, and none beyond the newest event, or beyond where a later epoch began: what a failover has lost
   * must not come back by a cursor. Databases differ in how an UPDATE joins a list of values.
   */
  advanceCursors(acks: readonly Ack[]): Promise<void>;

  /**
   * Adds rows, with the ids that they bring, to a history or, by a copy, to a queue. By hand: a binding for each value
   * costs more than the insert where there are arrays.
   */
  insertHistory(tx: Knex, table: string, rows: readonly EventRow[]): Promise<void>;

  /**
   * null on SQLite: a file is attached to a connection, which the pool may replace, and reading in order to write gains
   * least there.
   */
  readonly neighbour: Neighbour | null;

  /**
   * For how long a commit of ours has been seen to wait for another server to have it, though this one answers all
   * else, in milliseconds: since the look that saw it first. null where none waits so long: MariaDB and MySQL stop
   * waiting, and a Galera node without the others says so.
   */
  readonly commitsWaitMs: (() => Promise<number>) | null;

  /** Rows waiting in the inbox and the age of the oldest, in milliseconds. */
  inboxDepth(stream: string): Promise<{ rows: number; ageMs: number }>;

  /**
   * Reads what leaves the database: nothing in it will be taken back by a crash. MySQL and MariaDB may show a commit
   * before it is on the disk; elsewhere it is a read like any other.
   */
  readSynced<T>(read: (db: Knex) => Promise<T>): Promise<T>;

  /** A `transaction` of which the same is true also when it has written nothing. */
  syncedTransaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T>;

  /**
   * Tells this database from one that was restored from it, or took over from it and may lack its newest events. null
   * where nothing does.
   */
  identity(db: Knex): Promise<string | null>;

  /** The server's settings, with their values, by which it may lose what it has confirmed. */
  laxSettings(): Promise<Record<string, string>>;

  /** null where the database has no way to tell. */
  watch(options: WatchOptions): Watch | null;

  /** READ COMMITTED; on SQLite `begin immediate`, waiting for other writers without blocking the process. */
  transaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T>;

  /** Appended to a select of the stream's row inside a transaction; SQLite needs no lock beyond the transaction. */
  forUpdate(query: Knex.QueryBuilder): Knex.QueryBuilder;

  /**
   * Where the table of that name is, when new ones would be made elsewhere: PostgreSQL looks through the whole search
   * path, and makes tables in the first schema of it. null where that is the same one, or where there is no such table.
   */
  readonly foundBehind: ((db: Knex, table: string) => Promise<Behind | null>) | null;

  /** One runner of migrations at a time; knex's own lock throws instead of waiting and survives a kill. */
  withMigrationLock(work: (db: Knex) => Promise<void>): Promise<void>;

  /** What keeps transactions out of a sealed stream; null where the insert looks at the stream's row itself. */
  readonly barrier: Barrier | null;

  /** Renames tables together, waiting for others no longer than `lockMs`; fails in a way that may be tried again. */
  renameTables(db: Knex, renames: readonly Rename[], lockMs: number): Promise<void>;

  /** What is left to do when a stream's tables have this name. */
  onRenamed?(db: Knex, stream: string): Promise<void>;

  /** What adopting a database of futoin-eventstream takes here: DDL and its locks have little in common. */
  readonly adopter: Adopter;

  /** The database's clock; nodes may disagree, so no time of a node is ever stored or compared. */
  now(): Knex.Raw;
  /** The database's clock plus `ms` (may be negative). */
  fromNow(ms: number): Knex.Raw;
  /** A time in the form that a column of it takes, from our wire form with its three digits. */
  time(iso: string): Knex.Raw;
  /** A time column as `2026-11-20T21:32:25.123Z`. */
  isoTime(column: string): Knex.Raw;
  /** An integer column as decimal text: drivers would return numbers, some of them rounded. */
  idText(column: string): Knex.Raw;
  /** Milliseconds since a time column, by the database's clock. */
  msSince(column: string): Knex.Raw;

  /** What a failed write left behind. Reads driver codes, so that nobody else has to. */
  outcomeOf(error: unknown): Outcome;

  /** True when what was asked first, as at a start, failed in a way that waiting alone cannot cure. */
  isHopeless(error: unknown): boolean;

  /** Ends the connections that the dialect holds beside knex's pool. */
  close(): Promise<void>;
}

export interface DialectOptions {
  readonly database: DatabaseSource;
  /** Pooled connections (SQLite: always one). */
  readonly poolMax: number;
  /** How long one statement, a lock wait or an idle transaction may take, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * When it aborts, whatever is open to the database or being opened is cut without asking it, and work on it fails.
   * `close` waits for answers, which a database that says nothing owes for ever.
   */
  readonly givenUp?: AbortSignal | undefined;
  /** Told of the host that is connected to from then on, when it is another of several. */
  readonly onMoved?: ((host: string) => void) | undefined;
}

/** A database that is ready for queries. */
export interface OpenDatabase {
  readonly db: Knex;
  /**
   * For reads outside of transactions, so that they never wait for a writer. A connection of its own on SQLite, where
   * `db` has only one; elsewhere the same as `db`.
   */
  readonly reader: Knex;
  readonly dialect: Dialect;
}
