// Reliable push of a backlog to a consumer that wants one type of several, over FutoIn's wire, ours and the original's:
// every fifth event is of a type that the consumer does not want. One batch in flight on both.
import { checkArrivals } from '../../kit/arrivals.mjs';
import { draftOf } from '../../kit/draft.mjs';
import { compareRates, median } from '../../kit/figures.mjs';
import { Child } from '../../processes/child.mjs';
import { fillQueue } from '../kit/fill.mjs';
import { inPeerRounds } from '../kit/peer-rounds.mjs';
import { startOriginal } from '../servers/original.mjs';
import { startOurs } from '../servers/ours.mjs';

const UNWANTED = 'ORDER_SEEN';
const UNWANTED_EVERY = 5;
const ORIGINAL_BATCH = 100;
/** The first is what both have by default, the second the most that ours can be set to. */
const BATCH_SIZES = [100, 1000];
const REACH = 10;

/** Gives figures and the faults of every push. */
export async function measurePushBacklog(databases, { rounds, backlogEvents }, place) {
  const backlog = backlogOf(backlogEvents);
  const consumer = Child.start('../peers/processes/wire-consumer.mjs', place);
  const original = await startOriginal(databases, place);
  await original.queue.fill(backlog.drafts);
  const servers = [];
  const ours = {};
  for (const batchMax of BATCH_SIZES) {
    const server = await startOurs(databases, place, { batchMax });
    await fillQueue(server.queue, backlog.drafts);
    servers.push(server);
    ours[batchMax] = () => push({ server, consumer, backlog });
  }
  const { results, faults, peerFaults } = await inPeerRounds(rounds, {
    ours,
    peers: { original: () => push({ server: original, consumer, backlog }) },
  });
  await Promise.all([original, ...servers].map((server) => server.stop()));
  await consumer.stop();
  const figures = BATCH_SIZES.map((batchMax) => ({
    name: `push of ${backlogEvents.toLocaleString('en')} wanted events, batches of ${batchMax}`,
    floorName: `futoin-eventstream, batches of ${ORIGINAL_BATCH}`,
    ...compareRates(results[batchMax], results.original),
    cpuMicros: median(results[batchMax].map((result) => result.cpuMicros)),
    peerCpuMicros: median(results.original.map((result) => result.cpuMicros)),
    peerFaults: peerFaults.original,
    reach: REACH,
    note:
      `one wanted type of two, every ${UNWANTED_EVERY}th of ${backlog.drafts.length} events unwanted; ` +
      'one batch in flight on both; ours ends a batch at a page of 1,000 stored events',
  }));
  return { figures, faults };
}

/** `drafts`, the ids of the wanted ones where the first event has id 1, and their numbers counted from 0. */
function backlogOf(wantedEvents) {
  const drafts = [];
  const ids = [];
  while (ids.length < wantedEvents) {
    const isWanted = (drafts.length + 1) % UNWANTED_EVERY !== 0;
    const draft = draftOf(isWanted ? ids.length : -1);
    drafts.push(isWanted ? draft : { ...draft, type: UNWANTED });
    if (isWanted) ids.push(String(drafts.length));
  }
  return { drafts, ids };
}

let pushes = 0;

async function push({ server, consumer, backlog: { ids } }) {
  pushes += 1;
  const cpuBefore = await server.cpuMicros();
  const { ms, arrivals, brokenChains } = await consumer.ask('takeBacklog', {
    url: server.url,
    component: `push_${pushes}`,
    want: [draftOf(0).type],
    count: ids.length,
  });
  const cpuMicros = ((await server.cpuMicros()) - cpuBefore) / ids.length;
  const faults = checkWanted(arrivals, ids);
  return {
    perSecond: ids.length / (ms / 1000),
    cpuMicros,
    faults: { ...faults, wrong: faults.wrong + brokenChains },
  };
}

/** The unwanted leave holes between the ids, so an arrival is held against its place among the wanted. */
function checkWanted(arrivals, ids) {
  const places = new Map(ids.map((id, place) => [id, String(place + 1)]));
  const dense = arrivals.map(([id, n]) => [places.get(id) ?? 'none', n]);
  return checkArrivals(dense, { base: 0, ids: ids.map((id) => places.get(id)) });
}
