// A transaction that writes an order and its event, against the same one with a plain row in place of the event: on
// eight connections, on SQLite on one, since it has one writer. A node gives the events their ids meanwhile, in a
// process of its own. Afterwards each of them is in the queue once, in the order in which its connection committed.
import { checkWriters } from '../kit/arrivals.mjs';
import { monotonicMs } from '../kit/clock.mjs';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { draftOf } from '../kit/draft.mjs';
import { compareRates } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { startNode } from '../processes/service-node.mjs';

const CONNECTIONS = 8;
const REACH = { atLeast: 0.85 };

/** Gives a figure, and the faults of every slice. */
export async function measureTransaction(databases, { rounds, sliceMs }, place) {
  const node = await startNode(databases, place);
  const count = databases.isServer ? CONNECTIONS : 1;
  const connections = await Promise.all(
    Array.from({ length: count }, () => databases.connect(node.databaseUrl)),
  );
  await connections[0].createTables();

  const { results, faults } = await inRounds(rounds, {
    event: () => metered(node.meters, () => writeEvents(node.queue, connections, sliceMs)),
    bare: () => metered(node.meters, () => writeAll(connections, sliceMs, 'transactBare')),
  });

  await Promise.all(connections.map((connection) => connection.close()));
  await node.stop();
  const figure = {
    name: 'transaction with an event',
    floorName: 'one with a plain insert',
    unit: 'commits/s',
    ...compareRates(results.event, results.bare),
    ...cpuPerEvent(results.event),
    reach: REACH,
    note:
      `connections: ${count}; CPU Node is that of the node, which takes the steps; the time until the last step does ` +
      `not count; ${bareText(results.bare)}`,
  };
  return { figures: [figure], faults };
}

/** What the other side costs the database, since that is where the two differ. */
function bareText(results) {
  const { databaseCpuMicros } = cpuPerEvent(results);
  if (databaseCpuMicros === null) return 'both cost the CPU of their own process';
  return `a plain one costs the database ${Math.round(databaseCpuMicros)} µs`;
}

async function writeEvents(queue, connections, ms) {
  const base = await queue.newest();
  const { perSecond, events, counts } = await writeAll(connections, ms, 'transact');
  await queue.reach(base + events);
  const arrived = await queue.readBehind(base);
  return { perSecond, events, faults: checkWriters(arrived, { base, counts }) };
}

/** Connection c writes the numbers c, c + their number, ...; gives how many each has committed. */
async function writeAll(connections, ms, verb) {
  const startMs = monotonicMs();
  const writeInTurn = async (connection, place) => {
    let written = 0;
    while (monotonicMs() - startMs < ms) {
      const n = place + written * connections.length;
      await connection[verb](n, draftOf(n));
      written += 1;
    }
    return written;
  };
  const counts = await Promise.all(connections.map(writeInTurn));
  const seconds = (monotonicMs() - startMs) / 1000;
  const events = counts.reduce((sum, each) => sum + each, 0);
  return { perSecond: events / seconds, events, counts };
}
