// Copies the history into the warehouse, or verifies what was copied.
import { randomUUID } from 'node:crypto';
import { redactUrl } from '../../config/redact.ts';
import type { EventId } from '../../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../../contract/limits.ts';
import { readDeliverable } from '../../feed/deliverable.ts';
import { ARCHIVER_SINK, Archiver } from '../../relay/archiver.ts';
import type { Store } from '../../store/store.ts';
import type { Warehouse } from '../../store/warehouse.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import type { Call, Command } from '../command.ts';
import { ACTIVE_SETTINGS, withStore, withWarehouse } from '../databases.ts';
import { warnOfLaxSettings } from '../lax-settings.ts';
import {
  type Checked,
  requireVerifyFlags,
  VERIFY_FLAGS,
  verifyArchives,
} from '../verify-archive.ts';
import { WORKER_FLAGS, type Worker, work } from '../worker.ts';

const READ_LIMITS = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };

export const archive: Command = {
  usage: 'archive',
  description:
    'Migrates both databases and copies events into the warehouse until it is stopped. One archiver is at work on a ' +
    'stream at a time; others wait to take over, and with --once say so and end. With --verify it compares what was ' +
    'archived with the checksums that were written with it, and with the queue.',
  argsMin: 0,
  argsMax: 0,
  flags: { ...WORKER_FLAGS, ...VERIFY_FLAGS },
  settings: [...ACTIVE_SETTINGS, 'warehouseUrl', 'workerPeriodMs'],
  run: (call) => {
    requireVerifyFlags(call.flags);
    return withStore(call.settings, (store) =>
      withWarehouse(call.settings, (warehouse) => run(call, store, warehouse)),
    );
  },
};

async function run(call: Call, store: Store, warehouse: Warehouse): Promise<void> {
  const { streams, workerPeriodMs, logLevel, warehouseUrl } = call.settings;
  await store.migrate(streams);
  await warehouse.migrate(streams);
  if (call.flags.has('verify')) {
    return verifyArchives(
      streams.map((stream) => checkedOf(store, warehouse, stream)),
      call,
    );
  }
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

function checkedOf(store: Store, warehouse: Warehouse, stream: string): Checked {
  const source = { store, stream, onInvalid: () => {} };
  const active = {
    state: () => store.streamState(stream),
    read: (after: EventId) => readDeliverable(source, after, READ_LIMITS),
  };
  return { warehouse, active, stream, watermark: ARCHIVER_SINK };
}
