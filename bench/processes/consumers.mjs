// Many consumers in a process of their own, which looks only at what differs between their frames: the head and the
// tail of each, and the events of a range once for all (seen-events.mjs). The process says what it costs itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../kit/clock.mjs';
import { ownCpuMicros } from '../kit/cpu.mjs';
import { SeenEvents } from '../kit/seen-events.mjs';
import { serveParent } from './child.mjs';
import { LeanConsumer } from './lean-consumer.mjs';
import { eventsOfFrames, LeanFollower } from './lean-follower.mjs';
import { RpcClient } from './rpc-client.mjs';

/** After so long what has not come is lost. */
const PATIENCE_MS = 60_000;
/** What comes again, comes soon. */
const AFTERMATH_MS = 100;
/** How many sockets are opened, or calls made, at once. */
const AT_ONCE = 50;

let url = null;
let consumers = [];
let connected = [];
let isRegistered = true;
let seen = new SeenEvents();

serveParent({
  /**
   * Registers `count` consumers. With `want` they want what nobody writes, so no event may come to them; `inFlight` is
   * how many batches they may have unanswered. By `sse` they are clients of /streams/events, whom nobody registers.
   */
  async register({ url: serverUrl, count, prefix, from = 'beginning', want, inFlight, by }) {
    url = serverUrl;
    seen = new SeenEvents(by === 'sse' ? eventsOfFrames : undefined);
    const components = Array.from({ length: count }, (_, nth) => `${prefix}_${nth}`);
    isRegistered = by !== 'sse';
    if (!isRegistered) {
      const begin = from === 'now' ? 'tail' : from;
      consumers = components.map((component) => new LeanFollower({ component, from: begin }, seen));
      return;
    }
    await callForEach(components, 'registerConsumer', (component) => ({ component, from }));
    consumers = components.map((component) => {
      const params = { component, want, max_in_flight: inFlight };
      return new LeanConsumer(params, want === undefined ? seen : null);
    });
  },

  /** Opens a socket for each, or only for the first of them. */
  async connect({ count = consumers.length }) {
    connected = consumers.slice(0, count);
    await inSlices(connected, (consumer) => consumer.connect(url));
  },

  /** Closes the sockets; the consumers stay registered. */
  disconnect,

  /** Subscribes those that are connected. */
  async subscribe() {
    await inSlices(connected, (consumer) => consumer.subscribe());
  },

  /** Subscribes all of them and takes the events with the ids 1 to `count`; gives how long that took. */
  async takeBacklog({ count }) {
    const startMs = monotonicMs();
    const subscribed = Promise.all(consumers.map((consumer) => consumer.subscribe()));
    const cpuBefore = ownCpuMicros();
    const [endMs] = await Promise.all([reachAll(count), subscribed]);
    const cpuMicros = ownCpuMicros() - cpuBefore;
    return { ms: endMs - startMs, cpuMicros, faults: await faultsOf({ base: 0, upTo: count }) };
  },

  /** Waits until each has everything up to the id; gives when the last of them had it. */
  async receive({ base, upTo }) {
    const endMs = await reachAll(upTo);
    return { endMs, faults: await faultsOf({ base, upTo }) };
  },

  /** The same, without a look at what came. */
  async reach({ upTo }) {
    return { endMs: await reachAll(upTo) };
  },

  /** How many chains were broken since the last time; says all about consumers to whom no events may come. */
  async chains() {
    const wrong = connected.reduce((sum, { brokenChains }) => sum + brokenChains, 0);
    for (const consumer of connected) consumer.brokenChains = 0;
    return { wrong };
  },

  /** Every consumer's latencies behind `base`: the event with the id `base` + 1 + n was written at `doneMs[n]`. */
  async latencies({ base, doneMs }) {
    return consumers.flatMap(({ receipts }) =>
      receipts.flatMap(({ after, upTo, atMs }) =>
        Array.from({ length: upTo - after }, (_, nth) => atMs - doneMs[after - base + nth]),
      ),
    );
  },

  /** CPU time of this process so far, in microseconds. */
  async cpuMicros() {
    return ownCpuMicros();
  },

  /** None of them reads its socket any more. */
  async stall() {
    for (const consumer of consumers) consumer.stall();
  },

  /** What was received so far does not count. */
  async forgetReceipts() {
    for (const consumer of consumers) consumer.forgetReceipts();
    seen.clear();
  },

  /** Closes the sockets and forgets the consumers. */
  async leave() {
    const components = consumers.map((consumer) => consumer.component);
    await disconnect();
    if (isRegistered) {
      await callForEach(components, 'unregisterConsumer', (component) => ({ component }));
    }
    consumers = [];
  },
});

async function disconnect() {
  await inSlices(connected, (consumer) => consumer.close());
  connected = [];
}

/** Gives when the last consumer had the id, or when patience was at its end. */
async function reachAll(id) {
  const all = Promise.all(consumers.map((consumer) => consumer.reach(id)));
  const ending = new AbortController();
  const late = sleep(PATIENCE_MS, null, { signal: ending.signal }).catch(() => {});
  await Promise.race([all, late]);
  ending.abort();
  return monotonicMs();
}

/** `base`: the id behind which everything was written and counted. */
async function faultsOf({ base, upTo }) {
  await sleep(AFTERMATH_MS);
  const faults = { events: consumers.length * (upTo - base), lost: 0, doubled: 0, reordered: 0 };
  let wrong = seen.countWrong({ idOfFirst: base + 1 });
  for (const consumer of consumers) {
    faults.lost += Math.max(0, upTo - (consumer.upTo ?? base));
    faults.doubled += Math.max(0, (consumer.upTo ?? base) - upTo);
    wrong += consumer.brokenChains;
    if (consumer.receipts.length > 0 && consumer.receipts[0].after !== base) wrong += 1;
  }
  return { ...faults, wrong };
}

/** One call for each over one socket of its own. */
async function callForEach(components, method, paramsOf) {
  const client = await RpcClient.open(url);
  await inSlices(components, (component) => client.call(method, paramsOf(component)));
  await client.close();
}

/** Some at once: a thousand connections in one moment would be refused by no fault of the server's. */
async function inSlices(items, work) {
  const results = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
