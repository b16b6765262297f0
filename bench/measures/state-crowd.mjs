// What it takes to give a state to many who all come at once, as when the node before this one has gone: the most
// memory that the node holds above what it held before, once with clients that read as fast as they can, and once with
// clients that read nothing for a while. The state must have been put together once for all of them, and each client
// must have the whole of it in the end.
import { setTimeout as sleep } from 'node:timers/promises';
import { describeCosts } from '../kit/figures.mjs';
import { loadSettings, STREAM } from '../kit/product.mjs';
import { ITEMS_PER_MIB, itemDrafts, itemPath, STATE_SETTINGS } from '../kit/state.mjs';
import { Child } from '../processes/child.mjs';
import { startNode } from '../processes/service-node.mjs';

const MIB = 1_048_576;
const PAGE = 1000;
/** So long nobody reads. */
const SILENCE_MS = 1000;
const LOOK_MS = 20;
const PUTS = /^aftercommit_state_puts_built_total\{stream="main"\} (\d+)$/m;
const VARIANTS = [
  { isReading: true, note: 'read at once' },
  { isReading: false, note: 'read nothing for a second' },
];

/** Gives figures, and what the clients have wrong. Memory that was freed is used again, so each round has its node. */
export async function measureStateCrowd(databases, sizes, place) {
  const { memoryRounds, stateMib, stateClients: count } = sizes;
  const { sseBufferBytes } = loadSettings({});
  const atMost = 3 * stateMib + (count * sseBufferBytes) / MIB;
  const figures = [];
  const faults = [];
  for (const { isReading, note } of VARIANTS) {
    const peaks = [];
    for (let round = 0; round < memoryRounds; round += 1) {
      const result = await giveToAll(databases, place, { count, stateMib, isReading });
      peaks.push(result.peakMib);
      faults.push(result.faults);
    }
    figures.push({
      name: `peak memory of ${count} clients that come for a state of ${stateMib} MiB`,
      floorName: null,
      unit: 'MiB',
      ours: describeCosts(peaks),
      floor: null,
      ratio: null,
      cpuMicros: null,
      databaseCpuMicros: null,
      reach: { atMost },
      note: `all at once; they ${note}`,
    });
  }
  return { figures, faults };
}

async function giveToAll(databases, place, { count, stateMib, isReading }) {
  const settings = { ...STATE_SETTINGS, sseConnectionsMax: 2 * count, ssePrincipalMax: 2 * count };
  const node = await startNode(databases, place, { settings, nodeFlags: ['--expose-gc'] });
  const items = stateMib * ITEMS_PER_MIB;
  await fill(node, items);
  const clients = Child.start('state-clients.mjs', place);
  await clients.ask('connect', { url: node.url, count });

  const { rss } = await node.app.ask('memory');
  await node.app.ask('watchMemory');
  await clients.ask('ask', { url: node.url });
  if (!isReading) await sleep(SILENCE_MS);
  const { different, wrong } = await clients.ask('read', { items });
  const peak = await node.app.ask('peakMemory');
  const puts = await putsOf(node.url);

  await clients.stop();
  await node.stop();
  return {
    peakMib: (peak.rss - rss) / MIB,
    faults: {
      events: items * count,
      lost: 0,
      doubled: 0,
      reordered: 0,
      wrong: wrong + different + Math.abs(puts - 1),
    },
  };
}

/** Resolves when the last item is in the state. */
async function fill({ url, queue }, items) {
  for (let n = 0; n < items; n += PAGE) {
    await queue.store.append(STREAM, itemDrafts(n, Math.min(PAGE, items - n)));
  }
  while ((await fetch(`${url}${itemPath(items - 1)}`)).status !== 200) await sleep(LOOK_MS);
}

async function putsOf(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(PUTS.exec(text)?.[1] ?? 0);
}
