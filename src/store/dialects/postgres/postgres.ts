// PostgreSQL. Steps run on a connection of their own for each stream, everything else on a pool.
import type { Knex } from 'knex';
import { systemClock } from '../../../base/clock.ts';
import type { EventRow } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { Rename } from '../../adopter.ts';
import type {
  Ack,
  Behind,
  Dialect,
  Neighbour,
  OpenDatabase,
  QueueOf,
  ReadLimits,
  Watch,
  WatchOptions,
} from '../../dialect.ts';
import { beginEpochIfOther } from '../../queries/epochs.ts';
import { postgresOutcome } from '../db-errors.ts';
import { isPostgresHopeless } from '../hopeless.ts';
import { KnownOutcome } from '../known-outcome.ts';
import type { PlaceOptions } from '../source.ts';
import { Steppers } from '../steppers.ts';
import { postgresAdopter } from './adopter.ts';
import { postgresBarrier } from './barrier.ts';
import { postgresNeighbour } from './neighbour.ts';
import { openPool } from './pool.ts';
import { PostgresWatch } from './postgres-watch.ts';
import type { SessionOptions } from './session.ts';
import {
  ADVANCE_CURSORS,
  DELETE_KEYS,
  DURABILITY,
  FOUND_BEHIND,
  IDENTITY,
  inboxDepthSql,
  insertHistorySql,
  isoTimeSql,
  readShortStatement,
  readStatement,
  WAITING_COMMITS,
} from './statements.ts';
import type { Statement } from './step-client.ts';
import { Stepper } from './stepper.ts';
import { JSON_TEXT, TEXT, textArray } from './text-array.ts';

/** One lock of the database for all migrations of ours: "evtmigr" in ASCII. */
const MIGRATION_LOCK = '28559215071684466';

/** PostgreSQL compresses rows from some 2000 bytes on, and a thousand short ones always fit. */
const SHORT_LENGTH = 1500;

export async function openPostgres({ poolMax, ...rest }: PlaceOptions): Promise<OpenDatabase> {
  const session = { ...rest, statementMs: rest.timeoutMs };
  const db = openPool({ ...session, poolMax });
  return { db, reader: db, dialect: new PostgresDialect(db, session) };
}

class PostgresDialect implements Dialect {
  readonly kind = 'postgres';
  readonly hasSteps = true;
  readonly hasTrustedRows = true;
  readonly outcomeOf = postgresOutcome;
  readonly isHopeless = isPostgresHopeless;
  readonly adopter = postgresAdopter;
  readonly barrier = postgresBarrier;
  readonly numbering: Steppers;
  readonly neighbour: Neighbour;
  readonly #db: Knex;
  /** Tables whose last read found rows that may have been compressed. */
  readonly #hadLong = new Set<string>();
  readonly #session: SessionOptions;
  /** Commits that wait for a standby, and since when they have been seen: a statement may be old before it commits. */
  #waiting: ReadonlyMap<string, number> = new Map();

  constructor(db: Knex, session: SessionOptions) {
    this.#db = db;
    this.neighbour = postgresNeighbour(db);
    this.#session = session;
    this.numbering = new Steppers({
      hasStream: (stream) => hasStream(db, stream),
      open: (stream) => new Stepper(session, stream, () => beginEpochIfOther(this, db, stream)),
    });
  }

  async deleteKeys(olderThanMs: number, limit: number): Promise<number> {
    const { rowCount } = await this.#db.raw(DELETE_KEYS, [olderThanMs, limit]);
    return rowCount;
  }

  async readEvents(
    table: string,
    after: EventId,
    limits: ReadLimits,
    queueOf?: QueueOf,
  ): Promise<EventRow[]> {
    const { eventsMax, bytesMax } = limits;
    if (!this.#hadLong.has(table) && bytesMax >= eventsMax * 2 * SHORT_LENGTH) {
      const values = [after, bytesMax, eventsMax, after, eventsMax];
      const rows = await this.#rows(readShortStatement(table, queueOf), values);
      if (!rows.some(isLong)) return rows;
      this.#hadLong.add(table);
      if (rows.length > 1) return rows;
    }
    const values = [after, eventsMax, bytesMax, bytesMax];
    const rows = await this.#rows(readStatement(table, queueOf), values);
    if (!rows.some(isLong)) this.#hadLong.delete(table);
    return rows;
  }

  async advanceCursors(acks: readonly Ack[]): Promise<void> {
    const values = [
      acks.map((ack) => ack.consumerId),
      acks.map((ack) => ack.cursor),
      acks.map((ack) => ack.token),
      acks.map((ack) => ack.epoch),
    ];
    await this.#run(ADVANCE_CURSORS, values);
  }

  async insertHistory(tx: Knex, table: string, rows: readonly EventRow[]): Promise<void> {
    const columns = [TEXT, TEXT, JSON_TEXT, TEXT].map((type, place) =>
      textArray(
        rows.map((row) => row[place] as string),
        type,
      ),
    );
    await tx.raw(insertHistorySql(table), columns);
  }

  async commitsWaitMs(): Promise<number> {
    const { rows } = await this.#db.raw(WAITING_COMMITS);
    const nowMs = systemClock.monotonicMs();
    const seen = rows.map(({ commit }: { commit: string }): [string, number] => [
      commit,
      this.#waiting.get(commit) ?? nowMs,
    ]);
    this.#waiting = new Map(seen);
    return Math.max(0, ...[...this.#waiting.values()].map((sinceMs) => nowMs - sinceMs));
  }

  async inboxDepth(stream: string): Promise<{ rows: number; ageMs: number }> {
    const { rows } = await this.#db.raw(inboxDepthSql(stream));
    return { rows: Number(rows[0].rows), ageMs: Math.max(0, Number(rows[0].age_ms)) };
  }

  async transaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    let isAtCommit = false;
    const run = async (tx: Knex.Transaction) => {
      const result = await work(tx);
      isAtCommit = true;
      return result;
    };
    try {
      return await this.#db.transaction(run, { isolationLevel: 'read committed' });
    } catch (error) {
      // Without a COMMIT the server undoes everything, whenever it notices that we are gone.
      throw isAtCommit ? error : certain(error);
    }
  }

  readSynced<T>(read: (db: Knex) => Promise<T>): Promise<T> {
    return read(this.#db);
  }

  syncedTransaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.transaction(work);
  }

  /** null where the account may not ask, or a server of another make does not answer. */
  async identity(db: Knex): Promise<string | null> {
    try {
      const { rows } = await db.raw(`select ${IDENTITY} as own`);
      return rows[0].own;
    } catch (error) {
      if (postgresOutcome(error) === 'refused') return null;
      throw error;
    }
  }

  async laxSettings(): Promise<Record<string, string>> {
    const { rows } = await this.#db.raw(DURABILITY);
    const found: [string, string][] = Object.entries(rows[0]);
    return Object.fromEntries(found.filter(([, value]) => value !== 'on'));
  }

  watch(options: WatchOptions): Watch {
    return new PostgresWatch(this.#session, options);
  }

  async renameTables(db: Knex, renames: readonly Rename[], lockMs: number): Promise<void> {
    await db.raw(`set local lock_timeout = ${lockMs}`);
    for (const { from } of renames) await db.raw('lock table ?? in access exclusive mode', [from]);
    for (const { from, to } of renames) await db.raw('alter table ?? rename to ??', [from, to]);
  }

  forUpdate(query: Knex.QueryBuilder): Knex.QueryBuilder {
    return query.forUpdate();
  }

  async foundBehind(db: Knex, table: string): Promise<Behind | null> {
    const { rows } = await db.raw(FOUND_BEHIND, [table]);
    return rows[0] ?? null;
  }

  /** On a connection of its own without limits for statements: a migration may take long, and waits for another. */
  async withMigrationLock(work: (db: Knex) => Promise<void>): Promise<void> {
    const waitMs = Math.round(this.#session.timeoutMs);
    const db = openPool({ ...this.#session, statementMs: 0, poolMax: 1 });
    try {
      await db.transaction(async (tx) => {
        await tx.raw('set local lock_timeout = 0');
        await tx.raw('select pg_advisory_xact_lock(?::bigint)', [MIGRATION_LOCK]);
        // DDL that waits for an open transaction makes every later one wait behind it.
        await tx.raw(`set local lock_timeout = ${waitMs}`);
        await work(tx);
      });
    } finally {
      await db.destroy();
    }
  }

  now(): Knex.Raw {
    return this.#db.raw('clock_timestamp()');
  }

  fromNow(ms: number): Knex.Raw {
    return this.#db.raw("clock_timestamp() + ?::float8 * interval '1 millisecond'", [ms]);
  }

  time(iso: string): Knex.Raw {
    return this.#db.raw('?::timestamptz', [iso]);
  }

  isoTime(column: string): Knex.Raw {
    return this.#db.raw(isoTimeSql('??'), [column]);
  }

  idText(column: string): Knex.Raw {
    return this.#db.raw('??::text', [column]);
  }

  msSince(column: string): Knex.Raw {
    return this.#db.raw('round(extract(epoch from clock_timestamp() - ??) * 1000)', [column]);
  }

  close(): Promise<void> {
    return this.numbering.close();
  }

  async #rows(statement: Statement, values: readonly unknown[]): Promise<EventRow[]> {
    return (await this.#run<EventRow>(statement, values, 'array')).rows;
  }

  #run<Row>(
    { name, text }: Statement,
    values: readonly unknown[],
    rowMode?: 'array',
  ): Promise<{ rows: Row[] }> {
    return this.#db.raw(text, values as Knex.RawBinding[]).options({ name, rowMode });
  }
}

function isLong([, , data]: EventRow): boolean {
  return data.length > SHORT_LENGTH;
}

async function hasStream(db: Knex, stream: string): Promise<boolean> {
  try {
    return (await db('evt_streams').where('name', stream).first('name')) !== undefined;
  } catch (error) {
    throw certain(error);
  }
}

/** The error of something that has changed nothing for certain. */
function certain(error: unknown): unknown {
  return postgresOutcome(error) === 'unknown' ? new KnownOutcome('rolled-back', error) : error;
}
