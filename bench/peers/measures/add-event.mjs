// addEvent over FutoIn's wire, ours and the original's, with the same lean client: one socket or kept HTTP connections,
// 32 calls in flight and one. Every answer is held against the queue afterwards.
import { checkArrivals } from '../../kit/arrivals.mjs';
import { compareRates, median } from '../../kit/figures.mjs';
import { Child } from '../../processes/child.mjs';
import { inPeerRounds } from '../kit/peer-rounds.mjs';
import { startOriginal } from '../servers/original.mjs';
import { startOurs } from '../servers/ours.mjs';

const CASES = [
  { transport: 'websocket', inFlight: 32, reach: 5 },
  { transport: 'http', inFlight: 32, reach: 4 },
  { transport: 'websocket', inFlight: 1, reach: 1.5 },
  { transport: 'http', inFlight: 1, reach: 1.5 },
];
const NOTE = 'FutoIn wire, JSON, credentials in every message; both answer after the commit';

/** Gives figures and the faults of every slice. */
export async function measureAddEvent(databases, { rounds, sliceMs }, place) {
  const caller = Child.start('../peers/processes/wire-caller.mjs', place);
  const ours = await startOurs(databases, place);
  const original = await startOriginal(databases, place);
  const variantsOf = (server) =>
    Object.fromEntries(
      CASES.map((each) => [
        `${nameOf(each)} ${server.url}`,
        () => addEvents({ ...each, server, caller, ms: sliceMs }),
      ]),
    );
  const { results, faults, peerFaults } = await inPeerRounds(rounds, {
    ours: variantsOf(ours),
    peers: variantsOf(original),
  });
  await Promise.all([ours, original].map((server) => server.stop()));
  await caller.stop();
  const figures = CASES.map((each) => {
    const ourName = `${nameOf(each)} ${ours.url}`;
    const peerName = `${nameOf(each)} ${original.url}`;
    return {
      name: nameOf(each),
      floorName: 'futoin-eventstream',
      ...compareRates(results[ourName], results[peerName]),
      cpuMicros: median(results[ourName].map((result) => result.cpuMicros)),
      peerCpuMicros: median(results[peerName].map((result) => result.cpuMicros)),
      peerFaults: peerFaults[peerName],
      reach: each.reach,
      note: NOTE,
    };
  });
  return { figures, faults };
}

function nameOf({ transport, inFlight }) {
  return `addEvent over ${transport}, ${inFlight} in flight`;
}

async function addEvents({ server, caller, transport, inFlight, ms: sliceMs }) {
  const base = await server.queue.newest();
  const cpuBefore = await server.cpuMicros();
  const call = { url: server.url, transport, inFlight, ms: sliceMs };
  const { ms, ids, early } = await caller.ask('addEvents', call);
  const cpuMicros = ((await server.cpuMicros()) - cpuBefore) / ids.length;
  const faults = checkArrivals(await server.queue.readBehind(base), { base, ids });
  return {
    perSecond: ids.length / (ms / 1000),
    cpuMicros,
    faults: { ...faults, reordered: faults.reordered + early },
  };
}
