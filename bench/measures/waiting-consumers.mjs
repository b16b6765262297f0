// What an event costs a node when a thousand consumers wait that do not want it, against one: CPU per event, and the
// receipt by the one that wants it. All are registered and subscribed over sockets of their own.
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { compareCosts, percentile } from '../kit/figures.mjs';
import { addEvent, followWrites, latenciesMs } from '../kit/followed-writes.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { writeAtRate } from '../kit/steady-rate.mjs';
import { Child } from '../processes/child.mjs';
import { RpcClient } from '../processes/rpc-client.mjs';
import { startNode } from '../processes/service-node.mjs';

const PER_SECOND = 100;
const REACH = { atMost: 2 };
const NEVER_WRITTEN = 'NEVER_WRITTEN';
/** The first events of a slice find loops that have gone to rest. */
const LEAD_IN = 10;

/** Gives figures, and the faults of every slice. */
export async function measureWaitingConsumers(databases, sizes, place) {
  const { rounds, waitingConsumers, waitingMs } = sizes;
  const node = await startNode(databases, place, {
    settings: { subscriptionsMax: 2 * waitingConsumers },
  });
  const receiver = Child.start('receiver.mjs', place);
  await receiver.ask('follow', { url: node.url, component: 'wanting' });
  const caller = await RpcClient.open(node.url);
  const waiting = Child.start('consumers.mjs', place);
  await waiting.ask('register', {
    url: node.url,
    count: waitingConsumers,
    prefix: 'waiting',
    from: 'now',
    want: [NEVER_WRITTEN],
  });

  const count = Math.round((waitingMs / 1000) * PER_SECOND);
  const variants = {};
  for (const others of [1, waitingConsumers]) {
    const write = () =>
      writeAtRate({ count, perSecond: PER_SECOND, write: (n) => addEvent(caller, n) });
    const work = () => followWrites({ queue: node.queue, receiver, count, write });
    variants[others] = () => beside({ node, waiting, others }, work);
  }
  const { results, faults } = await inRounds(rounds, variants);

  await caller.close();
  await Promise.all([receiver, waiting].map((child) => child.stop()));
  await node.stop();
  return { figures: figuresOf(waitingConsumers, results), faults };
}

/** Those that do not wait in this slice are registered all the same. */
async function beside({ node, waiting, others }, work) {
  await waiting.ask('connect', { count: others });
  await waiting.ask('subscribe');
  const slice = await metered(node.meters, work);
  const { wrong } = await waiting.ask('chains');
  await waiting.ask('disconnect');
  return {
    events: slice.writes.length,
    cpu: slice.cpu,
    p50Ms: percentile(latenciesMs(slice, 'doneMs', LEAD_IN), 50),
    p50CallMs: percentile(latenciesMs(slice, 'begunMs', LEAD_IN), 50),
    faults: { ...slice.faults, wrong: slice.faults.wrong + wrong },
  };
}

function figuresOf(count, results) {
  const ours = results[count];
  const floor = results[1];
  const shared = { floorName: 'the same with 1', ...cpuPerEvent(ours), reach: REACH };
  const others = count.toLocaleString('en');
  return [
    {
      name: `CPU per event, ${others} others waiting`,
      unit: 'µs',
      ...compareCosts(ours, floor, ({ cpu, events }) => cpu.node / events),
      ...shared,
    },
    {
      name: `receipt p50, ${others} others waiting`,
      unit: 'ms',
      ...compareCosts(ours, floor, ({ p50CallMs }) => p50CallMs),
      ...shared,
      note: `from the call, at ${PER_SECOND} events/s`,
    },
  ];
}
