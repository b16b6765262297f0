// Archiver and discarder of both sides on databases that were filled for them. A side `prepare`s the databases, and
// starts its workers, which tell how far they are; `acknowledge` lets the discarder have everything.
import { EventQueue } from '../../databases/event-queue.mjs';
import { STREAM } from '../../kit/product.mjs';
import { Child } from '../../processes/child.mjs';
import { makeTables, OriginalQueue, originalConfig } from '../databases/original-queue.mjs';
import { openSession } from '../databases/sql-session.mjs';
import { fillQueue } from '../kit/fill.mjs';

export const ours = {
  async prepare(_kind, { databaseUrl }, drafts) {
    const queue = await EventQueue.open(databaseUrl);
    await fillQueue(queue, drafts);
    // Without a consumer nothing is discarded; this one has everything.
    await queue.store.registerConsumer(STREAM, 'bench:BENCH', 'now');
    await queue.close();
  },
  archive: (place, urls) => startOurs('archive', place, urls),
  discard: (place, urls) => startOurs('discard', place, urls),
};

/** The original's archiver in the process of its server, which hands it up to 1,000 events at a time. */
export const originalInProcess = {
  async prepare(kind, { databaseUrl, warehouseUrl }, drafts) {
    const queue = await OriginalQueue.open(kind, databaseUrl);
    await queue.fill(drafts);
    await queue.close();
    const warehouse = await openSession(kind, warehouseUrl);
    await makeTables(warehouse, 'dwh', kind);
    await warehouse.close();
  },
  archive: (place, urls) => startOriginal({ enableArchiver: true }, place, urls),
  /** The archiver may have been stopped before its last acknowledgement was written. */
  async discard(place, urls) {
    const session = await openSession(place.kind, urls.databaseUrl);
    await session.run('update evt_consumers set last_evt_id = (select max(id) from evt_queue)');
    await session.close();
    return startOriginal({ enableDiscarder: true }, place, urls);
  },
};

/** The original's archiver as a service of its own, whose server sends it so many events at a time. */
export function originalOverNetwork(batchMax) {
  return {
    ...originalInProcess,
    async archive(place, urls) {
      const options = { evtOptions: { max_chunk_events: batchMax } };
      const server = await startOriginal(options, place, urls);
      const archiver = Child.start('../peers/processes/original/archiver.mjs', place);
      const database = originalConfig('EVTDWH', place.kind, urls.warehouseUrl);
      await archiver.ask('start', { url: server.url, database });
      return {
        ask: (verb) => archiver.ask(verb),
        stop: () => archiver.stop().then(server.stop),
      };
    },
  };
}

async function startOurs(trade, place, urls) {
  const worker = Child.start('../peers/processes/worker.mjs', place);
  await worker.ask(trade, urls);
  return worker;
}

async function startOriginal(options, place, { databaseUrl, warehouseUrl }) {
  const server = Child.start('../peers/processes/original/server.mjs', place);
  const database = {
    ...originalConfig('EVT', place.kind, databaseUrl),
    ...originalConfig('EVTDWH', place.kind, warehouseUrl),
  };
  const url = await server.ask('start', { database, ...options });
  return { url, ask: (verb) => server.ask(verb), stop: server.stop };
}
