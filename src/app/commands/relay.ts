// Writes events to the sinks of the configuration, without a server.
import { randomUUID } from 'node:crypto';
import { inTime } from '../../base/in-time.ts';
import { unknownName } from '../../base/options.ts';
import { ConfigError } from '../../config/load.ts';
import { ARCHIVER_SINK, Archiver, archiverSource } from '../../relay/archiver.ts';
import { Archive } from '../../store/archive.ts';
import type { Store } from '../../store/store.ts';
import type { Warehouse } from '../../store/warehouse.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createTelemetry, type Telemetry } from '../../telemetry/telemetry.ts';
import { type Call, type Command, UsageError } from '../command.ts';
import { ACTIVE_SETTINGS, withKnownStore, withStore, withWarehouse } from '../databases.ts';
import { warnOfLaxSettings } from '../lax-settings.ts';
import { requireRewindAlone, rewindFlag } from '../rewind.ts';
import { ownOutput } from '../sinks/own-output.ts';
import { rewindSink } from '../sinks/rewind-sink.ts';
import { configuredSinks, isArchive, type SinkChoice } from '../sinks/sink-choice.ts';
import { sinkFailure } from '../sinks/sink-failure.ts';
import { loadSinkModules } from '../sinks/sink-modules.ts';
import { SinkWorker } from '../sinks/sink-worker.ts';
import { WakeUps } from '../wake-ups.ts';
import { WORKER_FLAGS, type Worker, work } from '../worker.ts';

export const relay: Command = {
  usage: 'relay',
  description:
    'Migrates the active database and writes events to the sinks of the configuration until it is stopped. One ' +
    'process is at work on a sink at a time; others wait to take over, and with --once say so and end. Where a sink ' +
    'writes to standard output, what it says itself goes to standard error. With --rewind it cuts off what one sink ' +
    'has behind the event at which the history of its stream has forked, and ends.',
  argsMin: 0,
  argsMax: 0,
  flags: {
    ...WORKER_FLAGS,
    ...rewindFlag('the sink', 'relay nothing'),
    only: { description: 'The names of the sinks to write to, comma separated.', value: 'NAMES' },
  },
  settings: [
    ...ACTIVE_SETTINGS,
    'warehouseUrl',
    'readArchive',
    'workerPeriodMs',
    'sinks',
    'sinkModules',
    'checkpointMs',
    'sleepMsMin',
    'sleepMsMax',
    'sleepMsStep',
    'watch',
    'shutdownMs',
  ],
  run,
};

async function run(call: Call): Promise<void> {
  const { settings, sources } = call;
  requireRewindAlone(call, ['once']);
  await loadSinkModules(settings, sources);
  const choices = chosen(configuredSinks(settings), call.flags.get('only'));
  const spoken = { ...call, stdout: ownOutput(call, choices) };
  if (call.flags.has('rewind')) {
    const [choice, ...others] = choices;
    if (choice === undefined || others.length > 0) {
      throw new UsageError('--rewind is for one sink: name it by --only.');
    }
    return withKnownStore(settings, (store) => rewindSink(store, choice, spoken));
  }
  await withStore(settings, async (store) => {
    await store.migrate(settings.streams);
    const telemetry = createTelemetry(createLogger(settings.logLevel));
    await warnOfLaxSettings(store, 'active', telemetry.logger);
    const hasArchive = settings.readArchive || choices.some(isArchive);
    if (!hasArchive) return relayTo(choices, spoken, { store, warehouse: null, telemetry });
    await withWarehouse(settings, async (warehouse) => {
      await warehouse.migrate(settings.streams);
      store.readThrough(new Archive(warehouse, ARCHIVER_SINK));
      await warnOfLaxSettings(warehouse, 'warehouse', telemetry.logger);
      await relayTo(choices, spoken, { store, warehouse, telemetry });
    });
  });
}

function chosen(choices: readonly SinkChoice[], only: string | undefined): readonly SinkChoice[] {
  if (choices.length === 0) throw new ConfigError(['sinks has no sink to write to']);
  if (only === undefined) return choices;
  const known = choices.map(({ name }) => name);
  const names = only.split(',').map((name) => name.trim());
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new UsageError(`--only: ${unknownName(strange, known, 'sink')}.`);
  return choices.filter(({ name }) => names.includes(name));
}

interface Around {
  readonly store: Store;
  /** null: nothing is archived here, and no archive is read. */
  readonly warehouse: Warehouse | null;
  readonly telemetry: Telemetry;
}

async function relayTo(
  choices: readonly SinkChoice[],
  call: Call,
  { store, warehouse, telemetry }: Around,
): Promise<void> {
  const { settings } = call;
  const { checkpointMs, watch: isWatching, shutdownMs, workerPeriodMs: periodMs } = settings;
  const node = randomUUID();
  const shared = { store, node, pace: settings, checkpointMs, telemetry };
  const relayed = choices.filter((choice) => !isArchive(choice));
  const sinks = relayed.map((choice) => new SinkWorker({ ...shared, choice }));
  const failed = new AbortController();
  telemetry.notices.once('sinkStopped', (notice) => failed.abort(sinkFailure(notice)));
  const loops = { feeds: new Map<string, never>(), sequencers: new Map<string, never>() };
  const wakeUps = new WakeUps({ store, ...telemetry, ...loops, relays: sinks, isWatching });
  const archives = choices.flatMap((choice) => {
    if (warehouse === null || !isArchive(choice)) return [];
    const { stream, name } = choice;
    const source = archiverSource({ store, stream, node, ...telemetry });
    const archiver = new Archiver({ source, store, warehouse, periodMs, ...telemetry });
    return [archiveWorker(archiver, stream, name)];
  });
  const workers = [
    ...archives,
    ...sinks.map((sink, nth) => workerOf(sink, relayed[nth]?.name ?? '', shutdownMs)),
  ];
  const trade = { doing: 'Relaying', done: 'Relayed', key: 'relayed', workers } as const;
  await work({ ...trade, ...telemetry, beside: [wakeUps], failed: failed.signal }, call);
}

function workerOf(sink: SinkWorker, name: string, shutdownMs: number): Worker {
  return {
    stream: sink.stream,
    sink: name,
    service: {
      start: () => sink.start(),
      stop: async () => {
        await inTime(sink.finish(), shutdownMs);
        await sink.stop();
      },
    },
    round: async () => {
      const round = await sink.round();
      return round === 'copied' ? 'more' : round;
    },
    release: () => sink.release(),
  };
}

function archiveWorker(archiver: Archiver, stream: string, name: string): Worker {
  return {
    stream,
    sink: name,
    isArchive: true,
    service: archiver,
    round: async () => {
      const round = await archiver.round();
      return round === 'copied' ? 'more' : round;
    },
    release: () => archiver.release(),
  };
}
