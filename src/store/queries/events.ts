// Tables of events, the queue and the history, beside the hot reads and appends that each dialect has by hand.
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
 * all of the row's pages (100 µs for 200 kB, against 1). Where ids have gaps, a slice begins at the first that is
 * there, and may repeat rows of the one before.
 */
export async function firstIdSince(
  db: Knex,
  dialect: Dialect,
  table: string,
  time: string,
  { after: start, upTo, gapsUpTo }: { after: EventId; upTo: EventId; gapsUpTo: EventId },
): Promise<EventId | null> {
  for (let after = start; compareIds(after, upTo) < 0; after = idPlus(after, SLICE)) {
    if (compareIds(after, gapsUpTo) < 0) {
      const first = await firstId(db, dialect, table, after);
      if (first === null) return null;
      after = idPlus(first, -1);
    }
    const slice = db(table).where('id', '>', after).orderBy('id').limit(SLICE).select('id', 'ts');
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

/** The lowest id behind `after`; null when there is none. */
export async function firstId(
  db: Knex,
  dialect: Dialect,
  table: string,
  after: EventId,
): Promise<EventId | null> {
  const row = await db(table)
    .where('id', '>', after)
    .orderBy('id')
    // Under the name of the column, its text would be what is sorted by.
    .first({ found: dialect.idText('id') });
  return row?.found ?? null;
}

/** The greatest id; null when there is none. */
export async function lastId(db: Knex, dialect: Dialect, table: string): Promise<EventId | null> {
  const row = await db(table)
    .orderBy('id', 'desc')
    .first({ found: dialect.idText('id') });
  return row?.found ?? null;
}

/** Of `after < id <= upTo` the one that has `count` behind it; null when there are not so many. */
export async function idFromEnd(
  db: Knex,
  dialect: Dialect,
  table: string,
  { after, upTo, count }: { after: EventId; upTo: EventId; count: number },
): Promise<EventId | null> {
  const row = await db(table)
    .where('id', '>', after)
    .where('id', '<=', upTo)
    .orderBy('id', 'desc')
    .offset(count)
    .first({ found: dialect.idText('id') });
  return row?.found ?? null;
}

/** The lowest id of the first `limit` events behind `after` that is younger than `ageMs`; null when none of them is. */
export async function firstIdYounger(
  db: Knex,
  dialect: Dialect,
  table: string,
  ageMs: number,
  { after, limit }: { after: EventId; limit: number },
): Promise<EventId | null> {
  const slice = db(table).where('id', '>', after).orderBy('id').limit(limit).select('id', 'ts');
  const row = await db
    .from(slice.as('s'))
    .where('s.ts', '>', dialect.fromNow(-ageMs))
    .orderBy('s.id')
    .first({ found: dialect.idText('s.id') });
  return row?.found ?? null;
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
