// In-process addEvent, a generator on a store: 1 and 128 callers that each await their answer, against bare inserts.

import { EventQueue } from '../databases/event-queue.mjs';
import { bareInsert } from '../kit/bare-insert.mjs';
import { addByCallers, openGenerator } from '../kit/callers.mjs';
import { cpuPerEvent } from '../kit/cpu.mjs';
import { compareRates, median } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';

const CALLERS = [1, 128];
/** What was seen at best, less what a shared machine takes. */
const REACH = {
  1: { sqlite: 0.85, postgres: 0.75, mysql: 0.6 },
  128: { sqlite: 30, postgres: 7.5, mysql: 4.5 },
};

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
    variants[`callers ${count}`] = () =>
      addByCallers({
        queue,
        generator,
        databases,
        callers: count,
        isEnough: (_, ms) => ms >= sliceMs,
      });
  }
  const { results, faults } = await inRounds(rounds, variants);

  await generator.stop();
  await Promise.all(connections.map((connection) => connection.close()));
  await queue.close();
  await drop();
  return {
    figures: CALLERS.map((count) => figureOf(count, databases, results)),
    faults,
  };
}

function connectAll(databases, url) {
  const count = Math.max(...databases.bareConnections);
  return Promise.all(Array.from({ length: count }, () => databases.connect(url)));
}

/** A lone caller is held against one connection, many against the number of connections that did best in that round. */
function figureOf(callers, { kind, bareConnections }, results) {
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
    ...cpuPerEvent(ours),
    reach: { atLeast: REACH[callers][kind] },
    bareMedians: Object.fromEntries(
      tried.map((count, at) => [count, median(bare[at].map((result) => result.perSecond))]),
    ),
  };
}
