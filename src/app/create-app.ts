// From what an embedding application says to the app: the settings of the command line, and what only code can give.
import { ConfigError, loadSettings, type SettingSources, type Settings } from '../config/load.ts';
import { createLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import { App } from './app.ts';
import type { SinkOptions } from './sinks/sink.ts';
import { sinkProblems, sinksOf } from './sinks/sink-choice.ts';

/** Settings that only mean something to commands, or that have another name here. */
type Elsewhere = 'databaseUrl' | 'warehouseUrl' | 'host' | 'port' | 'url' | 'key';

/** Every setting of docs/configuration.md by its name there, with the same default; and these. */
export interface AppOptions extends Partial<Omit<Settings, Elsewhere>> {
  /** @default 'sqlite:./data/events.db' */
  readonly database?: string | undefined;
  /** Used when `archiver` is true. @default 'sqlite:./data/warehouse.db' */
  readonly warehouse?: string | undefined;
  /** Where the network is served; false: nowhere. @default false */
  readonly server?: false | { readonly host?: string; readonly port?: number } | undefined;
  /** Functions of the application that every event is handed to, in order and reliably. @default none */
  readonly sinks?: readonly SinkOptions[] | undefined;
  /** Where the log goes. @default JSON lines on standard error, from `logLevel` on */
  readonly logger?: Logger | undefined;
  /** A JSON file with settings; what is given here goes before it. */
  readonly configFile?: string | undefined;
  /** Settings from variables, as `process.env`; what is given here goes before them. @default none */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * The service as a part of this process; nothing happens before its `start`.
 *
 * @throws ConfigError with everything that is wrong with the options
 */
export function createApp(options: AppOptions = {}): App {
  const { database, warehouse, server = false, sinks = [], logger, ...others } = options;
  const { configFile, environment, ...rest } = others;
  const sources = {
    file: configFile,
    ...(environment && { environment }),
    values: given({
      ...rest,
      databaseUrl: database,
      warehouseUrl: warehouse,
      ...(server !== false && { host: server.host, port: server.port }),
    }),
  };
  const settings = checked(sources, sinks);
  const log = logger ?? createLogger(settings.logLevel as LogLevel);
  return new App(settings, log, { hasServer: server !== false, sinks: sinksOf(sinks) });
}

/** The settings. Throws `ConfigError` with what is wrong with them and with the sinks. */
function checked(sources: SettingSources, sinks: readonly SinkOptions[]): Settings {
  const problems: string[] = [];
  let settings: Settings | null = null;
  try {
    settings = loadSettings(sources);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  // Which streams there are, only good settings say.
  problems.push(...sinkProblems(sinks, settings?.streams ?? null));
  if (settings === null || problems.length > 0) throw new ConfigError(problems);
  return settings;
}

/** Without what was left out. */
function given(values: Record<string, unknown>): Partial<Settings> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
