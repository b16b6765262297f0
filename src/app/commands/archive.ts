// Copies the history into the warehouse, or verifies what was copied. Events come from the active database, or from a
// server that has it.
import { randomUUID } from 'node:crypto';
import { onAbort } from '../../base/on-abort.ts';
import { redactUrl } from '../../config/redact.ts';
import { type ActiveSide, activeSideOf } from '../../relay/active-side.ts';
import { archiveRewindTo, rewindArchive } from '../../relay/archive-rewind.ts';
import { ARCHIVER_SINK, Archiver, archiverSource } from '../../relay/archiver.ts';
import type { Source } from '../../relay/source.ts';
import type { Store } from '../../store/store.ts';
import type { Warehouse } from '../../store/warehouse.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import { ServerLink } from '../archive-from/server-link.ts';
import { checkAccess, ServerSource, serverSide } from '../archive-from/server-source.ts';
import { type Call, type Command, Failure, UsageError } from '../command.ts';
import {
  ACTIVE_SETTINGS,
  requireKnown,
  stopsInTime,
  withStore,
  withWarehouse,
} from '../databases.ts';
import { warnOfLaxSettings } from '../lax-settings.ts';
import { type Rewound, requireRewindAlone, rewind, rewindFlag } from '../rewind.ts';
import { requireVerifyFlags, VERIFY_FLAGS, verifyArchives } from '../verify-archive.ts';
import { WORKER_FLAGS, type Worker, work } from '../worker.ts';

/** Where the events of a stream are. */
interface Origin {
  /** null: a server has them. */
  readonly store: Store | null;
  source(stream: string): Source;
  /** Throws what is wrong with the address or the key, which no waiting mends. */
  check(stream: string): Promise<void>;
  activeSide(stream: string): ActiveSide;
}

const REWIND_FLAGS = rewindFlag('the warehouse', 'archive nothing');

export const archive: Command = {
  usage: 'archive',
  description:
    'Migrates both databases and copies events into the warehouse until it is stopped. One archiver is at work on a ' +
    'stream at a time; others wait to take over, and with --once say so and end. With --from it reads from a server, ' +
    'by a key with the right archive, and needs no active database. With --verify it compares what was archived with ' +
    'the checksums that were written with it, and with the queue. With --rewind it cuts off what the warehouse has ' +
    'behind the event at which the history of the stream has forked, and ends.',
  argsMin: 0,
  argsMax: 0,
  flags: { ...WORKER_FLAGS, ...VERIFY_FLAGS, ...REWIND_FLAGS },
  settings: [
    ...ACTIVE_SETTINGS,
    'warehouseUrl',
    'workerPeriodMs',
    'archiveFrom',
    'key',
    'shutdownMs',
  ],
  run: (asked) => {
    requireVerifyFlags(asked.flags);
    requireRewindAlone(asked, ['once', 'verify']);
    if (asked.flags.has('rewind')) {
      const { archiveFrom, databaseUrl, warehouseUrl, streams } = asked.settings;
      if (streams.length !== 1) {
        throw new UsageError('--rewind is for one stream: name it by --streams.');
      }
      if (archiveFrom === null) requireKnown(databaseUrl);
      requireKnown(warehouseUrl);
    }
    const { call, givenUp } = stopsInTime(asked);
    const inWarehouse = (origin: Origin) =>
      withWarehouse(call.settings, (warehouse) => run(call, origin, warehouse), givenUp);
    return withOrigin(call, inWarehouse, givenUp);
  },
};

async function withOrigin(
  call: Call,
  work: (origin: Origin) => Promise<void>,
  givenUp: AbortSignal,
): Promise<void> {
  const { settings } = call;
  const { archiveFrom, key, streams } = settings;
  const node = randomUUID();
  if (archiveFrom === null) {
    const atDatabase = async (store: Store) => {
      // What is there is to be cut back: what is not our database is left as it is.
      if (!call.flags.has('rewind')) await store.migrate(streams);
      await work(databaseOrigin(store, node, call));
    };
    return withStore(settings, atDatabase, givenUp);
  }
  const link = new ServerLink(archiveFrom, key);
  const leave = onAbort(givenUp, () => link.close());
  try {
    await work({
      store: null,
      source: (stream) => new ServerSource({ link, stream, node }),
      check: (stream) => checkAccess({ link, stream }),
      activeSide: (stream) => serverSide({ link, stream }),
    });
  } finally {
    leave();
    link.close();
  }
}

function databaseOrigin(store: Store, node: string, { settings }: Call): Origin {
  const logger = createLogger(settings.logLevel);
  return {
    store,
    source: (stream) => archiverSource({ store, stream, node, logger }),
    check: async () => {},
    activeSide: (stream) => activeSideOf(store, stream),
  };
}

async function run(call: Call, origin: Origin, warehouse: Warehouse): Promise<void> {
  const { streams, workerPeriodMs: periodMs, logLevel, warehouseUrl } = call.settings;
  for (const stream of streams) await origin.check(stream);
  if (call.flags.has('rewind')) {
    const stream = streams[0] as string;
    return rewind(rewoundArchive(warehouse, stream, origin.activeSide(stream)), call);
  }
  await warehouse.migrate(streams);
  if (call.flags.has('verify')) {
    const checked = streams.map((stream) => ({
      warehouse,
      active: origin.activeSide(stream),
      stream,
      watermark: ARCHIVER_SINK,
    }));
    return verifyArchives(checked, call);
  }
  const telemetry = createTelemetry(createLogger(logLevel));
  await warnOfLaxSettings(warehouse, 'warehouse', telemetry.logger);
  const workers = streams.map((stream) => {
    const shared = { store: origin.store, warehouse, periodMs, ...telemetry };
    return workerOf(new Archiver({ ...shared, source: origin.source(stream) }), stream);
  });
  const doing = `Archiving to ${redactUrl(warehouseUrl)}:`;
  await work({ doing, done: 'Archived', key: 'archived', workers, ...telemetry }, call);
}

function rewoundArchive(warehouse: Warehouse, stream: string, active: ActiveSide): Rewound {
  const request = { warehouse, stream, active, watermark: ARCHIVER_SINK };
  return {
    name: stream,
    holder: 'the warehouse',
    outcome: (to) => `the archive ends at ${to} now, and the archiver can go on`,
    facts: { stream },
    active,
    find: () => archiveRewindTo(request),
    cut: async (found, epoch) => {
      if (await rewindArchive(request, found, epoch)) return;
      throw new Failure(
        `${stream}: another process has moved the end of the archive. Run it again.`,
      );
    },
  };
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
