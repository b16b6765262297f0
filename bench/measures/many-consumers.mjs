// A hundred registered consumers of one stream, each on a socket of its own, against one: deliveries per second over a
// backlog, and while the events are being added through the same node. All clients are in one other process, which is
// as lean as it can be, since it has the same machine to work on; what it costs stands beside the figure.

import { monotonicMs } from '../kit/clock.mjs';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { draftsFrom } from '../kit/draft.mjs';
import { compareRates, median } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { Child } from '../processes/child.mjs';
import { RpcClient } from '../processes/rpc-client.mjs';
import { startNode } from '../processes/service-node.mjs';

const COUNT = 100;
const REACH = { atLeast: 25 };
/** How the events of the following consumers are added. */
const CALL_EVENTS = 100;
const CALLS_AT_ONCE = 8;

/** Gives figures, and the faults of every slice. */
export async function measureManyConsumers(databases, { rounds, crowdEvents }, place) {
  const backlog = await startNode(databases, place);
  await backlog.queue.fill(crowdEvents);
  const live = await startNode(databases, place);
  const caller = await RpcClient.open(live.url);
  const consumers = Child.start('consumers.mjs', place);

  const variants = {};
  for (const count of [1, COUNT]) {
    variants[`backlog ${count}`] = () => takeBacklog(backlog, consumers, count, crowdEvents);
    variants[`following ${count}`] = () => follow(live, consumers, caller, count, crowdEvents);
  }
  const { results, faults } = await inRounds(rounds, variants);

  await caller.close();
  await consumers.stop();
  for (const node of [backlog, live]) await node.stop();
  const figures = ['backlog', 'following'].map((what) => figureOf(what, crowdEvents, results));
  return { figures, faults };
}

let crowds = 0;

/** Deliveries count from the first subscription to the last receipt. */
async function takeBacklog({ url, meters }, consumers, count, events) {
  crowds += 1;
  await consumers.ask('register', { url, count, prefix: `crowd_${crowds}` });
  await consumers.ask('connect');
  const taken = await metered(meters, () => consumers.ask('takeBacklog', { count: events }));
  await consumers.ask('disconnect');
  return rated(taken, count * events, taken.ms);
}

/** They are subscribed before the first event is added; the time is from its call to the last receipt. */
async function follow({ queue, url, meters }, consumers, caller, count, events) {
  crowds += 1;
  await consumers.ask('register', { url, count, prefix: `crowd_${crowds}`, from: 'now' });
  await consumers.ask('connect');
  await consumers.ask('subscribe');
  const base = await queue.newest();
  const cpuBefore = await consumers.ask('cpuMicros');
  const startMs = monotonicMs();
  const received = await metered(meters, async () => {
    await addAll(caller, events);
    return consumers.ask('receive', { base, upTo: base + events });
  });
  const cpuMicros = (await consumers.ask('cpuMicros')) - cpuBefore;
  await consumers.ask('disconnect');
  return rated({ ...received, cpuMicros }, count * events, received.endMs - startMs);
}

function rated(slice, deliveries, ms) {
  return {
    perSecond: deliveries / (ms / 1000),
    events: deliveries,
    cpu: slice.cpu,
    clientCpuMicros: slice.cpuMicros / deliveries,
    faults: slice.faults,
  };
}

/** In their order: calls of one socket enter the generator as they come. */
async function addAll(caller, events) {
  let added = 0;
  const callAll = async () => {
    while (added < events) {
      const drafts = draftsFrom(added, Math.min(CALL_EVENTS, events - added));
      added += drafts.length;
      const texts = drafts.map(({ type, data }) => `{"type":"${type}","data":${data}}`);
      await caller.callText('addEvents', `{"events":[${texts.join(',')}]}`);
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, callAll));
}

function figureOf(what, events, results) {
  const ours = results[`${what} ${COUNT}`];
  const client = median(ours.map((result) => result.clientCpuMicros));
  return {
    name: `${COUNT} consumers ${what === 'backlog' ? 'over a backlog' : 'following'}`,
    floorName: 'the same with 1',
    unit: 'deliveries/s',
    ...compareRates(ours, results[`${what} 1`]),
    ...cpuPerEvent(ours),
    reach: REACH,
    note: `${events.toLocaleString('en')} events each; the client's CPU: ${client.toFixed(2)} µs per delivery`,
  };
}
