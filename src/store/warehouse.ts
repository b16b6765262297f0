// The warehouse database: the history, and the watermarks that say up to where it is complete.
import type { Knex } from 'knex';
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import {
  type AdoptedHistory,
  adoptHistory,
  type FoundHistory,
  findHistory,
} from './adoption/history.ts';
import { adoptLocked } from './adoption/locked.ts';
import type { Dialect, DialectOptions } from './dialect.ts';
import { openDatabase } from './dialects/open.ts';
import { migrate, warehouseSchema } from './migrate.ts';
import { opening, startFailure } from './opening.ts';
import * as history from './queries/history.ts';
import { REPEATABLE, Runner } from './runner.ts';
import { tablesOf } from './tables.ts';

export type { AdoptedHistory, FoundHistory } from './adoption/history.ts';
export type { Watermark } from './queries/history.ts';

export class Warehouse {
  readonly #db: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;

  private constructor(db: Knex, dialect: Dialect) {
    this.#db = db;
    this.#dialect = dialect;
    this.#run = new Runner(dialect, 'warehouse');
  }

  static async open(options: DialectOptions): Promise<Warehouse> {
    const { db, dialect } = await opening('warehouse', () => openDatabase(options));
    return new Warehouse(db, dialect);
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
