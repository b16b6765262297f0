// Calls addEvent of whichever server speaks FutoIn, in a process of its own.
import { monotonicMs, until } from '../../kit/clock.mjs';
import { draftOf } from '../../kit/draft.mjs';
import { serveParent } from '../../processes/child.mjs';
import { WireHttp } from './wire/wire-http.mjs';
import { WireSocket } from './wire/wire-socket.mjs';

const TRANSPORTS = { http: WireHttp, websocket: WireSocket };

serveParent({
  /** For `ms`, with that many calls in flight. Gives the id of each draft, and how many came before an earlier one. */
  async addEvents({ url, transport, inFlight, ms }) {
    const client = await TRANSPORTS[transport].open(url);
    const ids = [];
    let called = 0;
    let newest = 0;
    let early = 0;
    const startMs = monotonicMs();
    const callAll = async () => {
      while (monotonicMs() - startMs < ms) {
        const n = called;
        called += 1;
        const before = newest;
        ids[n] = await addEvent(client, draftOf(n));
        if (Number(ids[n]) <= before) early += 1;
        newest = Math.max(newest, Number(ids[n]));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, callAll));
    const tookMs = monotonicMs() - startMs;
    await client.close();
    return { ms: tookMs, ids, early };
  },

  /** `count` events, `perSecond`, whether or not the ones before are answered. Gives when each was begun and done. */
  async addAtRate({ url, count, perSecond }) {
    const client = await WireSocket.open(url);
    const startMs = monotonicMs();
    const calls = [];
    for (let n = 0; n < count; n += 1) {
      // At random within its own slot: a steady beat would fall in step with loops that look at intervals.
      await until(startMs + ((n + Math.random()) * 1000) / perSecond);
      const begunMs = monotonicMs();
      const done = addEvent(client, draftOf(n)).then((id) => ({
        id,
        begunMs,
        doneMs: monotonicMs(),
      }));
      done.catch(() => {}); // it is thrown below, and must not end the process before
      calls.push(done);
    }
    const writes = await Promise.all(calls);
    await client.close();
    return writes;
  },
});

function addEvent(client, { type, data }) {
  return client.call('futoin.evt.gen:1.0:addEvent', `{"type":"${type}","data":${data}}`);
}
