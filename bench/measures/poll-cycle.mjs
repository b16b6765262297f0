// Polling in turn: a thousand registered consumers, one poll each, which acknowledges and takes the next ten events.
// The same number of polls by the only consumer that is registered stands against it. One socket, one call at a time.
import { monotonicMs } from '../kit/clock.mjs';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { compareCosts } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { RpcClient } from '../processes/rpc-client.mjs';
import { startNode } from '../processes/service-node.mjs';

const LIMIT = 10;
const REACH = { atMost: 2 };

/** Gives a figure, and the faults of every poll. */
export async function measurePollCycle(databases, { rounds, pollingConsumers }, place) {
  const nodes = [];
  const variants = {};
  for (const count of [1, pollingConsumers]) {
    const node = await startNode(databases, place);
    nodes.push(node);
    const cycles = pollingConsumers / count;
    await node.queue.fill((rounds + 1) * cycles * LIMIT);
    const pollers = await register(node, count);
    variants[count] = () => poll(node, pollers, cycles);
  }
  const { results, faults } = await inRounds(rounds, variants);

  for (const node of nodes) await node.stop();
  const ours = results[pollingConsumers];
  const figure = {
    name: `a poll in turn, ${pollingConsumers.toLocaleString('en')} registered`,
    floorName: 'the same with 1',
    unit: 'ms',
    ...compareCosts(ours, results[1], ({ ms, events }) => ms / events),
    ...cpuPerEvent(ours),
    reach: REACH,
    note: `${LIMIT} events each; CPU is that of a poll`,
  };
  return { figures: [figure], faults };
}

async function register({ url }, count) {
  const client = await RpcClient.open(url);
  const pollers = Array.from({ length: count }, (_, nth) => ({
    client,
    component: `poll_${nth}`,
    upTo: '0',
  }));
  await Promise.all(pollers.map(({ component }) => client.call('registerConsumer', { component })));
  return pollers;
}

/** `events` counts polls. */
async function poll({ meters }, pollers, cycles) {
  const startMs = monotonicMs();
  let wrong = 0;
  const slice = await metered(meters, async () => {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      for (const poller of pollers) wrong += (await takeNext(poller)) ? 0 : 1;
    }
    return { ms: monotonicMs() - startMs };
  });
  const polls = cycles * pollers.length;
  const faults = { events: polls * LIMIT, lost: 0, doubled: 0, reordered: 0, wrong };
  return { ...slice, events: polls, faults };
}

/** False when what comes is not exactly what follows. */
async function takeNext(poller) {
  const { client, component, upTo } = poller;
  const batch = await client.call('pollEvents', { component, last_id: upTo, limit: LIMIT });
  poller.upTo = batch.up_to;
  const first = Number(upTo) + 1;
  const isEach = ({ id, data }, place) => Number(id) === first + place && data.n === Number(id) - 1;
  return batch.after === upTo && batch.events.length === LIMIT && batch.events.every(isEach);
}
