// SQLite. Its single writer makes numbering at the insert safe (see the trigger in migrations/stream/0002-inbox),
// so there is no step. Hot statements run synchronously on a handle of their own: a whole transaction takes one
// turn of the event loop, so two of this process never meet half-way.
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import knex, { type Knex } from 'knex';
import { type Draft, type EventRow, rowBytes } from '../../../contract/event.ts';
import { type EventId, idPlus } from '../../../contract/event-id.ts';
import type {
  Ack,
  Appended,
  Dialect,
  DialectOptions,
  OpenDatabase,
  ReadLimits,
} from '../../dialect.ts';
import { type KeyedAppended, type KeyedCall, planKeyed } from '../../keyed.ts';
import { refusalOf, requireOpenStream } from '../../stream-state.ts';
import { sqliteOutcome } from '../db-errors.ts';
import { isOriginal, sqliteAdopter } from './adopter.ts';
import { whenFree } from './busy.ts';
import { databaseFile, loadDriver, openHandle } from './driver.ts';
import { deleteKeys, knownKeys, writeKeys } from './keys.ts';
import { sqliteClient } from './knex-client.ts';
import { prepareStream, type StreamStatements } from './statements.ts';

const NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

export async function openSqlite(options: DialectOptions): Promise<OpenDatabase> {
  const file = databaseFile(options.url);
  const handle = openHandle(await loadDriver(), file);
  try {
    await whenFree(() => {
      // The mode is a property of the file; changing it needs the file for oneself for a moment. Whoever writes to a
      // database that is not adopted may have a SQLite that must not write in that mode.
      if (!isOriginal(handle)) handle.exec('pragma journal_mode = wal');
    }, options.timeoutMs);
  } catch (error) {
    handle.close();
    throw error;
  }
  const db = openKnex(file, options.timeoutMs);
  const reader = openKnex(file, options.timeoutMs);
  return { db, reader, dialect: new SqliteDialect({ db, reader, handle }, options.timeoutMs) };
}

/** One connection: a second one could only wait for the first. */
function openKnex(file: string, timeoutMs: number): Knex {
  return knex({
    client: sqliteClient(timeoutMs),
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
  readonly handle: DatabaseSyncInstance;
}

class SqliteDialect implements Dialect {
  readonly kind = 'sqlite';
  readonly hasSteps = false;
  readonly hasTrustedRows = true;
  readonly outcomeOf = sqliteOutcome;
  readonly adopter = sqliteAdopter;
  readonly #db: Knex;
  readonly #reader: Knex;
  readonly #handle: DatabaseSyncInstance;
  readonly #timeoutMs: number;
  readonly #statements = new Map<string, StreamStatements>();

  constructor({ db, reader, handle }: Connections, timeoutMs: number) {
    this.#db = db;
    this.#reader = reader;
    this.#handle = handle;
    this.#timeoutMs = timeoutMs;
  }

  append(stream: string, drafts: readonly Draft[]): Promise<Appended> {
    return this.#write(() => {
      const row = this.#streamRow(stream);
      requireOpenStream(stream, row?.status);
      const first = row?.nextId as EventId;
      this.#appendAt(stream, first, drafts);
      return { first, moved: 0 };
    });
  }

  appendKeyed(stream: string, calls: readonly KeyedCall[]): Promise<KeyedAppended> {
    return this.#write(() => {
      const row = this.#streamRow(stream);
      const plan = planKeyed(calls, knownKeys(this.#handle, stream, calls));
      const first = row?.nextId as EventId;
      const refusal = refusalOf(stream, row?.status);
      if (refusal !== null || plan.fresh.length === 0) return plan.answer(refusal ?? first, 0);
      this.#appendAt(stream, first, plan.drafts);
      writeKeys(this.#handle, stream, first, plan.fresh);
      return plan.answer(first, 0);
    });
  }

  deleteKeys(olderThanMs: number, limit: number): Promise<number> {
    return this.#write(() => deleteKeys(this.#handle, olderThanMs, limit));
  }

  async moveInbox(): Promise<{ moved: number; isDrained: boolean }> {
    return { moved: 0, isDrained: true };
  }

  readQueue(stream: string, after: EventId, limits: ReadLimits): Promise<EventRow[]> {
    return whenFree(() => {
      const rows: EventRow[] = [];
      let bytes = 0;
      const found = this.#statementsOf(stream).readQueue.iterate(after, limits.eventsMax);
      for (const row of found as Iterable<EventRow>) {
        bytes += rowBytes(row);
        if (rows.length > 0 && bytes > limits.bytesMax) break;
        rows.push(row);
      }
      return rows;
    }, this.#timeoutMs);
  }

  advanceCursors(acks: readonly Ack[]): Promise<void> {
    return this.#write(() => {
      const advance = this.#handle.prepare(
        `update evt_consumers set last_evt_id = max(last_evt_id, cast(?1 as integer)), last_time = ${NOW}
          where id = ?2 and (?3 is null or lease_token = ?3)`,
      );
      for (const { cursor, consumerId, token } of acks) advance.run(cursor, consumerId, token);
    });
  }

  async inboxDepth(): Promise<{ rows: number; ageMs: number }> {
    return { rows: 0, ageMs: 0 };
  }

  transaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.#db.transaction(work);
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
    this.#handle.close();
    await this.#reader.destroy();
  }

  #streamRow(stream: string): { nextId: EventId; status: string } | undefined {
    const row = this.#statementsOf(stream).streamRow.get(stream);
    return row as { nextId: EventId; status: string } | undefined;
  }

  #appendAt(stream: string, first: EventId, drafts: readonly Draft[]): void {
    const { appendDraft, setNextId } = this.#statementsOf(stream);
    drafts.forEach((draft, place) => {
      appendDraft.run(idPlus(first, place), draft.type, draft.data);
    });
    setNextId.run(idPlus(first, drafts.length), stream);
  }

  #statementsOf(stream: string): StreamStatements {
    let statements = this.#statements.get(stream);
    if (statements === undefined) {
      statements = prepareStream(this.#handle, stream);
      this.#statements.set(stream, statements);
    }
    return statements;
  }

  #write<T>(work: () => T): Promise<T> {
    return whenFree(() => {
      this.#handle.exec('begin immediate');
      try {
        const result = work();
        this.#handle.exec('commit');
        return result;
      } catch (error) {
        // Some failures (disk full) have ended the transaction already.
        if (this.#handle.isTransaction) this.#handle.exec('rollback');
        throw error;
      }
    }, this.#timeoutMs);
  }
}
