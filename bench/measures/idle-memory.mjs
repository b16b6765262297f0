// What an idle subscription costs in memory: resident memory of a node with many registered consumers, each subscribed
// over a socket of its own, less that of the same node before, divided by their number. A few that came and went have
// loaded what there is to load. That each of them is alive is proved afterwards by events that all of them get.
import { draftsFrom } from '../kit/draft.mjs';
import { describeCosts, median } from '../kit/figures.mjs';
import { STREAM } from '../kit/product.mjs';
import { Child } from '../processes/child.mjs';
import { startNode } from '../processes/service-node.mjs';

const WARM_UP = 100;
const EVENTS = 10;
const KIB = 1024;
const KINDS = [
  { by: 'push', name: 'memory of an idle subscription', reach: { atMost: 20 } },
  { by: 'sse', name: 'memory of an idle client of /streams/events', reach: { atMost: 24 } },
];

/** Gives figures, and the faults of the events. Memory that was freed is used again, so each round has its node. */
export async function measureIdleMemory(databases, { memoryRounds, idleConsumers }, place) {
  const measured = [];
  for (const kind of KINDS) {
    const results = [];
    for (let round = 0; round < memoryRounds; round += 1) {
      results.push(await subscribeAll(databases, place, { count: idleConsumers, by: kind.by }));
    }
    measured.push({ ...kind, results });
  }
  return {
    figures: measured.map((kind) => figureOf(kind, idleConsumers)),
    faults: measured.flatMap(({ results }) => results.map((result) => result.faults)),
  };
}

function figureOf({ name, reach, results }, count) {
  const objects = median(results.map((result) => result.objects));
  return {
    name,
    floorName: null,
    unit: 'KiB',
    ours: describeCosts(results.map((result) => result.rss)),
    floor: null,
    ratio: null,
    cpuMicros: null,
    databaseCpuMicros: null,
    reach,
    note: `${count} on sockets of their own; ${objects.toFixed(1)} KiB of it are objects`,
  };
}

/** Gives KiB per subscription. */
async function subscribeAll(databases, place, { count, by }) {
  const node = await startNode(databases, place, {
    settings: {
      subscriptionsMax: 2 * count,
      sseConnectionsMax: 2 * count,
      ssePrincipalMax: 2 * count,
    },
    nodeFlags: ['--expose-gc'],
  });
  const consumers = Child.start('consumers.mjs', place);
  await consumers.ask('register', { url: node.url, count: WARM_UP, prefix: 'early', by });
  await consumers.ask('connect');
  await consumers.ask('subscribe');
  await consumers.ask('leave');
  await consumers.ask('register', { url: node.url, count, prefix: 'idle', by, from: 'now' });
  const before = await node.app.ask('memory');
  await consumers.ask('connect');
  await consumers.ask('subscribe');
  const after = await node.app.ask('memory');

  await node.queue.store.append(STREAM, draftsFrom(0, EVENTS));
  const { faults } = await consumers.ask('receive', { base: 0, upTo: EVENTS });
  await consumers.stop();
  await node.stop();
  const perSubscription = (what) => (after[what] - before[what]) / count / KIB;
  return { rss: perSubscription('rss'), objects: perSubscription('objects'), faults };
}
