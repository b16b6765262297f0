// Our archiver and discarder in a process of their own, as the service runs them with its default settings. Their
// metrics tell how far they are, at the moment they say so.
import { randomUUID } from 'node:crypto';
import { EventQueue } from '../../databases/event-queue.mjs';
import {
  Archiver,
  archiverSource,
  createLogger,
  createTelemetry,
  Discarder,
  loadSettings,
  STREAM,
  Warehouse,
} from '../../kit/product.mjs';
import { serveParent } from '../../processes/child.mjs';
import { noteEvents, progressVerbs } from './progress.mjs';

const closers = [];

serveParent(
  {
    async archive({ databaseUrl, warehouseUrl }) {
      const { poolMax, timeoutMs, shared } = await open(databaseUrl, 'archived');
      const warehouse = await Warehouse.open({ database: warehouseUrl, poolMax, timeoutMs });
      closers.push(() => warehouse.close());
      await warehouse.migrate([STREAM]);
      const source = archiverSource({ ...shared, node: randomUUID() });
      await start(new Archiver({ ...shared, source, warehouse }));
    },

    async discard({ databaseUrl }) {
      const { limit, shared } = await open(databaseUrl, 'discarded');
      await start(new Discarder({ ...shared, limit }));
    },

    ...progressVerbs,
  },
  async () => {
    for (const close of closers.reverse()) await close();
  },
);

async function open(databaseUrl, counted) {
  const settings = loadSettings({});
  const queue = await EventQueue.open(databaseUrl);
  closers.push(() => queue.close());
  const telemetry = createTelemetry(createLogger('warn'));
  telemetry.notices.on(counted, ({ count }) => noteEvents(count));
  return {
    poolMax: settings.databasePoolMax,
    timeoutMs: settings.databaseTimeoutMs,
    limit: settings.discardLimit,
    shared: {
      store: queue.store,
      stream: STREAM,
      periodMs: settings.workerPeriodMs,
      ...telemetry,
    },
  };
}

async function start(service) {
  closers.push(() => service.stop());
  await service.start();
}
