// SQLite. Its single writer makes numbering at the insert safe (see the trigger in migrations/stream/0002-inbox),
// so there is no step. Hot statements run on a handle of their own (hot-handle.ts), everything else by knex.
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import knex, { type Knex } from 'knex';
import { makeInboxTriggers } from '../../../../migrations/stream/0003-waiting.ts';
import { type EventRow, rowBytes } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { Rename } from '../../adopter.ts';
import type {
  Ack,
  Dialect,
  OpenDatabase,
  QueueOf,
  ReadLimits,
  Watch,
  WatchOptions,
} from '../../dialect.ts';
import { tablesOf } from '../../tables.ts';
import { sqliteOutcome } from '../db-errors.ts';
import type { PlaceOptions } from '../source.ts';
import { isOriginal, sqliteAdopter } from './adopter.ts';
import { whenFree } from './busy.ts';
import { databaseFile, loadDriver, openHandle } from './driver.ts';
import { HotHandle } from './hot-handle.ts';
import { deleteKeys } from './keys.ts';
import { SqliteClient } from './knex-client.ts';
import { SqliteNumbering } from './numbering.ts';
import { requireSameLibrary } from './same-library.ts';
import { SqliteWatch } from './sqlite-watch.ts';
import { appendSql, ROWS_AT_ONCE } from './statements.ts';

/** Rows are there only while the stream is copied into. */
const INBOX_DEPTH = `
select count(*) as rows, cast(round((julianday('now') - julianday(min(ts))) * 86400000) as integer) as age_ms from ??`;

const NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

export async function openSqlite({
  place,
  timeoutMs,
  givenUp,
}: PlaceOptions): Promise<OpenDatabase> {
  // Once, since all connections have to be to the same file.
  const file = databaseFile(await place.settings({ timeoutMs, givenUp }));
  const Driver = await loadDriver();
  if (place.client !== null) requireSameLibrary(place.client, Driver);
  const handle = await openHandle(Driver, file, timeoutMs);
  try {
    await whenFree(
      () => {
        // The mode is a property of the file; changing it needs the file for oneself for a moment. Whoever writes to a
        // database that is not adopted may have a SQLite that must not write in that mode.
        if (!isOriginal(handle)) handle.exec('pragma journal_mode = wal');
      },
      timeoutMs,
      givenUp,
    );
  } catch (error) {
    handle.close();
    throw error;
  }
  const db = openKnex(file, timeoutMs, givenUp);
  const reader = openKnex(file, timeoutMs, givenUp);
  const hot = new HotHandle(handle, timeoutMs, givenUp);
  return { db, reader, dialect: new SqliteDialect({ db, reader, hot }) };
}

/** One connection: a second one could only wait for the first. */
function openKnex(file: string, timeoutMs: number, givenUp?: AbortSignal): Knex {
  const own = { givenUp };
  return knex({
    ...own,
    client: SqliteClient,
    connection: { filename: file },
    useNullAsDefault: true,
    // Messages of errors would hold the data of events.
    compileSqlOnError: false,
    // knex would print what it throws as well.
    log: { warn: () => {} },
    pool: { min: 0, max: 1 },
    acquireConnectionTimeout: timeoutMs,
  });
}

interface Connections {
  readonly db: Knex;
  readonly reader: Knex;
  readonly hot: HotHandle;
}

class SqliteDialect implements Dialect {
  readonly kind = 'sqlite';
  readonly hasSteps = false;
  readonly hasTrustedRows = true;
  readonly outcomeOf = sqliteOutcome;
  readonly isHopeless = (error: unknown): boolean => sqliteOutcome(error) === 'refused';
  readonly adopter = sqliteAdopter;
  readonly commitsWaitMs = null;
  readonly foundBehind = null;
  readonly barrier = null;
  readonly neighbour = null;
  readonly numbering: SqliteNumbering;
  readonly #db: Knex;
  readonly #reader: Knex;
  readonly #hot: HotHandle;

  constructor({ db, reader, hot }: Connections) {
    this.#db = db;
    this.#reader = reader;
    this.#hot = hot;
    this.numbering = new SqliteNumbering(hot);
  }

  deleteKeys(olderThanMs: number, limit: number): Promise<number> {
    return this.#hot.write((handle) => deleteKeys(handle, olderThanMs, limit));
  }

  readEvents(
    table: string,
    after: EventId,
    limits: ReadLimits,
    queueOf?: QueueOf,
  ): Promise<EventRow[]> {
    return this.#hot.read(() => {
      const { size: sizeOf, read } = this.#hot.ofTable(table, queueOf);
      const size = sizeOf.get(after, limits.eventsMax) as { bytes: number | null };
      // Row by row takes half as long again. Rows that come in between are few, and short ones stay short.
      if ((size.bytes ?? 0) < limits.bytesMax / 2) {
        return read.all(after, limits.eventsMax) as unknown as EventRow[];
      }
      const rows: EventRow[] = [];
      let bytes = 0;
      for (const row of read.iterate(after, limits.eventsMax) as Iterable<EventRow>) {
        bytes += rowBytes(row);
        if (rows.length > 0 && bytes > limits.bytesMax) break;
        rows.push(row);
      }
      return rows;
    });
  }

  advanceCursors(acks: readonly Ack[]): Promise<void> {
    return this.#hot.write((handle) => {
      const advance = handle.prepare(
        `update evt_consumers set last_evt_id = max(last_evt_id, cast(?1 as integer)), last_time = ${NOW},
                aside_time = null
          where id = ?2 and (?3 is null or lease_token = ?3)
            and exists (select 1 from evt_streams s
                         where s.name = evt_consumers.stream and s.next_id > cast(?1 as integer)
                           and (s.epoch = ?4 or cast(?1 as integer) <= coalesce(
                             (select case when e.epoch = ?4 then cast(?1 as integer) else e.began_after end
                                from evt_epochs e where e.stream = s.name and e.epoch <= ?4
                               order by e.epoch desc limit 1),
                             case when ?4 = 1 then cast(?1 as integer) else 0 end)))
            and not exists (select 1 from evt_epochs e
                             where e.stream = evt_consumers.stream and e.epoch > ?4
                               and e.began_after < cast(?1 as integer))`,
      );
      for (const { cursor, consumerId, token, epoch } of acks) {
        advance.run(cursor, consumerId, token, epoch);
      }
    });
  }

  /** On the transaction's own connection, which has the file for itself: knex takes longer than the inserts. */
  async insertHistory(tx: Knex, table: string, rows: readonly EventRow[]): Promise<void> {
    const connection: DatabaseSyncInstance = await tx.client.acquireConnection();
    const alone = rows.length - (rows.length % ROWS_AT_ONCE);
    const many = connection.prepare(appendSql(table, ROWS_AT_ONCE));
    for (let at = 0; at < alone; at += ROWS_AT_ONCE) {
      many.run(...rows.slice(at, at + ROWS_AT_ONCE).flat());
    }
    const one = connection.prepare(appendSql(table, 1));
    for (const row of rows.slice(alone)) one.run(...row);
  }

  async inboxDepth(stream: string): Promise<{ rows: number; ageMs: number }> {
    const { inbox } = tablesOf(stream);
    const [row] = await this.#reader.raw(INBOX_DEPTH, [inbox]);
    return { rows: row.rows, ageMs: Math.max(0, row.age_ms ?? 0) };
  }

  transaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.#db.transaction(work);
  }

  readSynced<T>(read: (db: Knex) => Promise<T>): Promise<T> {
    return read(this.#reader);
  }

  syncedTransaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.transaction(work);
  }

  /** A file says nothing of its copies. */
  async identity(): Promise<null> {
    return null;
  }

  /** Ours are the connection's own (driver.ts). */
  async laxSettings(): Promise<Record<string, string>> {
    return {};
  }

  watch(options: WatchOptions): Watch {
    return new SqliteWatch(this.#hot, options);
  }

  /** Our triggers name their stream, and are made anew; the application's own go along. */
  async renameTables(db: Knex, renames: readonly Rename[]): Promise<void> {
    for (const { from } of renames) {
      for (const trigger of [`${from}_numbers`, `${from}_waits`]) {
        await db.raw('drop trigger if exists ??', [trigger]);
      }
    }
    for (const { from, to } of renames) await db.raw('alter table ?? rename to ??', [from, to]);
  }

  onRenamed(db: Knex, stream: string): Promise<void> {
    return makeInboxTriggers(db, stream);
  }

  forUpdate(query: Knex.QueryBuilder): Knex.QueryBuilder {
    return query;
  }

  withMigrationLock(work: (db: Knex) => Promise<void>): Promise<void> {
    return this.#db.transaction(work);
  }

  now(): Knex.Raw {
    return this.#db.raw(NOW);
  }

  fromNow(ms: number): Knex.Raw {
    return this.#db.raw("strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?)", [
      `${(ms / 1000).toFixed(3)} seconds`,
    ]);
  }

  time(iso: string): Knex.Raw {
    return this.#db.raw('?', [iso]);
  }

  isoTime(column: string): Knex.Raw {
    return this.#db.raw('??', [column]);
  }

  idText(column: string): Knex.Raw {
    return this.#db.raw('cast(?? as text)', [column]);
  }

  msSince(column: string): Knex.Raw {
    return this.#db.raw("cast(round((julianday('now') - julianday(??)) * 86400000) as integer)", [
      column,
    ]);
  }

  async close(): Promise<void> {
    this.#hot.close();
    await this.#reader.destroy();
  }
}
