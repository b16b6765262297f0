// evt_consumers: who reads reliably, up to where, and who holds the lease to push.
import type { Knex } from 'knex';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';
import { tablesOf } from '../tables.ts';

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

/** The right to push to one consumer; the token fences every older holder. */
export interface Lease {
  readonly consumerId: string;
  readonly cursor: EventId;
  readonly token: string;
  /** True when the lease was taken from a holder that was still alive. */
  readonly isTakeover: boolean;
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
  consumer: { stream: string; ident: string; cursor: EventId },
): Promise<void> {
  await tx('evt_consumers').insert({
    stream: consumer.stream,
    ident: consumer.ident,
    last_evt_id: consumer.cursor,
    reg_time: dialect.now(),
  });
}

export async function deleteConsumer(tx: Knex, consumerId: string): Promise<void> {
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
    .select('evt_consumers.*', { next_ts: next });
  const rows = await db
    .from(known.as('c'))
    .orderBy('c.ident')
    .select({
      id: dialect.idText('c.id'),
      ident: 'c.ident',
      cursor: dialect.idText('c.last_evt_id'),
      lastTime: dialect.isoTime('c.last_time'),
      sinceLastTime: dialect.msSince('c.last_time'),
      sinceRegistration: dialect.msSince('c.reg_time'),
      sinceNextEvent: dialect.msSince('c.next_ts'),
      isConnected: isHeld(db, dialect, 'c.lease_until'),
      asideTime: dialect.isoTime('c.aside_time'),
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
  request: { stream: string; ident: string; node: string; leaseMs: number; onlyIfFree: boolean },
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
  return { consumerId: row.id, cursor: row.cursor, token, isTakeover };
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

/** The newest token of each of these consumers; one that is missing was unregistered. */
/** A lease that somebody held, and the token of the newest one of its consumer; null: there is no such consumer. */
export interface LostLease {
  readonly consumerId: string;
  readonly token: string;
  readonly newest: string | null;
}

/** Those of these leases that are somebody else's by now. */
export async function lostLeases(
  db: Knex,
  dialect: Dialect,
  leases: readonly { consumerId: string; token: string }[],
): Promise<LostLease[]> {
  const ids = leases.map((lease) => lease.consumerId);
  const tokens = await leaseTokens(db, dialect, ids);
  return leases
    .map(({ consumerId, token }) => ({ consumerId, token, newest: tokens.get(consumerId) ?? null }))
    .filter(({ token, newest }) => newest !== token);
}

async function leaseTokens(
  db: Knex,
  dialect: Dialect,
  consumerIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>();
  for (const some of inSlices(consumerIds)) {
    const rows = await db('evt_consumers')
      .whereIn('id', some)
      .select({ id: dialect.idText('id'), token: dialect.idText('lease_token') });
    for (const { id, token } of rows) tokens.set(id, token);
  }
  return tokens;
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
