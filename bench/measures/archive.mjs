// The archiver, from a full queue into an empty warehouse on the same server, against the bare driver that inserts the
// same rows, a thousand in a statement, without having to read them anywhere; and the archiver in front of a server
// against the one at the database. Afterwards each history is held against the queue.
import { randomUUID } from 'node:crypto';
import { checkArrivals, idsBehind } from '../kit/arrivals.mjs';
import { insertBare } from '../kit/bare-history.mjs';
import { monotonicMs } from '../kit/clock.mjs';
import { numberOf } from '../kit/draft.mjs';
import { compareRates } from '../kit/figures.mjs';
import {
  Archiver,
  archiverSource,
  createLogger,
  createTelemetry,
  ServerLink,
  ServerSource,
  STREAM,
  Warehouse,
} from '../kit/product.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { startNode } from '../processes/service-node.mjs';

const ROUNDS_MAX = 3;
const PAGE = { eventsMax: 1000, bytesMax: 4_194_304 };
const OPEN = { poolMax: 10, timeoutMs: 10_000 };

/** Gives figures, and the faults of every history. */
export async function measureArchive(databases, { rounds, archiveEvents: count }, place) {
  const node = await startNode(databases, place);
  await node.queue.fill(count);
  const link = new ServerLink(node.url.replace(/^http/, 'ws'), null);
  const source = { stream: STREAM, node: randomUUID() };
  const { store } = node.queue;
  const telemetry = createTelemetry(createLogger('silent'));
  const atDatabase = () => archiverSource({ ...source, store, ...telemetry });
  const fromServer = () => new ServerSource({ ...source, link });
  const into = async (work) => {
    // A new one begins with the first event, as a new warehouse does.
    await store.unregisterConsumer(STREAM, 'ARCHIVER', false);
    return inWarehouse(databases, count, work);
  };
  const { results, faults } = await inRounds(Math.min(rounds, ROUNDS_MAX), {
    atDatabase: () =>
      into((warehouse) => archive(atDatabase(), { warehouse, store, ...telemetry })),
    bare: () => into((_, url) => insertBare(databases, store, url)),
    fromServer: () => into((warehouse) => archive(fromServer(), { warehouse, ...telemetry })),
  });
  link.close();
  await node.stop();
  const events = count.toLocaleString('en');
  return {
    figures: [
      {
        name: `archiver, ${events}`,
        floorName: 'bulk insert of the driver',
        ...compareRates(results.atDatabase, results.bare),
      },
      {
        name: `archiver from a server, ${events}`,
        floorName: 'archiver at the database',
        ...compareRates(results.fromServer, results.atDatabase),
        note: 'over one WebSocket, the server in a process of its own',
      },
    ],
    faults,
  };
}

/** Times what fills a warehouse; gives its rate, and the faults of the history. */
async function inWarehouse(databases, count, work) {
  const { url, drop } = await databases.create();
  const warehouse = await Warehouse.open({ database: url, ...OPEN });
  await warehouse.migrate([STREAM]);
  const ms = await work(warehouse, url);
  const arrived = [];
  for (let after = '0'; ; after = arrived.at(-1)[0]) {
    const rows = await warehouse.readHistory(STREAM, after, PAGE);
    if (rows.length === 0) break;
    for (const [id, , data] of rows) arrived.push([id, numberOf(data)]);
  }
  await warehouse.close();
  await drop();
  const faults = checkArrivals(arrived, { base: 0, ids: idsBehind(0, count) });
  return { perSecond: count / (ms / 1000), faults };
}

async function archive(source, options) {
  const archiver = new Archiver({ source, periodMs: 1000, ...options });
  const startMs = monotonicMs();
  while ((await archiver.round()) === 'copied');
  const ms = monotonicMs() - startMs;
  await archiver.release();
  return ms;
}
