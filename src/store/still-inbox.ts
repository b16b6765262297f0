// Gives their ids to rows of an inbox that stands still: nobody can write into it, or its database has one writer. The
// lowest go first, as in a step (step-sql.md has why the inbox of an open stream is moved in another way).
import type { Knex } from 'knex';
import type { Dialect } from './dialect.ts';
import { tablesOf } from './tables.ts';

/** As many as a step moves. */
const ROWS_MAX = 500;

/** Moves some of the rows, within a transaction that holds the stream's row; true when none is left. */
export async function moveStillRows(db: Knex, dialect: Dialect, stream: string): Promise<boolean> {
  const { inbox, queue } = tablesOf(stream);
  const ids = await db(inbox)
    .orderBy('id')
    .limit(ROWS_MAX)
    // Under the name of the column, its text would be what is sorted by.
    .select({ found: dialect.idText('id') });
  const last = ids.at(-1)?.found;
  if (last === undefined) return true;
  await db.raw(
    `insert into ?? (id, type, data, ts)
     select s.next_id + row_number() over (order by i.id) - 1, i.type, i.data, i.ts
       from evt_streams s cross join ?? i where s.name = ? and i.id <= ?`,
    [queue, inbox, stream, last],
  );
  const count = await db(inbox).where('id', '<=', last).delete();
  await db('evt_streams').where('name', stream).increment('next_id', count);
  return ids.length < ROWS_MAX;
}
