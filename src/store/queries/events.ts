// evt_queue, beside the hot reads and appends that each dialect has by hand.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Knex } from 'knex';
import { compareIds, type EventId, idPlus } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';
import { tablesOf } from '../tables.ts';

/** Rows of one look: a few milliseconds, after which others may have their turn. */
const SLICE = 10_000;

/**
 * The lowest id behind `after` whose ts is at or after the time, which is in our own form; null when there is none up
 * to `upTo`. A scan, because ts is not monotonic in id; in slices by primary key, since SQLite answers in this very
 * process. A slice ends by its count, which ids without gaps allow: to compare each id with a last one, SQLite reads
 * all of the row's pages (100 µs for 200 kB, against 1).
 */
export async function firstIdSince(
  db: Knex,
  dialect: Dialect,
  stream: string,
  time: string,
  range: { after: EventId; upTo: EventId },
): Promise<EventId | null> {
  for (let after = range.after; compareIds(after, range.upTo) < 0; after = idPlus(after, SLICE)) {
    const slice = db(tablesOf(stream).queue)
      .where('id', '>', after)
      .orderBy('id')
      .limit(SLICE)
      .select('id', 'ts');
    const row = await db
      .from(slice.as('s'))
      .where('s.ts', '>=', dialect.time(time))
      .orderBy('s.id')
      .first({ id: dialect.idText('s.id') });
    if (row !== undefined) return row.id;
    await nextTurn();
  }
  return null;
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
