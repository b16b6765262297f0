// evt_parked: events that a consumer has passed without having handled them, as copies, each with its error.
import type { Knex } from 'knex';
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';

/** By what a parked event is known among those of its consumer: ids of two epochs may be the same. */
export interface ParkedKey {
  readonly id: EventId;
  readonly epoch: number;
}

export interface ParkedEvent extends ParkedKey {
  /** As the consumer was given it. */
  readonly row: EventRow;
  /** What was said at the last try. */
  readonly error: string;
  readonly tries: number;
  /** When it was tried first. */
  readonly since: string;
  readonly parkedAt: string;
  /** True when it was asked for again, and has not been given since. */
  readonly isAskedFor: boolean;
}

/** Which of a consumer's parked events; null = all of them. */
export interface ParkedChoice {
  readonly ids: readonly EventId[] | null;
  /** Left out, those of every epoch. */
  readonly epoch?: number | undefined;
}

export async function insertParked(
  tx: Knex.Transaction,
  dialect: Dialect,
  consumerId: string,
  parked: Pick<ParkedEvent, 'row' | 'epoch' | 'error' | 'tries'> & { readonly since: string },
): Promise<void> {
  const [id, type, data, ts] = parked.row;
  await tx('evt_parked').insert({
    consumer_id: consumerId,
    event_id: id,
    epoch: parked.epoch,
    type,
    data,
    ts: dialect.time(ts),
    tries: parked.tries,
    since_time: dialect.time(parked.since),
    parked_time: dialect.now(),
    error: parked.error,
  });
}

/** How many are parked, as a column of a query of evt_consumers under this name. */
export function countOf(db: Knex, consumers: string): Knex.QueryBuilder {
  return db('evt_parked')
    .where('consumer_id', db.ref(`${consumers}.id`))
    .count('*');
}

export async function countParked(db: Knex, consumerId: string): Promise<number> {
  const row = await db('evt_parked').where('consumer_id', consumerId).count({ count: '*' }).first();
  return Number(row?.count ?? 0);
}

/** Some of those behind `after`. */
export interface ParkedPage {
  readonly events: readonly ParkedEvent[];
  /** Behind this one there are more; null when there are none. */
  readonly next: ParkedKey | null;
}

/**
 * Those behind `after`, in the order of their ids and epochs, by the primary key; the first whatever it weighs. Their
 * sizes are asked for first, since each may be as large as an event can be.
 */
export async function listParked(
  db: Knex,
  dialect: Dialect,
  consumerId: string,
  { after, limit, bytesMax }: { after: ParkedKey; limit: number; bytesMax: number },
): Promise<ParkedPage> {
  const inOrder = () =>
    behind(db('evt_parked').where('consumer_id', consumerId), after).orderBy([
      { column: 'event_id' },
      { column: 'epoch' },
    ]);
  const sizes = await inOrder()
    .limit(limit + 1)
    .select({
      id: dialect.idText('event_id'),
      epoch: 'epoch',
      bytes: db.raw('octet_length(data)'),
    });
  let bytes = 0;
  const fits = sizes.findIndex((size: { bytes: unknown }, nth: number) => {
    bytes += Number(size.bytes);
    return nth === limit || (nth > 0 && bytes > bytesMax);
  });
  const rows = await inOrder()
    .limit(fits < 0 ? limit : fits)
    .select(columns(dialect));
  // Not the last of these rows, which may have been dropped meanwhile.
  const last = fits < 0 ? undefined : sizes[fits - 1];
  const next = last === undefined ? null : { id: last.id, epoch: Number(last.epoch) };
  return { events: rows.map(toParked), next };
}

function behind(query: Knex.QueryBuilder, { id, epoch }: ParkedKey): Knex.QueryBuilder {
  return query.andWhere((where) =>
    where
      .where('event_id', '>', id)
      .orWhere((same) => same.where('event_id', id).andWhere('epoch', '>', epoch)),
  );
}

/** The first that was asked for again; null when there is none. */
export async function firstAskedFor(
  tx: Knex.Transaction,
  dialect: Dialect,
  consumerId: string,
): Promise<ParkedEvent | null> {
  const row = await tx('evt_parked')
    .where('consumer_id', consumerId)
    .whereNotNull('retry_time')
    .orderBy([{ column: 'event_id' }, { column: 'epoch' }])
    .first(columns(dialect));
  return row === undefined ? null : toParked(row);
}

/** Gives how many there are. */
export function askForParked(
  tx: Knex.Transaction,
  dialect: Dialect,
  consumerId: string,
  choice: ParkedChoice,
): Promise<number> {
  return chosen(tx, consumerId, choice).update({ retry_time: dialect.now() });
}

/** A try of one, which was given to its consumer for it, or refused by it. */
export async function tryParked(
  tx: Knex.Transaction,
  consumerId: string,
  { id, epoch }: ParkedKey,
  change: { readonly error: string; readonly isNew: boolean },
): Promise<void> {
  await tx('evt_parked')
    .where({ consumer_id: consumerId, event_id: id, epoch })
    .update({
      error: change.error,
      retry_time: null,
      ...(change.isNew && { tries: tx.raw('tries + 1') }),
    });
}

/** Gives how many there were. */
export function deleteParked(
  tx: Knex.Transaction,
  consumerId: string,
  choice: ParkedChoice,
): Promise<number> {
  return chosen(tx, consumerId, choice).delete();
}

function chosen(tx: Knex.Transaction, consumerId: string, { ids, epoch }: ParkedChoice) {
  const query = tx('evt_parked').where('consumer_id', consumerId);
  if (ids !== null) query.whereIn('event_id', ids);
  if (epoch !== undefined) query.andWhere('epoch', epoch);
  return query;
}

function columns(dialect: Dialect) {
  return {
    id: dialect.idText('event_id'),
    epoch: 'epoch',
    type: 'type',
    data: 'data',
    ts: dialect.isoTime('ts'),
    error: 'error',
    tries: 'tries',
    since: dialect.isoTime('since_time'),
    parkedAt: dialect.isoTime('parked_time'),
    retryAt: dialect.isoTime('retry_time'),
  };
}

type ParkedRow = Readonly<Record<keyof ReturnType<typeof columns>, unknown>>;

function toParked(row: ParkedRow): ParkedEvent {
  return {
    id: row.id as EventId,
    epoch: Number(row.epoch),
    row: [row.id as EventId, row.type as string, row.data as string, row.ts as string],
    error: row.error as string,
    tries: Number(row.tries),
    since: row.since as string,
    parkedAt: row.parkedAt as string,
    isAskedFor: row.retryAt !== null,
  };
}
