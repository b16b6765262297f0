// The floor of moving events elsewhere: the bare driver inserts the same rows into a history, a thousand in a statement,
// without having to read them anywhere.
import { monotonicMs } from './clock.mjs';
import { STREAM } from './product.mjs';

const PAGE = { eventsMax: 1000, bytesMax: 4_194_304 };

/** Gives milliseconds: only the inserts are timed. `url` is of a database with a history. */
export async function insertBare(databases, store, url) {
  const connection = await databases.connect(url);
  let ms = 0;
  for (let after = '0'; ; ) {
    const rows = await store.readAfter(STREAM, after, PAGE);
    if (rows.length === 0) break;
    const startMs = monotonicMs();
    await connection.insertHistory(rows);
    ms += monotonicMs() - startMs;
    after = rows.at(-1)[0];
  }
  await connection.close();
  return ms;
}
