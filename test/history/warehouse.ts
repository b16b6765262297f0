// The warehouse, made to stand still: the archiver falls behind the consumers, and nothing that it has not copied may
// be discarded.
import type { DatabaseKind } from '../support/databases.ts';
import type { Random } from '../support/random.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { pause } from './writers/writer.ts';

/** Below the time limit of the nodes. */
const STALL_MS_MAX = 1500;

const HOLD: Readonly<Record<DatabaseKind, readonly string[]>> = {
  sqlite: ['begin immediate'],
  postgres: ['begin', 'select * from evt_watermarks for update'],
  mysql: ['begin', 'select * from evt_watermarks for update'],
};

export class Warehouse {
  readonly #kind: DatabaseKind;
  readonly #sql: SqlSession;

  private constructor(kind: DatabaseKind, sql: SqlSession) {
    this.#kind = kind;
    this.#sql = sql;
  }

  static async open(kind: DatabaseKind, url: string): Promise<Warehouse> {
    return new Warehouse(kind, await openSqlSession(kind, url));
  }

  /** Nothing is copied until `release`. */
  async hold(): Promise<void> {
    for (const statement of HOLD[this.#kind]) await this.#sql.run(statement);
  }

  async release(): Promise<void> {
    await this.#sql.run('rollback');
  }

  /** Again and again for a moment. */
  async stall(random: Random, isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await pause(random.below(1000));
      await this.hold();
      await pause(random.below(STALL_MS_MAX));
      await this.release();
    }
  }

  /** The last id that is archived, 0 when none is. */
  async newest(): Promise<number> {
    const [row] = await this.#sql.run('select max(id) as newest from evt_history');
    return Number(row?.newest ?? 0);
  }

  close(): Promise<void> {
    return this.#sql.close();
  }
}
