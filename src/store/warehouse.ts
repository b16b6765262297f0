// The warehouse database: the history, and the watermarks that say up to where it is complete.
import type { Knex } from 'knex';
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
import type { Dialect, DialectOptions, OpenDatabase, ReadLimits } from './dialect.ts';
import { openDatabase } from './dialects/open.ts';
import { migrate, warehouseSchema } from './migrate.ts';
import { opening, startFailure } from './opening.ts';
import * as events from './queries/events.ts';
import * as history from './queries/history.ts';
import { REPEATABLE, Runner } from './runner.ts';
import { tablesOf } from './tables.ts';

export type { AdoptedHistory, FoundHistory } from './adoption/history.ts';
export type { Watermark } from './queries/history.ts';

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

  /** The least id of the history; null when it is empty. */
  firstId(stream: string): Promise<EventId | null> {
    const { history: table } = tablesOf(stream);
    return this.#run.repeatable('firstId', () =>
      events.firstId(this.#reader, this.#dialect, table, NO_EVENT),
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

  /** The sink's watermark, set to `start` when it has none yet. */
  openWatermark(
    sink: string,
    stream: string,
    start: history.Watermark,
  ): Promise<history.Watermark> {
    const work = async (tx: Knex.Transaction) => {
      const found = await history.findWatermark(tx, this.#dialect, sink, stream);
      if (found === null) await history.insertWatermark(tx, sink, stream, start);
      return found ?? start;
    };
    // Events are discarded by it.
    return this.#run.syncedTransaction('openWatermark', work, REPEATABLE);
  }

  /**
   * Adds the rows and moves the watermark from `from` to `to`, together or not at all. Gives false, and adds nothing,
   * when the watermark stands elsewhere: another writer was here.
   */
  copyToHistory(
    sink: string,
    stream: string,
    rows: readonly EventRow[],
    move: { from: EventId; to: EventId },
  ): Promise<boolean> {
    return this.#run.transaction('copyToHistory', async (tx) => {
      if (!(await history.moveWatermark(tx, sink, stream, move))) return false;
      await this.#dialect.insertHistory(tx, tablesOf(stream).history, rows);
      return true;
    });
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
