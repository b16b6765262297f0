// The floor of appending: one-row inserts, each committed by itself, prepared, into a plain table of the queue's shape.
// Ordering, inbox and ids aside, no event can be had for less.
import { monotonicMs } from './clock.mjs';
import { draftOf } from './draft.mjs';

/** Inserts over all connections at once for `ms`; gives `{ perSecond }`. */
export async function bareInsert(connections, ms) {
  const startMs = monotonicMs();
  let rows = 0;
  const insertAll = async (connection) => {
    while (monotonicMs() - startMs < ms) {
      await connection.insert(draftOf(rows));
      rows += 1;
    }
  };
  await Promise.all(connections.map(insertAll));
  return { perSecond: rows / ((monotonicMs() - startMs) / 1000) };
}
