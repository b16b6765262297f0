// Copies the history into the warehouse.
import { randomUUID } from 'node:crypto';
import { redactUrl } from '../../config/redact.ts';
import { Archiver } from '../../relay/archiver.ts';
import type { Store } from '../../store/store.ts';
import type { Warehouse } from '../../store/warehouse.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import type { Call, Command } from '../command.ts';
import { ACTIVE_SETTINGS, withStore, withWarehouse } from '../databases.ts';
import { warnOfLaxSettings } from '../lax-settings.ts';
import { WORKER_FLAGS, type Worker, work } from '../worker.ts';

export const archive: Command = {
  usage: 'archive',
  description:
    'Migrates both databases and copies events into the warehouse until it is stopped. One archiver is at work on a ' +
    'stream at a time; others wait to take over, and with --once say so and end.',
  argsMin: 0,
  argsMax: 0,
  flags: WORKER_FLAGS,
  settings: [...ACTIVE_SETTINGS, 'warehouseUrl', 'workerPeriodMs'],
  run: (call) =>
    withStore(call.settings, (store) =>
      withWarehouse(call.settings, (warehouse) => run(call, store, warehouse)),
    ),
};

async function run(call: Call, store: Store, warehouse: Warehouse): Promise<void> {
  const { streams, workerPeriodMs, logLevel, warehouseUrl } = call.settings;
  await store.migrate(streams);
  await warehouse.migrate(streams);
  const telemetry = createTelemetry(createLogger(logLevel));
  await warnOfLaxSettings(warehouse, 'warehouse', telemetry.logger);
  const shared = {
    store,
    warehouse,
    node: randomUUID(),
    periodMs: workerPeriodMs,
    ...telemetry,
  };
  const workers = streams.map((stream) => workerOf(new Archiver({ ...shared, stream }), stream));
  const doing = `Archiving to ${redactUrl(warehouseUrl)}:`;
  await work({ doing, done: 'Archived', key: 'archived', workers, ...telemetry }, call);
}

function workerOf(archiver: Archiver, stream: string): Worker {
  return {
    stream,
    service: archiver,
    round: async () => {
      const round = await archiver.round();
      return round === 'copied' ? 'more' : round;
    },
    release: () => archiver.release(),
  };
}
