// The floor of delivering: the same rows, read in order in pages of 1000 as arrays of texts, and thrown away.
import { monotonicMs } from './clock.mjs';

const PAGE_ROWS = 1000;

/** Reads the queue up to id `count`; gives `{ perSecond }`. */
export async function arrayRead(connection, count) {
  const startMs = monotonicMs();
  let last = '0';
  let rows = 0;
  while (rows < count) {
    const page = await connection.readPage(last, PAGE_ROWS);
    if (page.length === 0) throw new Error(`the queue ends after ${rows} of ${count} rows`);
    rows += page.length;
    last = page.at(-1)[0];
  }
  return { perSecond: rows / ((monotonicMs() - startMs) / 1000) };
}
