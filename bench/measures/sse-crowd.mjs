// A thousand clients of /streams/events that follow one stream, against as many push consumers on WebSockets: deliveries
// per second of events that come one at a time, each taken by all before the next is added. The clients of either kind
// are in one other process, as lean as it can be.
import { monotonicMs } from '../kit/clock.mjs';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { compareRates } from '../kit/figures.mjs';
import { addEvent } from '../kit/followed-writes.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { Child } from '../processes/child.mjs';
import { RpcClient } from '../processes/rpc-client.mjs';
import { startNode } from '../processes/service-node.mjs';

const EVENTS = 20;
const REACH = { atLeast: 0.8 };

/** Gives a figure, and the faults of every slice. */
export async function measureSseCrowd(databases, { rounds, waitingConsumers: count }, place) {
  const limits = { subscriptionsMax: 2 * count, sseConnectionsMax: 2 * count };
  const settings = { ...limits, ssePrincipalMax: 2 * count };
  const node = await startNode(databases, place, { settings });
  const caller = await RpcClient.open(node.url);
  const clients = Child.start('consumers.mjs', place);
  const slice = (by) => () => deliver({ node, caller, clients, count, by });
  const { results, faults } = await inRounds(rounds, { sse: slice('sse'), push: slice('push') });
  await caller.close();
  await clients.stop();
  await node.stop();
  const figure = {
    name: `${count.toLocaleString('en')} clients of /streams/events`,
    floorName: 'push consumers on WebSockets',
    unit: 'deliveries/s',
    ...compareRates(results.sse, results.push),
    ...cpuPerEvent(results.sse),
    reach: REACH,
    note: 'one event at a time to all of them',
  };
  return { figures: [figure], faults };
}

let crowds = 0;

async function deliver({ node, caller, clients, count, by }) {
  crowds += 1;
  await clients.ask('register', { url: node.url, count, prefix: `all_${crowds}`, from: 'now', by });
  await clients.ask('connect');
  await clients.ask('subscribe');
  const base = await node.queue.newest();
  const startMs = monotonicMs();
  const { endMs, faults, cpu } = await metered(node.meters, async () => {
    let received;
    for (let n = 0; n < EVENTS; n += 1) {
      await addEvent(caller, n);
      received = await clients.ask('reach', { upTo: base + n + 1 });
    }
    return { ...(await clients.ask('receive', { base, upTo: base + EVENTS })), ...received };
  });
  await clients.ask('leave');
  const deliveries = count * EVENTS;
  return { perSecond: deliveries / ((endMs - startMs) / 1000), events: deliveries, cpu, faults };
}
