// A consumer in a process of its own. It keeps every frame with the time of its arrival, and looks into them only when
// the clock has stopped; it sees no server but by its socket.
import { checkArrivals, idsBehind } from '../kit/arrivals.mjs';
import { monotonicMs } from '../kit/clock.mjs';
import { serveParent } from './child.mjs';
import { Frames } from './frames.mjs';
import { RpcClient } from './rpc-client.mjs';

const UP_TO = /"up_to":"(\d+)"/;
const TAIL_BYTES = 80;

let client = null;
let frames = new Frames();

serveParent({
  /**
   * Takes a backlog, from `readyToReceive` to the last of `count` events behind an id; event n has the id n + 1. With
   * `want` they are filtered by type. With `isGrowing` more may have come behind them, and are checked too.
   */
  async takeBacklog({ url, component, count, behind = 0, want, isGrowing = false }) {
    await open(url);
    await client.call('registerConsumer', { component, from: { id: String(behind) } });
    const startMs = monotonicMs();
    const isSubscribed = client.call('readyToReceive', { component, want });
    await frames.until(() => reached() >= behind + count);
    await isSubscribed;
    const ms = (frames.last?.atMs ?? Number.NaN) - startMs;
    await frames.settle();
    await client.close();
    await unregister(url, component);
    const taken = frames.take();
    const { arrivals, brokenChains } = readFrames(taken);
    const numbered = arrivals.map(([id, n]) => [id, n - behind]);
    const checked = isGrowing ? Math.max(count, arrivals.length) : count;
    const faults = checkArrivals(numbered, { base: behind, ids: idsBehind(behind, checked) });
    return { ms, batches: taken.length, faults: addWrong(faults, brokenChains) };
  },

  /** Becomes a consumer of whatever comes from now on. */
  async follow({ url, component }) {
    await open(url);
    await client.call('registerConsumer', { component, from: 'now' });
    await client.call('readyToReceive', { component });
  },

  /** Everything that came since the last time, once id `upTo` is there: `[id, n, atMs]` in the order of arrival. */
  async collect({ upTo }) {
    await frames.until(() => reached() >= upTo);
    await frames.settle();
    return readFrames(frames.take());
  },
});

async function open(url) {
  frames = new Frames();
  client = await RpcClient.open(url, (frame) => frames.add(frame, monotonicMs()));
}

/** Over a socket of its own: the one that its batches come by is closed together with the consumer. */
async function unregister(url, component) {
  const other = await RpcClient.open(url);
  await other.call('unregisterConsumer', { component });
  await other.close();
}

/** The id up to which everything has come. */
function reached() {
  if (frames.last === undefined) return 0;
  const { frame } = frames.last;
  return Number(UP_TO.exec(frame.toString('latin1', frame.length - TAIL_BYTES))[1]);
}

/** A chain is broken where a batch does not go on where the one before it ended, or where a `seq` is missing. */
function readFrames(taken) {
  const arrivals = [];
  let brokenChains = 0;
  let before = null;
  for (const { atMs, frame } of taken) {
    const { params } = JSON.parse(frame.toString());
    const isNext =
      before === null || (params.seq === before.seq + 1 && params.after === before.upTo);
    if (!isNext) brokenChains += 1;
    before = { seq: params.seq, upTo: params.up_to };
    for (const { id, data } of params.events) arrivals.push([id, data.n, atMs]);
  }
  return { arrivals, brokenChains };
}

function addWrong(faults, count) {
  return { ...faults, wrong: faults.wrong + count };
}
