// Deletes from the active database what every consumer and the archive have.
import { Discarder } from '../../retention/discarder.ts';
import type { Store } from '../../store/store.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import type { Call, Command } from '../command.ts';
import { ACTIVE_SETTINGS, stopsInTime, withStore } from '../databases.ts';
import { WORKER_FLAGS, type Worker, work } from '../worker.ts';

export const discard: Command = {
  usage: 'discard',
  description:
    'Migrates the active database and deletes from it what every registered consumer has acknowledged and, once an ' +
    'archive was set up, the archive has; until it is stopped. While no consumer is registered it deletes nothing.',
  argsMin: 0,
  argsMax: 0,
  flags: WORKER_FLAGS,
  settings: [
    ...ACTIVE_SETTINGS,
    'discardLimit',
    'retainMs',
    'setAsideMs',
    'workerPeriodMs',
    'shutdownMs',
  ],
  run: (asked) => {
    const { call, givenUp } = stopsInTime(asked);
    return withStore(call.settings, (store) => run(call, store), givenUp);
  },
};

async function run(call: Call, store: Store): Promise<void> {
  const { streams, discardLimit, retainMs, setAsideMs, workerPeriodMs, logLevel } = call.settings;
  await store.migrate(streams);
  const telemetry = createTelemetry(createLogger(logLevel));
  const shared = {
    store,
    limit: discardLimit,
    retainMs,
    setAsideMs,
    periodMs: workerPeriodMs,
    ...telemetry,
  };
  const workers = streams.map((stream) => workerOf(new Discarder({ ...shared, stream }), stream));
  await work(
    { doing: 'Discarding from', done: 'Discarded', key: 'discarded', workers, ...telemetry },
    call,
  );
}

function workerOf(discarder: Discarder, stream: string): Worker {
  return {
    stream,
    service: discarder,
    round: async () => ((await discarder.round()) ? 'more' : 'nothing-left'),
    release: async () => {},
  };
}
