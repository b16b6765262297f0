// In-process addEvent, a generator on a store: 1 and 128 callers that each await their answer, against bare inserts.
// Every answer is held against the queue afterwards: each event is there once, under the id that its caller was told,
// and behind everything that was answered before it was called.

import { EventQueue } from '../databases/event-queue.mjs';
import { checkArrivals } from '../kit/arrivals.mjs';
import { bareInsert } from '../kit/bare-insert.mjs';
import { monotonicMs } from '../kit/clock.mjs';
import { draftOf } from '../kit/draft.mjs';
import { compareRates, median } from '../kit/figures.mjs';
import { createMetrics, Generator, loadSettings, STREAM } from '../kit/product.mjs';
import { inRounds } from '../kit/rounds.mjs';

const CALLERS = [1, 128];

/** Gives figures, and the faults of every slice. */
export async function measureAddEvent(databases, { rounds, sliceMs }) {
  const { url, drop } = await databases.create();
  const queue = await EventQueue.open(url);
  const generator = openGenerator(queue.store);
  const connections = await connectAll(databases, url);
  await connections[0].createTables();

  const variants = {};
  for (const count of databases.bareConnections) {
    variants[`bare ${count}`] = () => bareInsert(connections.slice(0, count), sliceMs);
  }
  for (const count of CALLERS) {
    variants[`callers ${count}`] = () => addEvents({ queue, generator, count, sliceMs });
  }
  const { results, faults } = await inRounds(rounds, variants);

  await generator.stop();
  await Promise.all(connections.map((connection) => connection.close()));
  await queue.close();
  await drop();
  return {
    figures: CALLERS.map((count) => figureOf(count, databases.bareConnections, results)),
    faults,
  };
}

function openGenerator(store) {
  return new Generator({
    store,
    streams: [STREAM],
    metrics: createMetrics(),
    onAppended: () => {},
    limits: loadSettings({}),
  });
}

function connectAll(databases, url) {
  const count = Math.max(...databases.bareConnections);
  return Promise.all(Array.from({ length: count }, () => databases.connect(url)));
}

/** A lone caller is held against one connection, many against the number of connections that did best in that round. */
function figureOf(callers, bareConnections, results) {
  const tried = callers === 1 ? [1] : bareConnections;
  const bare = tried.map((count) => results[`bare ${count}`]);
  const ours = results[`callers ${callers}`];
  const best = ours.map((_, round) => ({
    perSecond: Math.max(...bare.map((rounds) => rounds[round].perSecond)),
  }));
  return {
    name: `addEvent, ${callers} caller${callers > 1 ? 's' : ''}`,
    floorName: `bare insert, ${tried.length > 1 ? `best of ${tried.join(', ')} connections` : '1 connection'}`,
    ...compareRates(ours, best),
    cpuMicros: median(ours.map((result) => result.cpuMicros)),
    bareMedians: Object.fromEntries(
      tried.map((count, at) => [count, median(bare[at].map((result) => result.perSecond))]),
    ),
  };
}

async function addEvents({ queue, generator, count, sliceMs }) {
  const base = await queue.newest();
  const ids = [];
  let newest = base;
  let early = 0;
  let called = 0;
  const cpu = process.cpuUsage();
  const startMs = monotonicMs();
  const callAll = async () => {
    while (monotonicMs() - startMs < sliceMs) {
      const n = called;
      called += 1;
      const before = newest;
      const id = await generator.addEvent(STREAM, draftOf(n));
      ids[n] = id;
      if (Number(id) <= before) early += 1;
      if (Number(id) > newest) newest = Number(id);
    }
  };
  await Promise.all(Array.from({ length: count }, callAll));
  const ms = monotonicMs() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  const faults = checkArrivals(await queue.readBehind(base), { base, ids });
  return {
    perSecond: called / (ms / 1000),
    cpuMicros: (user + system) / called,
    faults: { ...faults, reordered: faults.reordered + early },
  };
}
