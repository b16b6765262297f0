// Many consumers that follow at a steady rate, each on a socket of its own, with and without one more that has stalled:
// it stands before a backlog, takes as many batches in flight as it may, and then neither reads its socket nor
// acknowledges. The p99 of the others must not tell the difference. A slice ends before the node's patience with the
// stalled one does (EVT_ACK_TIMEOUT_MS), which is taken up anew for each slice.
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { compareCosts, percentile } from '../kit/figures.mjs';
import { addEvent } from '../kit/followed-writes.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { writeAtRate } from '../kit/steady-rate.mjs';
import { Child } from '../processes/child.mjs';
import { RpcClient } from '../processes/rpc-client.mjs';
import { startNode } from '../processes/service-node.mjs';

const PER_SECOND = 10;
const BACKLOG = 10_000;
/** The most that a node gives to one subscription (EVT_IN_FLIGHT_MAX). */
const IN_FLIGHT = 16;
/** What it costs that somebody comes, takes what he may, or goes, is over by then, in either variant. */
const SETTLE_MS = 500;
const REACH = { atMost: 1.1 };
const NAMES = { push: 'consumers', sse: 'clients of /streams/events' };

/** Gives figures, and the faults of every slice: of push consumers, and of clients of /streams/events. */
export async function measureStalledConsumer(databases, sizes, place) {
  const measured = [];
  for (const by of ['push', 'sse']) measured.push(await measureBy(by, databases, sizes, place));
  return {
    figures: measured.map(({ figure }) => figure),
    faults: measured.flatMap(({ faults }) => faults),
  };
}

async function measureBy(by, databases, { rounds, followingConsumers: count, stalledMs }, place) {
  const limits = { subscriptionsMax: 2 * count, sseConnectionsMax: 2 * count };
  const settings = { ...limits, ssePrincipalMax: 2 * count };
  const node = await startNode(databases, place, { settings });
  await node.queue.fill(BACKLOG);
  const following = Child.start('consumers.mjs', place);
  await following.ask('register', { url: node.url, count, prefix: 'following', from: 'now', by });
  await following.ask('connect');
  await following.ask('subscribe');
  const stalling = Child.start('consumers.mjs', place);
  const caller = await RpcClient.open(node.url);

  const events = Math.round((stalledMs / 1000) * PER_SECOND);
  const slice = () => follow({ node, following, caller, count, events });
  const { results, faults } = await inRounds(rounds, {
    alone: slice,
    beside: () => besideStalled({ node, stalling, by }, slice),
  });

  await caller.close();
  await Promise.all([following, stalling].map((child) => child.stop()));
  await node.stop();
  const figure = {
    name: `p99 of ${count} ${NAMES[by]} beside a stalled one`,
    floorName: 'the same without',
    unit: 'ms',
    ...compareCosts(results.beside, results.alone, ({ p99Ms }) => p99Ms),
    ...cpuPerEvent(results.beside),
    reach: REACH,
    note: `${PER_SECOND} events/s to each, from answer to receipt; CPU is that of a delivery`,
  };
  return { figure, faults };
}

let stalled = 0;

async function besideStalled({ node, stalling, by }, slice) {
  stalled += 1;
  const prefix = `stalled_${stalled}`;
  await stalling.ask('register', { url: node.url, count: 1, prefix, inFlight: IN_FLIGHT, by });
  await stalling.ask('connect');
  await stalling.ask('subscribe');
  await stalling.ask('stall');
  try {
    return await slice();
  } finally {
    await stalling.ask('leave');
  }
}

async function follow({ node, following, caller, count, events }) {
  await sleep(SETTLE_MS);
  await following.ask('forgetReceipts');
  const base = await node.queue.newest();
  const write = (n) => addEvent(caller, n);
  const { writes, faults, cpu } = await metered(node.meters, async () => {
    const done = await writeAtRate({ count: events, perSecond: PER_SECOND, write });
    return { writes: done, ...(await following.ask('receive', { base, upTo: base + events })) };
  });
  const doneMs = writes.map((each) => each.doneMs);
  const latencies = await following.ask('latencies', { base, doneMs });
  return { p99Ms: percentile(latencies, 99), events: count * events, cpu, faults };
}
