// Whole rows of the tables of events as text, to hold the history against the queue; both sides' tables have the same
// columns. Only while nobody else has the database open: an old SQLite must not meet a new one on the same file.
import { openSession } from '../databases/sql-session.mjs';

/** All rows of `table` in order. */
export async function readRows(kind, url, table) {
  const session = await openSession(kind, url);
  const rows = await session.rows(`select id, type, data, ts from ${table} order by id`);
  await session.close();
  return rows.map(([id, ...rest]) => [String(id), JSON.stringify(rest)]);
}

/** The faults of a history of what was in the queue. */
export function checkHistory(history, queue) {
  const missing = new Map(queue);
  const seen = new Set();
  const faults = { events: queue.length, lost: 0, doubled: 0, reordered: 0, wrong: 0 };
  for (const [id, row] of history) {
    if (seen.has(id)) faults.doubled += 1;
    else if (missing.get(id) !== row) faults.wrong += 1;
    seen.add(id);
    missing.delete(id);
  }
  return { ...faults, lost: missing.size };
}
