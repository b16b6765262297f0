// Serves the network until it is told to stop, or a sink that is to end it has failed. Standard output holds one line,
// the URL, once it is ready; that goes to standard error where a sink writes its events to standard output.

import { onAbort } from '../../base/on-abort.ts';
import { type Settings, settingNames } from '../../config/load.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { App } from '../app.ts';
import { type Call, type Command, Failure } from '../command.ts';
import { credentialsInForce } from '../credentials-path.ts';
import { ACCESS_SETTINGS } from '../server-access.ts';
import { ownOutput } from '../sinks/own-output.ts';
import { configuredSinks } from '../sinks/sink-choice.ts';
import { sinkFailure } from '../sinks/sink-failure.ts';
import { loadSinkModules } from '../sinks/sink-modules.ts';
import { untilAborted } from '../until-aborted.ts';

const OPEN_MODE =
  'Open mode: whoever is on this machine may do everything. To ask for keys: aftercommit credentials add NAME ' +
  '--may generate,consume, then start again.';

export const serve: Command = {
  usage: 'serve',
  description:
    'Migrates and serves; prints one line with the URL when it is ready, and logs to standard error. SIGINT or ' +
    'SIGTERM stops it, a second one at once.',
  argsMin: 0,
  argsMax: 0,
  flags: {},
  settings: settingNames.filter((name) => !ACCESS_SETTINGS.some((access) => access === name)),
  run,
};

async function run(call: Call): Promise<void> {
  const { settings, sources } = call;
  const stopped = call.takeSignals();
  await loadSinkModules(settings, sources);
  const sinks = configuredSinks(settings);
  const logger = createLogger(settings.logLevel);
  const app = new App(settings, logger, { sinks });
  const failed = new AbortController();
  app.once('sinkStopped', (notice) => failed.abort(sinkFailure(notice)));
  // A database that says nothing would hold the start up for as long as it may take.
  const leave = onAbort(stopped, () => void app.stop());
  try {
    await app.start();
  } catch (error) {
    if (!stopped.aborted) throw describeStart(error, settings);
    return await app.stop();
  } finally {
    leave();
  }
  try {
    if (credentialsInForce(settings) === null) logger.warn({}, OPEN_MODE);
    await ownOutput(call, sinks).print(app.url);
    await untilAborted(AbortSignal.any([stopped, failed.signal]));
  } finally {
    await app.stop();
  }
  failed.signal.throwIfAborted();
}

function describeStart(error: unknown, { host, port }: Settings): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'EADDRINUSE') {
    return new Failure(
      `${host}:${port} is in use already; stop what listens there, or take another EVT_PORT (--port).`,
    );
  }
  return error;
}
