// evt_consumers: who reads reliably, up to where, and who holds the lease to push.
import type { Knex } from 'knex';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';
import { tablesOf } from '../tables.ts';
import { type Failure, columns as failureColumns, toFailure } from './failures.ts';
import { countOf } from './parked.ts';

export interface ConsumerRow {
  readonly id: string;
  readonly ident: string;
  readonly cursor: EventId;
  /** True while a push reader holds its lease. */
  readonly isConnected: boolean;
}

export interface ConsumerDetails extends ConsumerRow {
  readonly lastTime: string | null;
  /** Since it acknowledged last, or since its registration. */
  readonly idleMs: number;
  /** Age of the oldest event that it has not acknowledged; 0 when it has them all. */
  readonly lagMs: number;
  /** True while it does not hold discarding back. */
  readonly isSetAside: boolean;
  /** After so many tries of one event alone it is parked; null = never. */
  readonly parkAfter: number | null;
  /** How many events are parked for it. */
  readonly parked: number;
  /** What it fails on where it stands; null while it does not. */
  readonly failure: Failure | null;
}

/** What a consumer means to the discarder. */
export type Holder = Pick<ConsumerDetails, 'ident' | 'cursor' | 'isSetAside'>;

/**
 * No lease lasts so long. One that seems to was taken while the database's clock was ahead, and counts for nothing:
 * waiting for it could mean waiting for days, and a holder that is alive after all is fenced by its token.
 */
const LEASE_MS_MAX = 60_000;

/** Consumers in one statement. */
const SLICE_MAX = 500;

/** Who asks for a lease, and for how long. */
export interface LeaseRequest {
  readonly stream: string;
  readonly ident: string;
  readonly node: string;
  readonly leaseMs: number;
  readonly onlyIfFree: boolean;
}

/** The right to push to one consumer; the token fences every older holder. */
export interface Lease {
  readonly consumerId: string;
  readonly cursor: EventId;
  readonly token: string;
  /** True when the lease was taken from a holder that was still alive. */
  readonly isTakeover: boolean;
  /** True when it has failed at some time. */
  readonly hasFailed: boolean;
  /** True when parked events are asked for again. */
  readonly isAskedFor: boolean;
}

export async function findConsumer(
  db: Knex,
  dialect: Dialect,
  stream: string,
  ident: string,
): Promise<ConsumerRow | null> {
  const row = await db('evt_consumers')
    .where({ stream, ident })
    .first({
      id: dialect.idText('id'),
      ident: 'ident',
      cursor: dialect.idText('last_evt_id'),
      isConnected: isHeld(db, dialect, 'lease_until'),
    });
  return row === undefined ? null : { ...row, isConnected: Number(row.isConnected) !== 0 };
}

export async function insertConsumer(
  tx: Knex,
  dialect: Dialect,
  consumer: { stream: string; ident: string; cursor: EventId; parkAfter: number | null },
): Promise<void> {
  await tx('evt_consumers').insert({
    stream: consumer.stream,
    ident: consumer.ident,
    last_evt_id: consumer.cursor,
    park_after: consumer.parkAfter,
    reg_time: dialect.now(),
  });
}

/** With what is kept of its failures, and what is parked for it. */
export async function deleteConsumer(tx: Knex, consumerId: string): Promise<void> {
  await tx('evt_failures').where('consumer_id', consumerId).delete();
  await tx('evt_parked').where('consumer_id', consumerId).delete();
  await tx('evt_consumers').where('id', consumerId).delete();
}

export async function listConsumers(
  db: Knex,
  dialect: Dialect,
  stream: string,
): Promise<ConsumerDetails[]> {
  // By the queue's primary key, one look a consumer; the next id need not be the next number.
  const next = db(tablesOf(stream).queue)
    .where('id', '>', db.ref('evt_consumers.last_evt_id'))
    .orderBy('id')
    .limit(1)
    .select('ts');
  const known = db('evt_consumers')
    .where('stream', stream)
    .select('evt_consumers.*', { next_ts: next, parked_count: countOf(db, 'evt_consumers') });
  const rows = await db
    .from(known.as('c'))
    .leftJoin({ f: 'evt_failures' }, 'f.consumer_id', 'c.id')
    .orderBy('c.ident')
    .select({
      ...failureColumns(dialect, 'f'),
      id: dialect.idText('c.id'),
      ident: 'c.ident',
      cursor: dialect.idText('c.last_evt_id'),
      lastTime: dialect.isoTime('c.last_time'),
      sinceLastTime: dialect.msSince('c.last_time'),
      sinceRegistration: dialect.msSince('c.reg_time'),
      sinceNextEvent: dialect.msSince('c.next_ts'),
      isConnected: isHeld(db, dialect, 'c.lease_until'),
      asideTime: dialect.isoTime('c.aside_time'),
      parkAfter: 'c.park_after',
      parked: 'c.parked_count',
    });
  return rows.map((row) => ({
    id: row.id,
    ident: row.ident,
    cursor: row.cursor,
    lastTime: row.lastTime ?? null,
    idleMs: elapsedMs(row.sinceLastTime ?? row.sinceRegistration),
    lagMs: elapsedMs(row.sinceNextEvent),
    isSetAside: row.asideTime !== null,
    isConnected: Number(row.isConnected) !== 0,
    parkAfter: row.parkAfter === null ? null : Number(row.parkAfter),
    parked: Number(row.parked),
    failure: row.failureAfter === row.cursor ? toFailure(row) : null,
  }));
}

/** True while the lease runs, as 1 or 0. */
export function isHeld(db: Knex, dialect: Dialect, leaseUntil: string): Knex.Raw {
  const values = [leaseUntil, dialect.now(), leaseUntil, dialect.fromNow(LEASE_MS_MAX)];
  return db.raw('case when ?? > ? and ?? < ? then 1 else 0 end', values as Knex.RawBinding[]);
}

/** Never negative, even when the database's clock was set back. */
function elapsedMs(value: unknown): number {
  return Math.max(0, Number(value ?? 0));
}

/** Who holds discarding back, and behind where. */
export async function listHolders(db: Knex, dialect: Dialect, stream: string): Promise<Holder[]> {
  const rows = await db('evt_consumers')
    .where('stream', stream)
    .select({
      ident: 'ident',
      cursor: dialect.idText('last_evt_id'),
      asideTime: dialect.isoTime('aside_time'),
    });
  return rows.map(({ ident, cursor, asideTime }) => ({
    ident,
    cursor,
    isSetAside: asideTime !== null,
  }));
}

/** Sets it aside unless it has moved from `cursor`, or is set aside already; gives whether it did. */
export async function setAside(
  tx: Knex.Transaction,
  dialect: Dialect,
  { id, cursor }: Pick<ConsumerRow, 'id' | 'cursor'>,
): Promise<boolean> {
  const count = await tx('evt_consumers')
    .where({ id, last_evt_id: cursor })
    .whereNull('aside_time')
    .update({ aside_time: dialect.now() });
  return count === 1;
}

/**
 * Gives the lease to `node`, bumping the token so that whatever the former holder still acknowledges is void.
 * null when there is no such consumer, or, with `onlyIfFree`, when somebody else holds it.
 */
export async function takeLease(
  tx: Knex.Transaction,
  dialect: Dialect,
  request: LeaseRequest,
): Promise<Lease | null> {
  const row = await dialect.forUpdate(
    tx('evt_consumers')
      .where({ stream: request.stream, ident: request.ident })
      .first({
        id: dialect.idText('id'),
        cursor: dialect.idText('last_evt_id'),
        token: dialect.idText('lease_token'),
        node: 'lease_node',
        isHeld: isHeld(tx, dialect, 'lease_until'),
        retryAt: dialect.isoTime('retry_time'),
        failures: tx('evt_failures').where('consumer_id', tx.ref('evt_consumers.id')).count('*'),
      }),
  );
  if (row === undefined) return null;
  const isTakeover = Number(row.isHeld) !== 0;
  if (isTakeover && request.onlyIfFree && row.node !== request.node) return null;
  const token = String(BigInt(row.token) + 1n);
  await tx('evt_consumers')
    .where('id', row.id)
    .update({
      lease_token: token,
      lease_node: request.node,
      lease_until: dialect.fromNow(request.leaseMs),
      aside_time: null,
    });
  return {
    consumerId: row.id,
    cursor: row.cursor,
    token,
    isTakeover,
    hasFailed: Number(row.failures) > 0,
    isAskedFor: row.retryAt !== null,
  };
}

/** Prolongs those leases that are still theirs. */
export async function renewLeases(
  db: Knex,
  dialect: Dialect,
  leases: readonly { consumerId: string; token: string }[],
  leaseMs: number,
): Promise<void> {
  for (const some of inSlices(leases)) {
    const keys = some.map((lease) => [lease.consumerId, lease.token]);
    await db('evt_consumers')
      .whereIn(['id', 'lease_token'], keys)
      .update({ lease_until: dialect.fromNow(leaseMs) });
  }
}

/** A lease that somebody held, and the token of the newest one of its consumer; null: there is no such consumer. */
export interface LostLease {
  readonly consumerId: string;
  readonly token: string;
  readonly newest: string | null;
}

/** What has become of leases. */
export interface JudgedLeases {
  /** They are somebody else's by now, or the consumer was unregistered. */
  readonly lost: readonly LostLease[];
  /** The consumers of others whose parked events are asked for again. */
  readonly askedFor: readonly string[];
}

export async function judgeLeases(
  db: Knex,
  dialect: Dialect,
  leases: readonly { consumerId: string; token: string }[],
): Promise<JudgedLeases> {
  const found = new Map<string, { token: string; retryAt: string | null }>();
  for (const some of inSlices(leases.map(({ consumerId }) => consumerId))) {
    const rows = await db('evt_consumers')
      .whereIn('id', some)
      .select({
        id: dialect.idText('id'),
        token: dialect.idText('lease_token'),
        retryAt: dialect.isoTime('retry_time'),
      });
    for (const { id, token, retryAt } of rows) found.set(id, { token, retryAt });
  }
  const lost: LostLease[] = [];
  const askedFor: string[] = [];
  for (const { consumerId, token } of leases) {
    const row = found.get(consumerId);
    if (row?.token !== token) lost.push({ consumerId, token, newest: row?.token ?? null });
    else if (row.retryAt !== null) askedFor.push(consumerId);
  }
  return { lost, askedFor };
}

/** What a failure of its is judged by, under its row's lock; null when there is none. */
export interface LockedConsumer {
  readonly stream: string;
  readonly cursor: EventId;
  readonly token: string;
  readonly parkAfter: number | null;
}

export async function lockConsumer(
  tx: Knex.Transaction,
  dialect: Dialect,
  consumerId: string,
): Promise<LockedConsumer | null> {
  const row = await dialect.forUpdate(
    tx('evt_consumers')
      .where('id', consumerId)
      .first({
        stream: 'stream',
        cursor: dialect.idText('last_evt_id'),
        token: dialect.idText('lease_token'),
        parkAfter: 'park_after',
      }),
  );
  if (row === undefined) return null;
  return { ...row, parkAfter: row.parkAfter === null ? null : Number(row.parkAfter) };
}

/** Past an event that was parked: as an acknowledgement moves it. */
export async function moveCursor(
  tx: Knex.Transaction,
  dialect: Dialect,
  consumerId: string,
  cursor: EventId,
): Promise<void> {
  await tx('evt_consumers')
    .where('id', consumerId)
    .update({ last_evt_id: cursor, last_time: dialect.now(), aside_time: null });
}

/** Whether parked events are asked for again. */
export async function markAskedFor(
  tx: Knex.Transaction,
  dialect: Dialect,
  consumerId: string,
  isAskedFor: boolean,
): Promise<void> {
  const retryTime = isAskedFor ? dialect.now() : null;
  await tx('evt_consumers').where('id', consumerId).update({ retry_time: retryTime });
}

/** False when there is none. */
export async function setParkAfter(
  db: Knex,
  { stream, ident }: { readonly stream: string; readonly ident: string },
  parkAfter: number | null,
): Promise<boolean> {
  // MySQL counts the rows that it found, not only those that it has changed.
  const count = await db('evt_consumers')
    .where({ stream, ident })
    .update({ park_after: parkAfter });
  return count > 0;
}

/** A statement takes a bounded number of values: 32,766 on SQLite, 65,535 on PostgreSQL. */
function* inSlices<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += SLICE_MAX) yield all.slice(at, at + SLICE_MAX);
}

export async function releaseLease(
  db: Knex,
  lease: { consumerId: string; token: string },
): Promise<void> {
  await db('evt_consumers')
    .where({ id: lease.consumerId, lease_token: lease.token })
    .update({ lease_until: null });
}
