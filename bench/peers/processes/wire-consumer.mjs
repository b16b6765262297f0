// A reliable consumer of whichever server speaks FutoIn, in a process of its own. It keeps every frame with the time of
// its arrival, and looks into them only when the clock has stopped.
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../kit/clock.mjs';
import { serveParent } from '../../processes/child.mjs';
import { WireSocket } from './wire/wire-socket.mjs';

/** After so long without a frame, what has not come is lost. */
const PATIENCE_MS = 15_000;
/** What comes again, comes soon. */
const AFTERMATH_MS = 100;
const EVENT_ID = '{"id":"';

let client = null;
let frames = [];
let events = 0;
let onFrame = () => {};

serveParent({
  /** Takes a backlog of `count` events of the types in `want`, from `readyToReceive` to the last of them. */
  async takeBacklog({ url, component, want, count }) {
    await open(url, component);
    const startMs = monotonicMs();
    const isSubscribed = subscribe(component, want);
    await waitFor(count);
    await isSubscribed;
    const ms = (frames.at(-1)?.atMs ?? Number.NaN) - startMs;
    await sleep(AFTERMATH_MS);
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
    await waitFor(count);
    await sleep(AFTERMATH_MS);
    return takeFrames();
  },
});

async function open(url, component) {
  frames = [];
  events = 0;
  client = await WireSocket.open(url, (frame) => {
    frames.push({ atMs: monotonicMs(), frame });
    events += countEvents(frame);
    onFrame();
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

/** Resolves when so many have come, or when nothing has for too long. */
function waitFor(count) {
  return new Promise((resolve) => {
    let seen = frames.length;
    const done = () => {
      clearInterval(timer);
      onFrame = () => {};
      resolve();
    };
    const timer = setInterval(() => {
      if (frames.length === seen) done();
      seen = frames.length;
    }, PATIENCE_MS);
    onFrame = () => events >= count && done();
    onFrame();
  });
}

/** `arrivals` are `[id, n, atMs]` in the order of arrival; a chain is broken where a `seq` is missing. */
function takeFrames() {
  const arrivals = [];
  let brokenChains = 0;
  let lastSeq = null;
  for (const { atMs, frame } of frames) {
    const { p } = JSON.parse(frame.toString());
    if (lastSeq !== null && p.seq !== lastSeq + 1) brokenChains += 1;
    lastSeq = p.seq;
    for (const { id, data } of p.events) arrivals.push([id, data.n, atMs]);
  }
  const batches = frames.length;
  frames = [];
  events = 0;
  return { arrivals, batches, brokenChains };
}
