// The warehouse database: the history, and the watermarks that say up to where it is complete.
import type { Knex } from 'knex';
import { nextTurn } from '../base/clock.ts';
import { streamNotFound } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { type EventId, NO_EVENT } from '../contract/event-id.ts';
import {
  type AdoptedHistory,
  adoptHistory,
  type FoundHistory,
  findHistory,
} from './adoption/history.ts';
import { adoptLocked } from './adoption/locked.ts';
import { Copies } from './copies.ts';
import { HistoryTarget } from './copying/history-target.ts';
import type { Dialect, DialectOptions, OpenDatabase, QueuePlace, ReadLimits } from './dialect.ts';
import { openDatabase } from './dialects/open.ts';
import { migrate, warehouseSchema } from './migrate.ts';
import { opening, startFailure } from './opening.ts';
import * as checksums from './queries/checksums.ts';
import * as events from './queries/events.ts';
import * as history from './queries/history.ts';
import { type Renaming, renameHistory } from './renaming.ts';
import { type Rewind, rewindSlice } from './rewinding.ts';
import { REPEATABLE, Runner } from './runner.ts';
import { tablesOf } from './tables.ts';

export type { AdoptedHistory, FoundHistory } from './adoption/history.ts';
export type { QueuePlace } from './dialect.ts';
export type { Checksum } from './queries/checksums.ts';
export type { Watermark } from './queries/history.ts';

/** Who archives and reads meanwhile waits no longer behind it. */
const RENAME_LOCK_MS = 1500;

/** The active database's store. */
export interface QueueOwner {
  readonly kind: Dialect['kind'];
  /** `sees` is asked whether a mark is to be seen that is there for the moment. */
  queuePlace(stream: string, sees: (mark: string) => Promise<boolean>): Promise<QueuePlace | null>;
}

export interface CopyOptions {
  /** Gives what the range comes to that ends with these rows; it goes in with them. */
  readonly checksumOf?: () => checksums.Checksum;
  /** Where the same rows stand, word for word, within reach of a statement here. @default null */
  readonly queue?: QueuePlace | null;
}

export class Warehouse {
  /** The copies into its histories. */
  readonly copies: Copies;
  readonly #db: Knex;
  readonly #reader: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;

  private constructor({ db, reader, dialect }: OpenDatabase) {
    this.#db = db;
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = new Runner(dialect, 'warehouse');
    this.copies = new Copies({ reader, dialect }, this.#run, new HistoryTarget(dialect));
  }

  static async open(options: DialectOptions): Promise<Warehouse> {
    return new Warehouse(await opening('warehouse', () => openDatabase(options)));
  }

  migrate(streams: readonly string[]): Promise<string[]> {
    const work = () => migrate(this.#dialect, warehouseSchema, streams);
    return opening('warehouse', work, this.#dialect);
  }

  /** Since when the work on it fails because it is away; null while it is there. */
  get awaySince(): Date | null {
    return this.#run.awaySince;
  }

  /** The database's settings, with their values, by which it may lose what it has confirmed. */
  laxSettings(): Promise<Record<string, string>> {
    return this.#run.repeatable('laxSettings', () => this.#dialect.laxSettings());
  }

  /** The history as it stands, futoin-eventstream's or ours; null when there is none. */
  findHistory(table: string): Promise<FoundHistory | null> {
    return findHistory(this.#db, this.#dialect, table);
  }

  /** Makes futoin-eventstream's history that of stream main, as after a crash on the way. */
  adopt(table: string): Promise<AdoptedHistory> {
    const at = { dialect: this.#dialect, reader: this.#db };
    return adoptLocked(at, [table], (db) => adoptHistory(db, this.#dialect, table));
  }

  /** True when it has tables of ours. */
  isMigrated(): Promise<boolean> {
    return this.#reader.schema.hasTable('evt_archives');
  }

  /** False when rows of the history may turn out not to be events. */
  get hasTrustedRows(): boolean {
    return this.#dialect.hasTrustedRows;
  }

  /** null when the sink has none on this stream, or the stream has no history. */
  findWatermark(sink: string, stream: string): Promise<history.Watermark | null> {
    return this.#run.repeatable('findWatermark', () =>
      history.findWatermark(this.#reader, this.#dialect, sink, stream),
    );
  }

  /** The least id of the history behind `after`; null when there is none. */
  firstId(stream: string, after = NO_EVENT): Promise<EventId | null> {
    const { history: table } = tablesOf(stream);
    return this.#run.repeatable('firstId', () =>
      events.firstId(this.#reader, this.#dialect, table, after),
    );
  }

  /** The greatest id of the history, which no crash takes back; null when it is empty. Throws `StreamNotFound`. */
  newestId(stream: string): Promise<EventId | null> {
    const read = async (db: Knex) => {
      const row = await db('evt_archives').where('stream', stream).first('stream');
      if (row === undefined) throw streamNotFound(stream);
      return events.lastId(db, this.#dialect, tablesOf(stream).history);
    };
    return this.#run.repeatable('newestId', () => this.#dialect.readSynced(read));
  }

  /** The least id in the range whose ts is at or after the time; null when there is none. */
  firstIdSince(
    stream: string,
    time: string,
    range: { after: EventId; upTo: EventId; gapsUpTo: EventId },
  ): Promise<EventId | null> {
    const { history: table } = tablesOf(stream);
    return this.#run.repeatable('firstIdSince', () =>
      events.firstIdSince(this.#reader, this.#dialect, table, time, range),
    );
  }

  /** The archived events behind `after` in order. */
  readHistory(stream: string, after: EventId, limits: ReadLimits): Promise<EventRow[]> {
    const { history: table } = tablesOf(stream);
    return this.#run.repeatable('readHistory', () =>
      this.#dialect.readEvents(table, after, limits),
    );
  }

  /** The sink's watermark, set to `start` when it has none yet. Throws `StreamNotFound` when it has no history. */
  openWatermark(
    sink: string,
    stream: string,
    start: history.Watermark,
  ): Promise<history.Watermark> {
    const work = async (tx: Knex.Transaction) => {
      const found = await history.findWatermark(tx, this.#dialect, sink, stream);
      if (found !== null) return found;
      await history.lockArchive(tx, this.#dialect, stream);
      await history.insertWatermark(tx, sink, stream, start);
      return start;
    };
    // Events are discarded by it.
    return this.#run.syncedTransaction('openWatermark', work, REPEATABLE);
  }

  /**
   * Adds the rows and moves the watermark, together or not at all. Gives false, and adds nothing, when the watermark
   * stands elsewhere, or is of another epoch: another writer was here.
   */
  copyToHistory(
    sink: string,
    stream: string,
    rows: readonly EventRow[],
    move: history.WatermarkMove,
    { checksumOf, queue = null }: CopyOptions = {},
  ): Promise<boolean> {
    return this.#run.transaction('copyToHistory', async (tx) => {
      if (!(await history.moveWatermark(tx, sink, stream, move))) return false;
      const { history: table } = tablesOf(stream);
      const inserting =
        queue === null
          ? this.#dialect.insertHistory(tx, table, rows)
          : this.#copyFrom(tx, queue, table, rows, move);
      if (checksumOf === undefined) await inserting;
      else await this.#writeChecksum(tx, stream, move.from.lastId, checksumOf, inserting);
      return true;
    });
  }

  /**
   * Cuts off what is behind an event; as often as it takes, and again = no change. False when somebody else has moved
   * the watermark meanwhile: what stands behind the event by now may be of the other history.
   */
  async rewind(rewind: Rewind): Promise<boolean> {
    const { to, epoch } = rewind;
    let from: history.Watermark | null = rewind.from;
    while (from !== null && (from.lastId !== to || from.epoch !== epoch)) {
      const work = (tx: Knex.Transaction) =>
        rewindSlice(tx, this.#dialect, { ...rewind, from: from as history.Watermark });
      from = await this.#run.syncedTransaction('rewind', work, REPEATABLE);
    }
    return from !== null;
  }

  /** The history of a stream gets another name. Throws `DestinationExists`, `InvalidRequest`. Again = no change. */
  renameHistory(renaming: Renaming): Promise<void> {
    return this.#run.repeatable('renameHistory', () =>
      this.#dialect.withMigrationLock((db) =>
        renameHistory(db, this.#dialect, renaming, RENAME_LOCK_MS),
      ),
    );
  }

  /** Where a stream's queue is when statements here can read it; else null. */
  async reachQueue(store: QueueOwner, stream: string): Promise<QueuePlace | null> {
    const { neighbour, kind } = this.#dialect;
    if (neighbour === null || store.kind !== kind) return null;
    const sees = (mark: string) => this.#run.repeatable('seesMark', () => neighbour.seesMark(mark));
    return store.queuePlace(stream, sees);
  }

  async #copyFrom(
    tx: Knex.Transaction,
    queue: QueuePlace,
    table: string,
    rows: readonly EventRow[],
    { from, to }: history.WatermarkMove,
  ): Promise<void> {
    const range = { after: from.lastId, upTo: to.lastId };
    const count = await this.#dialect.neighbour?.copyRows(tx, queue, table, range);
    if (count === rows.length) return;
    throw new Error(
      `The queue has ${count} rows behind ${from.lastId} where ${rows.length} were read.`,
    );
  }

  /** Added up while a server is at work on the rows. */
  async #writeChecksum(
    tx: Knex.Transaction,
    stream: string,
    from: EventId,
    checksumOf: () => checksums.Checksum,
    inserting: Promise<void>,
  ): Promise<void> {
    const [checksum] = await Promise.all([nextTurn().then(checksumOf), inserting]);
    if (!(await checksums.writeChecksum(tx, stream, from, checksum))) {
      throw new Error('The checksum of what was archived last is not there any more.');
    }
  }

  /** Of the range that was begun last; null when there is none. */
  newestChecksum(stream: string): Promise<checksums.Checksum | null> {
    return this.#run.repeatable('newestChecksum', () =>
      checksums.newestChecksum(this.#reader, this.#dialect, stream),
    );
  }

  /** At most `limit` in order, behind the one that begins at `beginning`. */
  listChecksums(
    stream: string,
    page: { beginning: EventId | null; limit: number },
  ): Promise<checksums.Checksum[]> {
    return this.#run.repeatable('listChecksums', () =>
      checksums.listChecksums(this.#reader, this.#dialect, stream, page),
    );
  }

  /** A failure of this database as it is told at the start; another one as it is. */
  startFailure(error: unknown): unknown {
    return startFailure('warehouse', error, this.#dialect);
  }

  /** Waits for what is under way; see `givenUp` for a database that does not answer. */
  async close(): Promise<void> {
    this.#run.close();
    await this.#dialect.close();
    await this.#db.destroy();
  }
}
