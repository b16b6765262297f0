// The archiver and the discarder, ours and the original's, on a queue that was filled before; one after the other, each
// in a process of its own. The rate is taken from the end of the first batch to the end of the last, as the workers
// themselves tell, so that no start counts. Afterwards the history is held against the queue, row by row.
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../kit/clock.mjs';
import { draftOf, draftsFrom } from '../../kit/draft.mjs';
import { compareRates, median } from '../../kit/figures.mjs';
import { inPeerRounds } from '../kit/peer-rounds.mjs';
import { checkHistory, readRows } from '../kit/table-rows.mjs';
import * as workers from '../servers/workers.mjs';

/** A worker that tells of nothing for so long has stopped. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 20;
/** It writes a batch, or 100 events of it, in one statement, which may have no more than 10,000 characters. */
const NETWORK_BATCH = 30;
const CASES = {
  small: {
    draftsFor: (count) => Array.from({ length: count }, (_, n) => smallDraftOf(n)),
    original: workers.originalInProcess,
  },
  order: {
    draftsFor: (count) => draftsFrom(0, count),
    original: workers.originalOverNetwork(NETWORK_BATCH),
  },
};
const FIGURES = [
  {
    of: 'small',
    trade: 'archive',
    name: 'archiver, events with a number only',
    floorName: 'DBEventArchiver in process',
    reach: 10,
    note:
      'its best case: 1,000 events at a time without a network, in statements of 100 rows, which only small events ' +
      'allow; ours up to 1,000 a statement',
  },
  {
    of: 'order',
    trade: 'archive',
    name: 'archiver',
    floorName: `DBEventArchiver over WebSocket, batches of ${NETWORK_BATCH}`,
    reach: 10,
    note:
      'with 200 bytes of data an event its statements must hold fewer than 40 rows, which it lets be set only for ' +
      'the network (max_chunk_events); CPU is of the process with the archiver alone',
  },
  {
    of: 'order',
    trade: 'discard',
    name: 'discarder',
    floorName: 'DBEventDiscarder',
    reach: 3,
    note: 'the original takes 1,000 rows a transaction, ours more while that is quick, 10,000 at most',
  },
];

/** Gives figures and the faults of every history. */
export async function measureArchive(databases, { rounds, archiveEvents }, place) {
  const variantsOf = (sideOf) =>
    Object.fromEntries(
      Object.entries(CASES).map(([name, { draftsFor, original }]) => [
        `${sideOf(original).name} ${name}`,
        () => work(sideOf(original).side, databases, draftsFor(archiveEvents), place),
      ]),
    );
  const { results, faults, peerFaults } = await inPeerRounds(rounds, {
    ours: variantsOf(() => ({ name: 'ours', side: workers.ours })),
    peers: variantsOf((original) => ({ name: 'original', side: original })),
  });
  const figures = FIGURES.map(({ of, trade, name, ...rest }) => {
    const [ours, original] = ['ours', 'original'].map((side) =>
      results[`${side} ${of}`].map((result) => result[trade]),
    );
    return {
      ...rest,
      name: `${name}, ${archiveEvents.toLocaleString('en')}`,
      ...compareRates(ours, original),
      cpuMicros: median(ours.map((result) => result.cpuMicros)),
      peerCpuMicros: median(original.map((result) => result.cpuMicros)),
      peerFaults: peerFaults[`original ${of}`],
    };
  });
  return { figures, faults };
}

function smallDraftOf(n) {
  return { ...draftOf(0), data: `{"n":${n}}` };
}

/** Archives everything, then discards everything. */
async function work(side, databases, drafts, place) {
  const active = await databases.create();
  const warehouse = await databases.create();
  const urls = { databaseUrl: active.url, warehouseUrl: warehouse.url };
  await side.prepare(place.kind, urls, drafts);
  const queued = await readRows(place.kind, active.url, 'evt_queue');
  const archive = await run(await side.archive(place, urls), drafts.length);
  const history = await readRows(place.kind, warehouse.url, 'evt_history');
  const discard = await run(await side.discard(place, urls), drafts.length);
  const left = await readRows(place.kind, active.url, 'evt_queue');
  await active.drop();
  await warehouse.drop();
  const faults = checkHistory(history, queued);
  return { archive, discard, faults: { ...faults, wrong: faults.wrong + left.length } };
}

/** Lets a worker work until it has told of `count` events, and stops it. */
async function run(worker, count) {
  let progress = [];
  let lastMs = monotonicMs();
  while (sumOf(progress) < count && monotonicMs() - lastMs < PATIENCE_MS) {
    await sleep(LOOK_MS);
    const seen = progress.length;
    progress = await worker.ask('progress');
    if (progress.length > seen) lastMs = monotonicMs();
  }
  const cpuMicros = (await worker.ask('cpuMicros')) / count;
  await worker.stop();
  const [[firstAtMs] = [Number.NaN]] = progress;
  const [lastAtMs] = progress.at(-1) ?? [Number.NaN];
  return { perSecond: sumOf(progress.slice(1)) / ((lastAtMs - firstAtMs) / 1000), cpuMicros };
}

function sumOf(progress) {
  return progress.reduce((sum, [, count]) => sum + count, 0);
}
