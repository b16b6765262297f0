// The leases in evt_consumers: which one reader a consumer has, or which one worker a task.
import type { Knex } from 'knex';
import { type EventId, minId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';

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

/** True while the lease runs, as 1 or 0. */
export function isHeld(db: Knex, dialect: Dialect, leaseUntil: string): Knex.Raw {
  const values = [leaseUntil, dialect.now(), leaseUntil, dialect.fromNow(LEASE_MS_MAX)];
  return db.raw('case when ?? > ? and ?? < ? then 1 else 0 end', values as Knex.RawBinding[]);
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

/** Of whom, to where, and below which token nothing counts. */
export interface SetBack {
  readonly stream: string;
  readonly ident: string;
  readonly cursor: EventId;
  readonly tokenMin: number;
}

/**
 * Puts its cursor back to `cursor`, if it is beyond that, and takes its lease away from whoever has it: what is
 * acknowledged by that is void, and by any with a token below `tokenMin`. Nothing happens where it is not there.
 */
export async function setBack(
  tx: Knex,
  dialect: Dialect,
  { cursor, tokenMin, ...consumer }: SetBack,
): Promise<void> {
  const row = await dialect.forUpdate(
    tx('evt_consumers')
      .where(consumer)
      .first({
        id: dialect.idText('id'),
        stood: dialect.idText('last_evt_id'),
        token: dialect.idText('lease_token'),
      }),
  );
  if (row === undefined) return;
  const [next, least] = [BigInt(row.token) + 1n, BigInt(tokenMin)];
  await tx('evt_consumers')
    .where('id', row.id)
    .update({
      last_evt_id: minId(row.stood, cursor),
      // As of one that has moved: it has not stood still since then.
      last_time: dialect.now(),
      lease_token: String(next > least ? next : least),
      lease_until: null,
    });
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
