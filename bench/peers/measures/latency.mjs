// From the answer of addEvent to the receipt by a reliable consumer, at 100 events a second through one server: ours
// and the original's. Caller and consumer are processes of their own, with the same lean client.
import { checkArrivals } from '../../kit/arrivals.mjs';
import { describeLatencies } from '../../kit/figures.mjs';
import { Child } from '../../processes/child.mjs';
import { inPeerRounds } from '../kit/peer-rounds.mjs';
import { startOriginal } from '../servers/original.mjs';
import { startOurs } from '../servers/ours.mjs';

const PER_SECOND = 100;
/** The first events of a slice, which find loops that have gone to rest: they are checked but not counted. */
const LEAD_IN = 20;
const FIGURES = [
  { name: 'addEvent answered to receipt', from: 'doneMs', reach: 0.01 },
  { name: 'addEvent called to receipt', from: 'begunMs', reach: null },
];
const NOTE =
  'the original looks for events every 100 ms to 3 s, longer after each look that found none';

/** Gives latencies and the faults of every slice. */
export async function measureLatency(databases, { rounds, latencyMs }, place) {
  const count = Math.round((latencyMs / 1000) * PER_SECOND);
  const caller = Child.start('../peers/processes/wire-caller.mjs', place);
  const ours = await begin(databases, place, startOurs);
  const original = await begin(databases, place, startOriginal);
  const { results, faults, peerFaults } = await inPeerRounds(rounds, {
    ours: { ours: () => slice({ ...ours, caller, count }) },
    peers: { original: () => slice({ ...original, caller, count }) },
  });
  for (const { consumer, server } of [ours, original]) {
    await consumer.stop();
    await server.stop();
  }
  await caller.stop();
  const latencies = FIGURES.map(({ name, from, reach }) => {
    const [own, peer] = [results.ours, results.original].map((of) =>
      describeLatencies(of.map((result) => result[from])),
    );
    return {
      name,
      floorName: 'futoin-eventstream',
      ...own,
      peer,
      ratio: own.p50.median / peer.p50.median,
      p99Ratio: own.p99 / peer.p99,
      peerFaults: peerFaults.original,
      reach,
      note: NOTE,
    };
  });
  return { latencies, faults };
}

async function begin(databases, place, start) {
  const server = await start(databases, place);
  const consumer = Child.start('../peers/processes/wire-consumer.mjs', place);
  await consumer.ask('follow', { url: server.url, component: 'latency' });
  return { server, consumer };
}

async function slice({ server, consumer, caller, count }) {
  const base = await server.queue.newest();
  const call = { url: server.url, count, perSecond: PER_SECOND };
  const writes = await caller.ask('addAtRate', call);
  const { arrivals, brokenChains } = await consumer.ask('collect', { count });
  const faults = checkArrivals(arrivals, { base, ids: writes.map(({ id }) => id) });
  return {
    doneMs: latenciesMs(arrivals, writes, 'doneMs'),
    begunMs: latenciesMs(arrivals, writes, 'begunMs'),
    faults: { ...faults, wrong: faults.wrong + brokenChains },
  };
}

function latenciesMs(arrivals, writes, from) {
  const counted = arrivals.filter(([, n]) => n >= LEAD_IN && n < writes.length);
  return counted.map(([, n, atMs]) => atMs - writes[n][from]);
}
