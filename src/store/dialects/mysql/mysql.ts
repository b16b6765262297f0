// MySQL and MariaDB. Steps run on a connection of their own for each stream, everything else on a pool. All connections
// have the same session settings (session.ts), so every time in SQL is UTC and every transaction READ COMMITTED.
import type { Knex } from 'knex';
import type { PooledConnection } from 'knex/lib/dialects/mysql2/index.js';
import type { EventRow } from '../../../contract/event.ts';
import { compareIds, type EventId } from '../../../contract/event-id.ts';
import { sharedUpTo } from '../../../contract/forks.ts';
import type { Rename } from '../../adopter.ts';
import type { Ack, Dialect, Neighbour, OpenDatabase, QueueOf, ReadLimits } from '../../dialect.ts';
import { beginEpochIfOther, forksUpTo } from '../../queries/epochs.ts';
import { isReadableSql, tablesOf } from '../../tables.ts';
import { mysqlOutcome } from '../db-errors.ts';
import { isMysqlHopeless } from '../hopeless.ts';
import { KnownOutcome } from '../known-outcome.ts';
import type { PlaceOptions } from '../source.ts';
import { Steppers } from '../steppers.ts';
import { mysqlAdopter } from './adopter.ts';
import { mysqlBarrier } from './barrier.ts';
import { EventReader } from './event-reader.ts';
import { IDENTITY, identityIn } from './identity.ts';
import { literal } from './literal.ts';
import { mysqlNeighbour } from './neighbour.ts';
import { insertStatements, PACKET_OVERHEAD_BYTES } from './packets.ts';
import { openPool } from './pool.ts';
import { isOfCluster, type SessionOptions } from './session.ts';
import {
  ADVANCE_ONE,
  advanceCursorsSql,
  DELETE_KEYS,
  DURABILITY,
  INBOX_DEPTH,
  MIGRATION_LOCK,
  STREAM_ENDS,
  SYNC,
} from './statements.ts';
import { Stepper } from './stepper.ts';
import { Synced } from './synced.ts';
import { requireDatabase } from './where-to.ts';

/** How long a node waits for another one's migrations, in seconds. */
const MIGRATION_WAIT_SECONDS = 600;

/** What confirms only what is on the disk; MariaDB's 3 does all that 1 does. */
const SAFE: Readonly<Record<string, readonly string[]>> = {
  innodb_flush_log_at_trx_commit: ['1', '3'],
  sync_binlog: ['1'],
};

/** Far below what any server takes (`max_allowed_packet`), but for an event that alone is larger. */
const HISTORY_PACKET_BYTES = 1_000_000;
/** What is shorter fits in any case: a character takes three bytes at most, or two units of a string and four. */
const HISTORY_TEXT_MAX = 300_000;

/** More go into a next statement: the cost of a union grows faster than its parts. */
const ACKS_PER_UPDATE = 500;

export async function openMysql(options: PlaceOptions): Promise<OpenDatabase> {
  const { poolMax, ...rest } = options;
  const { place } = rest;
  const session = { ...rest, statementMs: rest.timeoutMs };
  for (const settings of place.servers?.urls ?? [await place.settings(session)]) {
    requireDatabase(settings);
  }
  const db = openPool({ ...session, poolMax });
  return { db, reader: db, dialect: new MysqlDialect(db, session) };
}

/** As `STREAM_ENDS` gives it. */
interface StreamEnd {
  readonly id: string;
  readonly name: string;
  readonly epoch: number;
  readonly next_id: EventId;
}

class MysqlDialect implements Dialect {
  readonly kind = 'mysql';
  readonly hasSteps = true;
  readonly hasTrustedRows = false;
  readonly outcomeOf = mysqlOutcome;
  readonly isHopeless = isMysqlHopeless;
  readonly adopter = mysqlAdopter;
  readonly commitsWaitMs = null;
  readonly foundBehind = null;
  readonly barrier = mysqlBarrier;
  readonly numbering: Steppers;
  readonly neighbour: Neighbour;
  readonly #db: Knex;
  readonly #session: SessionOptions;
  readonly #synced = new Synced();
  readonly #readers = new Map<string, EventReader>();
  /** In which each table was read last. */
  readonly #epochs = new Map<string, number>();

  constructor(db: Knex, session: SessionOptions) {
    this.#db = db;
    this.neighbour = mysqlNeighbour(db);
    this.#session = session;
    this.numbering = new Steppers({
      hasStream: async (stream) =>
        (await db('evt_streams').where('name', stream).first('name')) !== undefined,
      open: (stream) => {
        const settle = () => beginEpochIfOther(this, db, stream);
        return new Stepper(session, { stream, synced: this.#synced, settle });
      },
    });
  }

  async deleteKeys(olderThanMs: number, limit: number): Promise<number> {
    const values = [Math.round(olderThanMs * 1000), limit];
    const [{ affectedRows }] = await this.#db.raw(DELETE_KEYS, values);
    return affectedRows;
  }

  async readEvents(
    table: string,
    after: EventId,
    limits: ReadLimits,
    queueOf?: QueueOf,
  ): Promise<EventRow[]> {
    const condition = queueOf && isReadableSql(queueOf);
    this.#requireSyncedOf(table, queueOf?.epoch ?? null);
    const key = `${table} ${queueOf?.epoch ?? ''}`;
    const reader =
      this.#readers.get(key) ?? new EventReader(this.#db, table, this.#synced, condition);
    const rows = await reader.read(after, limits);
    // Only now, so that names from outside do not gather here.
    this.#readers.set(key, reader);
    return rows;
  }

  /** What is known to be on the disk is so of one history only: of the next one, ids are those of other rows. */
  #requireSyncedOf(table: string, epoch: number | null): void {
    const before = this.#epochs.get(table);
    if (epoch === null || epoch === before) return;
    this.#epochs.set(table, epoch);
    if (before !== undefined) this.#synced.forget(table);
  }

  /**
   * One alone, as a poll's is, is mostly done at once. Else it is two statements: an UPDATE that joins evt_streams, or
   * a list of values, would lock the rows of streams, behind those of consumers.
   */
  async advanceCursors(acks: readonly Ack[]): Promise<void> {
    const { client } = this.#db;
    // Over one connection, since another one may be to another server.
    const connection: PooledConnection = await client.acquireConnection();
    try {
      if (await this.#advanceOne(connection, acks)) return;
      await this.#advance(connection, await this.#allowed(connection, acks));
    } finally {
      await client.releaseConnection(connection);
    }
  }

  /**
   * True when that was all. In a cluster only a statement that reads waits for what was committed on other nodes, and
   * so sees the newest epoch.
   */
  async #advanceOne(connection: PooledConnection, acks: readonly Ack[]): Promise<boolean> {
    const [ack] = acks;
    if (ack === undefined || acks.length > 1 || isOfCluster(connection)) return false;
    const cursor = BigInt(ack.cursor);
    const token = ack.token === null ? null : BigInt(ack.token);
    const values = [cursor, BigInt(ack.consumerId), token, cursor, ack.epoch];
    const query = this.#db.raw(ADVANCE_ONE, values as unknown as Knex.RawBinding[]);
    const [{ affectedRows }] = await query.connection(connection);
    return affectedRows === 1;
  }

  /** What it finds to be allowed stays so: another epoch can only begin behind what is there. */
  async #allowed(connection: PooledConnection, acks: readonly Ack[]): Promise<Ack[]> {
    const ids = acks.map(({ consumerId }) => BigInt(consumerId));
    const query = this.#db.raw(STREAM_ENDS, [ids] as unknown as Knex.RawBinding[]);
    const [rows] = await query.connection(connection);
    const ends = new Map((rows as StreamEnd[]).map((row) => [String(row.id), row]));
    const allowed: Ack[] = [];
    for (const ack of acks) {
      const end = ends.get(ack.consumerId);
      if (end === undefined || compareIds(ack.cursor, end.next_id) >= 0) continue;
      const { name, epoch } = end;
      const forks = ack.epoch === epoch ? [] : await forksUpTo(this.#db, this, name, epoch);
      const upTo = sharedUpTo({ epoch, forks }, ack.epoch);
      if (upTo === null || compareIds(ack.cursor, upTo) <= 0) allowed.push(ack);
    }
    return allowed;
  }

  async #advance(connection: PooledConnection, acks: readonly Ack[]): Promise<void> {
    // Rows are locked in this order; of one consumer's acks the greatest comes first, since only one can count.
    const sorted = [...acks].sort(
      (a, b) =>
        compareIds(a.consumerId as EventId, b.consumerId as EventId) ||
        compareIds(b.cursor, a.cursor),
    );
    for (let at = 0; at < sorted.length; at += ACKS_PER_UPDATE) {
      const some = sorted.slice(at, at + ACKS_PER_UPDATE);
      const values = some.flatMap(({ consumerId, cursor, token }) => [
        BigInt(consumerId),
        BigInt(cursor),
        token === null ? null : BigInt(token),
      ]);
      const sql = advanceCursorsSql(some.length);
      await this.#db.raw(sql, values as unknown as Knex.RawBinding[]).connection(connection);
    }
  }

  /** Literals and not bindings, which knex and the driver look for one by one. */
  async insertHistory(tx: Knex, table: string, rows: readonly EventRow[]): Promise<void> {
    const texts = rows.map(
      ([id, type, data, ts]) =>
        `(${[id, type, data, plainTime(ts)].map((value) => literal(value)).join(', ')})`,
    );
    const head = `insert into ${table} (id, type, data, ts) values `;
    const isLong = texts.some((text) => text.length > HISTORY_TEXT_MAX);
    const rowBytesMax = isLong ? await packetBytesMax(tx) : HISTORY_PACKET_BYTES;
    for (const sql of insertStatements(head, texts, HISTORY_PACKET_BYTES, rowBytesMax)) {
      await tx.raw(sql);
    }
  }

  async inboxDepth(stream: string): Promise<{ rows: number; ageMs: number }> {
    const [[row]] = await this.#db.raw(INBOX_DEPTH, [tablesOf(stream).inbox]);
    return { rows: Number(row.rows), ageMs: Math.max(0, Number(row.age_ms)) };
  }

  transaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.#db.transaction(work);
  }

  readSynced<T>(read: (db: Knex) => Promise<T>): Promise<T> {
    return this.syncedTransaction(read);
  }

  async syncedTransaction<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    const { client } = this.#db;
    const connection: PooledConnection = await client.acquireConnection();
    try {
      const result = await this.#db.transaction(work, { connection }).finally(() => {
        // knex leaves it behind on a connection that it was given.
        delete connection.__knexTxId;
      });
      await this.#db.raw(SYNC).connection(connection).catch(throwUnknown);
      return result;
    } finally {
      await client.releaseConnection(connection);
    }
  }

  async identity(db: Knex): Promise<string | null> {
    const facts = [];
    for (const sql of IDENTITY)
      facts.push(...(await db.raw(sql).options({ rowsAsArray: true }))[0]);
    return identityIn(facts);
  }

  async laxSettings(): Promise<Record<string, string>> {
    const [[row]] = await this.#db.raw(DURABILITY);
    const found = Object.entries(row).map(([name, value]) => [name, String(value)] as const);
    return Object.fromEntries(found.filter(([name, value]) => !SAFE[name]?.includes(value)));
  }

  watch(): null {
    return null;
  }

  /** One statement for all: whoever works on them meets none of them or all. */
  async renameTables(db: Knex, renames: readonly Rename[], lockMs: number): Promise<void> {
    await db.raw(`set session lock_wait_timeout = ${Math.ceil(lockMs / 1000)}`);
    const names = renames.flatMap(({ from, to }) => [from, to]);
    await db.raw(`rename table ${renames.map(() => '?? to ??').join(', ')}`, names);
  }

  forUpdate(query: Knex.QueryBuilder): Knex.QueryBuilder {
    return query.forUpdate();
  }

  /**
   * On a connection of its own without a limit for statements: a migration may take long, and waits for another one's
   * end. DDL commits by itself; the transaction only keeps all of it on that connection, with which the lock goes.
   */
  async withMigrationLock(work: (db: Knex) => Promise<void>): Promise<void> {
    const db = openPool({ ...this.#session, statementMs: 0, poolMax: 1 });
    try {
      await db.transaction(async (tx) => {
        const [[row]] = await tx.raw(MIGRATION_LOCK, [MIGRATION_WAIT_SECONDS]);
        if (Number(row.is_mine) !== 1)
          throw new Error('Another node has not ended its migrations.');
        await work(tx);
      });
    } finally {
      await db.destroy();
    }
  }

  now(): Knex.Raw {
    return this.#db.raw('utc_timestamp(3)');
  }

  fromNow(ms: number): Knex.Raw {
    return this.#db.raw('date_add(utc_timestamp(3), interval ? microsecond)', [
      Math.round(ms * 1000),
    ]);
  }

  time(iso: string): Knex.Raw {
    return this.#db.raw('cast(? as datetime(6))', [plainTime(iso)]);
  }

  isoTime(column: string): Knex.Raw {
    return this.#db.raw("concat(replace(cast(?? as char), ' ', 'T'), 'Z')", [column]);
  }

  idText(column: string): Knex.Raw {
    return this.#db.raw('cast(?? as char)', [column]);
  }

  msSince(column: string): Knex.Raw {
    return this.#db.raw('timestampdiff(microsecond, ??, utc_timestamp(3)) div 1000', [column]);
  }

  close(): Promise<void> {
    return this.numbering.close();
  }
}

/** Whatever has failed behind it, the transaction was committed. */
function throwUnknown(error: unknown): never {
  throw new KnownOutcome('unknown', error);
}

async function packetBytesMax(tx: Knex): Promise<number> {
  const [[row]] = await tx.raw('select @@max_allowed_packet as bytes');
  return Number(row.bytes) - PACKET_OVERHEAD_BYTES;
}

/** Without the letters that a datetime does not take. */
function plainTime(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '');
}
