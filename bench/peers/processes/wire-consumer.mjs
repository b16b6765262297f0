// A reliable consumer of whichever server speaks FutoIn, in a process of its own. It keeps every frame with the time of
// its arrival, and looks into them only when the clock has stopped.
import { monotonicMs } from '../../kit/clock.mjs';
import { serveParent } from '../../processes/child.mjs';
import { Frames } from '../../processes/frames.mjs';
import { WireSocket } from './wire/wire-socket.mjs';

const EVENT_ID = '{"id":"';

let client = null;
let frames = new Frames();
let events = 0;

serveParent({
  /** Takes a backlog of `count` events of the types in `want`, from `readyToReceive` to the last of them. */
  async takeBacklog({ url, component, want, count }) {
    await open(url, component);
    const startMs = monotonicMs();
    const isSubscribed = subscribe(component, want);
    await frames.until(() => events >= count);
    await isSubscribed;
    const ms = (frames.last?.atMs ?? Number.NaN) - startMs;
    await frames.settle();
    await client.close();
    return { ms, ...takeFrames() };
  },

  /** Becomes a consumer of whatever comes from now on; the queue is empty. */
  async follow({ url, component }) {
    await open(url, component);
    await subscribe(component, null);
  },

  /** What came since the last time, once there are `count`. */
  async collect({ count }) {
    await frames.until(() => events >= count);
    await frames.settle();
    return takeFrames();
  },
});

async function open(url, component) {
  frames = new Frames();
  events = 0;
  client = await WireSocket.open(url, (frame) => {
    const atMs = monotonicMs();
    events += countEvents(frame);
    frames.add(frame, atMs);
  });
  await client.call('futoin.evt.push:1.1:registerConsumer', JSON.stringify({ component }));
}

function subscribe(component, want) {
  return client.call('futoin.evt.push:1.1:readyToReceive', JSON.stringify({ component, want }));
}

/** Without parsing: both servers write an event's id first. */
function countEvents(frame) {
  let count = 0;
  for (let at = frame.indexOf(EVENT_ID); at !== -1; at = frame.indexOf(EVENT_ID, at + 1))
    count += 1;
  return count;
}

/** `arrivals` are `[id, n, atMs]` in the order of arrival; a chain is broken where a `seq` is missing. */
function takeFrames() {
  const taken = frames.take();
  events = 0;
  const arrivals = [];
  let brokenChains = 0;
  let lastSeq = null;
  for (const { atMs, frame } of taken) {
    const { p } = JSON.parse(frame.toString());
    if (lastSeq !== null && p.seq !== lastSeq + 1) brokenChains += 1;
    lastSeq = p.seq;
    for (const { id, data } of p.events) arrivals.push([id, data.n, atMs]);
  }
  return { arrivals, batches: taken.length, brokenChains };
}
