// Writes at a rate that does not wait: it goes on whether or not the ones before are done, like the world does.
import { monotonicMs, until } from './clock.mjs';

/** Makes `count` writes; gives when each was begun and done. */
export async function writeAtRate({ count, perSecond, write }) {
  const startMs = monotonicMs();
  const writes = [];
  for (let n = 0; n < count; n += 1) {
    // At random within its own interval: a steady beat would fall in step with the loops that look every 5 ms.
    await until(startMs + ((n + Math.random()) * 1000) / perSecond);
    const begunMs = monotonicMs();
    const done = write(n).then(() => ({ begunMs, doneMs: monotonicMs() }));
    done.catch(() => {}); // it is thrown below, and must not end the process before
    writes.push(done);
  }
  return Promise.all(writes);
}
