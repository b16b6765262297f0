// Copies of a whole stream: into an empty stream of another database, into files, and from those files into a stream.
// What is written to a database stands against the bare driver's bulk insert of the same rows, what is written to files
// against reading the stream alone. Afterwards each stream is held against what was written at first, the files by way
// of the stream that is made of them.
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { EventQueue } from '../databases/event-queue.mjs';
import { checkArrivals, idsBehind } from '../kit/arrivals.mjs';
import { insertBare } from '../kit/bare-history.mjs';
import { monotonicMs } from '../kit/clock.mjs';
import { compareRates } from '../kit/figures.mjs';
import {
  CopyRun,
  destinationAt,
  orderOf,
  parseReference,
  STREAM,
  sourceAt,
  Warehouse,
} from '../kit/product.mjs';
import { inRounds } from '../kit/rounds.mjs';

const ROUNDS_MAX = 3;
const PAGE = { eventsMax: 1000, bytesMax: 4_194_304 };
const OPEN = { poolMax: 10, timeoutMs: 10_000 };
/** As the command has them. */
const LIMITS = { leaseMs: 10_000, batchMax: 500, idleMs: 0, msMax: 0, failuresMax: 0 };
/** Everything that is not said takes its default. */
const WISH = {
  ...{ name: null, after: null, upTo: null, since: null, until: null, types: null, ids: null },
  ...{ append: false, seal: null, follow: false, eventsMax: null, idleMs: null, msMax: null },
};

/** Gives figures, and the faults of every copy. */
export async function measureCopy(databases, { rounds, copyEvents: count }, place) {
  const origin = await databases.create();
  const queue = await EventQueue.open(origin.url);
  await queue.fill(count);
  const from = { reference: parseReference(`${origin.url}#${STREAM}`), store: queue.store };
  const files = async () => {
    const folder = await mkdtemp(join(place.folder, 'copy-'));
    return { reference: parseReference(`file:${folder}/${STREAM}`) };
  };
  const exported = await files();
  await copy(from, exported);

  const rateOf = (ms) => ({ perSecond: count / (ms / 1000) });
  const { results, faults } = await inRounds(Math.min(rounds, ROUNDS_MAX), {
    toStream: () => intoStream(databases, from, count),
    bare: async () => rateOf(await bareInserts(databases, queue.store)),
    toFiles: async () => rateOf(await copy(from, await files())),
    reading: async () => rateOf(await readAll(queue.store)),
    fromFiles: () => intoStream(databases, exported, count),
  });

  await queue.close();
  await origin.drop();
  const events = count.toLocaleString('en');
  const inserts = { floorName: 'bulk insert of the driver' };
  return {
    figures: [
      {
        name: `copy to a stream, ${events}`,
        ...inserts,
        ...compareRates(results.toStream, results.bare),
      },
      {
        name: `copy to files, ${events}`,
        floorName: 'reading the stream alone',
        ...compareRates(results.toFiles, results.reading),
      },
      {
        name: `copy from files, ${events}`,
        ...inserts,
        ...compareRates(results.fromFiles, results.bare),
      },
    ],
    faults,
  };
}

/** Copies into a stream of a new database; gives its rate, and the faults of the stream. */
async function intoStream(databases, from, count) {
  const { url, drop } = await databases.create();
  const queue = await EventQueue.open(url);
  const ms = await copy(from, {
    reference: parseReference(`${url}#${STREAM}`),
    store: queue.store,
  });
  const arrived = await queue.readBehind(0);
  await queue.close();
  await drop();
  const faults = checkArrivals(arrived, { base: 0, ids: idsBehind(0, count) });
  return { perSecond: count / (ms / 1000), faults };
}

/** Gives milliseconds. */
async function copy(from, to) {
  const startMs = monotonicMs();
  const invalid = [];
  const { job } = await new CopyRun({
    ...orderOf({ ...WISH, from: from.reference, to: to.reference }, (member) => member),
    ...LIMITS,
    source: sourceAt(from, { isVerified: true, onInvalid: (id) => invalid.push(id) }),
    destination: destinationAt(to),
    node: randomUUID(),
    signal: new AbortController().signal,
    whenStopped: 'paused',
    onProgress: () => undefined,
    onError: (error) => {
      throw error;
    },
  }).run();
  if (job.status !== 'done' || invalid.length > 0) throw new Error(`the copy is ${job.status}`);
  return monotonicMs() - startMs;
}

async function bareInserts(databases, store) {
  const { url, drop } = await databases.create();
  const warehouse = await Warehouse.open({ database: url, ...OPEN });
  await warehouse.migrate([STREAM]);
  const ms = await insertBare(databases, store, url);
  await warehouse.close();
  await drop();
  return ms;
}

async function readAll(store) {
  const startMs = monotonicMs();
  for (let after = '0'; ; ) {
    const rows = await store.readAfter(STREAM, after, PAGE);
    if (rows.length === 0) return monotonicMs() - startMs;
    after = rows.at(-1)[0];
  }
}
