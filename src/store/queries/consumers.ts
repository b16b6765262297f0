// evt_consumers: who reads reliably, and up to where.
import type { Knex } from 'knex';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';
import { tablesOf } from '../tables.ts';
import { type Failure, columns as failureColumns, toFailure } from './failures.ts';
import { isHeld } from './leases.ts';
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
