// The archiver and the discarder, ours and the original's, on a queue that was filled before; one after the other, each
// in a process of its own. The rate is taken from the end of the first batch to the end of the last, as the workers
// themselves tell, so that no start counts. Afterwards the history is held against the queue, row by row.
import { setTimeout as sleep } from 'node:timers/promises';
import { EventQueue } from '../../databases/event-queue.mjs';
import { monotonicMs } from '../../kit/clock.mjs';
import { draftOf } from '../../kit/draft.mjs';
import { compareRates, median } from '../../kit/figures.mjs';
import { STREAM } from '../../kit/product.mjs';
import { Child } from '../../processes/child.mjs';
import { makeTables, OriginalQueue, originalConfig } from '../databases/original-queue.mjs';
import { openSession } from '../databases/sql-session.mjs';
import { inPeerRounds } from '../kit/peer-rounds.mjs';
import { checkHistory, readRows } from '../kit/table-rows.mjs';

/** A worker that tells of nothing for so long has stopped. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 20;
const FILL_EVENTS = 1000;
const TRADES = [
  {
    trade: 'archive',
    name: 'archiver',
    floorName: 'DBEventArchiver',
    reach: 10,
    note:
      'events of some 11 bytes of data, since its statements of 100 rows must stay below 10,000 characters; it reads ' +
      '1,000 at a time in process, its best case; ours reads and writes up to 1,000',
  },
  {
    trade: 'discard',
    name: 'discarder',
    floorName: 'DBEventDiscarder',
    reach: 3,
    note: 'up to 1,000 rows a transaction on both',
  },
];

/** Gives figures and the faults of every history. */
export async function measureArchive(databases, { rounds, archiveEvents }, place) {
  const side = (work) => () => archiveAndDiscard(work, databases, archiveEvents, place);
  const { results, faults, peerFaults } = await inPeerRounds(rounds, {
    ours: { ours: side(ourSide) },
    peers: { original: side(originalSide) },
  });
  const figures = TRADES.map(({ trade, name, floorName, reach, note }) => {
    const [ours, original] = [results.ours, results.original].map((of) =>
      of.map((result) => result[trade]),
    );
    return {
      name: `${name}, ${archiveEvents.toLocaleString('en')} events`,
      floorName,
      ...compareRates(ours, original),
      cpuMicros: median(ours.map((result) => result.cpuMicros)),
      peerCpuMicros: median(original.map((result) => result.cpuMicros)),
      peerFaults: peerFaults.original,
      reach,
      note,
    };
  });
  return { figures, faults };
}

async function archiveAndDiscard({ prepare, start }, databases, count, place) {
  const active = await databases.create();
  const warehouse = await databases.create();
  const urls = { databaseUrl: active.url, warehouseUrl: warehouse.url };
  const acknowledge = await prepare(place.kind, urls, draftsOf(count));
  const queued = await readRows(place.kind, active.url, 'evt_queue');
  const archive = await run(await start.archive(place, urls), count);
  const history = await readRows(place.kind, warehouse.url, 'evt_history');
  await acknowledge();
  const discard = await run(await start.discard(place, urls), count);
  const left = await readRows(place.kind, active.url, 'evt_queue');
  await active.drop();
  await warehouse.drop();
  const faults = checkHistory(history, queued);
  return { archive, discard, faults: { ...faults, wrong: faults.wrong + left.length } };
}

function draftsOf(count) {
  const { type } = draftOf(0);
  return Array.from({ length: count }, (_, n) => ({ type, data: `{"n":${n}}` }));
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

const ourSide = {
  async prepare(_kind, { databaseUrl }, drafts) {
    const queue = await EventQueue.open(databaseUrl);
    for (let at = 0; at < drafts.length; at += FILL_EVENTS) {
      await queue.store.append(STREAM, drafts.slice(at, at + FILL_EVENTS));
    }
    // Without a consumer nothing is discarded; this one has everything.
    await queue.store.registerConsumer(STREAM, 'bench:BENCH', 'now');
    await queue.close();
    return async () => {};
  },
  start: {
    archive: (place, urls) => startWorker('archive', place, urls),
    discard: (place, urls) => startWorker('discard', place, urls),
  },
};

const originalSide = {
  async prepare(kind, { databaseUrl, warehouseUrl }, drafts) {
    const queue = await OriginalQueue.open(kind, databaseUrl);
    await queue.fill(drafts);
    await queue.close();
    const warehouse = await openSession(kind, warehouseUrl);
    await makeTables(warehouse, 'dwh', kind);
    await warehouse.close();
    return () => acknowledgeAll(kind, databaseUrl, drafts.length);
  },
  start: {
    archive: (place, urls) => startOriginal({ enableArchiver: true }, place, urls),
    discard: (place, urls) => startOriginal({ enableDiscarder: true }, place, urls),
  },
};

async function startWorker(trade, place, urls) {
  const worker = Child.start('../peers/processes/worker.mjs', place);
  await worker.ask(trade, urls);
  return worker;
}

async function startOriginal(options, place, { databaseUrl, warehouseUrl }) {
  const server = Child.start('../peers/processes/original-server.mjs', place);
  const database = {
    ...originalConfig('EVT', place.kind, databaseUrl),
    ...originalConfig('EVTDWH', place.kind, warehouseUrl),
  };
  await server.ask('start', { database, ...options });
  return server;
}

/** The archiver may have been stopped before its last acknowledgement was written. */
async function acknowledgeAll(kind, databaseUrl, newest) {
  const session = await openSession(kind, databaseUrl);
  await session.run(`update evt_consumers set last_evt_id = ${newest}`);
  await session.close();
}
