// A SQLite handle: `node:sqlite`, @photostructure/sqlite, better-sqlite3. It has one transaction at a time, and a file
// has one writer at a time.
import { backoffMs } from '../../../base/backoff.ts';
import { systemClock } from '../../../base/clock.ts';
import { hasMethods } from '../../../base/has-methods.ts';
import { type Adapter, inTurn, type Row, type Session, transact } from './adapter.ts';

interface SqliteHandle {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: unknown[]): unknown;
    all(...values: unknown[]): readonly Row[];
  };
}

/** How long another writer is waited for before its error is passed on. */
const BUSY_MS_MAX = 10_000;
const BACKOFF = { firstMs: 1, maxMs: 20 };

export const sqliteAdapter: Adapter = (object) => {
  if (!hasMethods(object, 'prepare', 'exec')) return null;
  const handle = object as unknown as SqliteHandle;
  const session: Session = {
    tx: handle,
    run: async (sql, values) =>
      values === undefined ? handle.exec(sql) : handle.prepare(sql).run(...values),
    rows: async (sql, values) => handle.prepare(sql).all(...values),
  };
  return {
    dialect: 'sqlite',
    transaction: (work) =>
      inTurn(object, () => transact(session, () => whenFree(session, 'begin immediate'), work)),
  };
};

/** Waits without blocking the process: the writer that is waited for may live in it. */
async function whenFree(session: Session, sql: string): Promise<void> {
  const deadline = systemClock.monotonicMs() + BUSY_MS_MAX;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await session.run(sql);
      return;
    } catch (error) {
      if (!isBusy(error) || systemClock.monotonicMs() >= deadline) throw error;
    }
    await systemClock.sleep(backoffMs(attempt, BACKOFF));
  }
}

/** The drivers give it different codes; the text is SQLite's own. */
function isBusy(error: unknown): boolean {
  return (error as Error | null)?.message === 'database is locked';
}
