// evt_queue, beside the hot reads and appends that each dialect has by hand.
import type { Knex } from 'knex';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';
import { tablesOf } from '../tables.ts';

/** The lowest id whose ts is at or after the time; a scan, because ts is not monotonic in id. */
export async function firstIdSince(
  db: Knex,
  dialect: Dialect,
  stream: string,
  time: string,
): Promise<EventId | null> {
  const row = await db(tablesOf(stream).queue)
    .where('ts', '>=', dialect.time(time))
    .orderBy('id')
    .first({ id: dialect.idText('id') });
  return row?.id ?? null;
}

/** Deletes the window (after, upTo] by primary key and gives how many rows it held. */
export function deleteWindow(
  tx: Knex,
  stream: string,
  after: EventId,
  upTo: EventId,
): Promise<number> {
  return tx(tablesOf(stream).queue).where('id', '>', after).andWhere('id', '<=', upTo).delete();
}
