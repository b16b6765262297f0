// From what an embedding application says to the app: the settings of the command line, and what only code can give.
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { ConfigError, loadSettings, type SettingSources, type Settings } from '../config/load.ts';
import type { DatabaseSource } from '../store/source.ts';
import { createLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import { App } from './app.ts';
import { optionProblems } from './option-problems.ts';
import type { SinkOptions } from './sinks/sink.ts';
import { sinkProblems, sinksOf } from './sinks/sink-choice.ts';

/** An address to listen on. */
export interface AddressOptions {
  /** A name or an address; without credentials a loopback address only. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** 0 takes any free one, which `app.url` then says. @default 8080 */
  readonly port?: number | undefined;
}

/**
 * Every setting of docs/configuration.md by its name there, with the same default, but for those that only mean
 * something to commands or have another name here; and these.
 */
export interface AppOptions
  extends Partial<
    Omit<Settings, 'databaseUrl' | 'warehouseUrl' | 'host' | 'port' | 'url' | 'key'>
  > {
  /**
   * The active database, where the application's tables are: its URL, or a knex instance that is connected to it, of
   * which only where and as whom it connects is taken. @default 'sqlite:./data/events.db'
   */
  readonly database?: DatabaseSource | undefined;
  /** The same of the warehouse; used when `archiver` is true. @default 'sqlite:./data/warehouse.db' */
  readonly warehouse?: DatabaseSource | undefined;
  /**
   * Where the network is served: on an address, on a `Server` of `node:http` or `node:https` of the application's
   * (docs/shared-server.md), or nowhere. @default false
   */
  readonly server?: false | AddressOptions | HttpServer | HttpsServer | undefined;
  /** Functions of the application that every event is handed to, in order and reliably. @default none */
  readonly sinks?: readonly SinkOptions[] | undefined;
  /** Where the log goes; a pino logger fits. @default JSON lines on standard error, from `logLevel` on */
  readonly logger?: Logger | undefined;
  /** The path of a JSON file with settings; what is given here goes before it. */
  readonly configFile?: string | undefined;
  /** Settings from variables, as `process.env`; what is given here goes before them. @default none */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Makes the service as a part of this process; nothing happens before its `start`.
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
      databaseUrl: isInstance(database) ? undefined : database,
      warehouseUrl: isInstance(warehouse) ? undefined : warehouse,
      ...addressOf(server),
    }),
  };
  const settings = checked(sources, sinks, optionProblems(options));
  const log = logger ?? createLogger(settings.logLevel as LogLevel);
  return new App(settings, log, {
    ...(isInstance(database) && { database }),
    ...(isInstance(warehouse) && { warehouse }),
    ...(server === false && { listen: null }),
    ...(isServer(server) && { listen: { server } }),
    sinks: sinksOf(sinks),
  });
}

/** The settings. Throws `ConfigError` with what is wrong with them, with the sinks, and what else is. */
function checked(
  sources: SettingSources,
  sinks: readonly SinkOptions[],
  others: readonly string[],
): Settings {
  const problems = [...others];
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

function isServer(server: AppOptions['server']): server is HttpServer | HttpsServer {
  return typeof server === 'object' && server !== null && 'listen' in server;
}

function addressOf(server: AppOptions['server']): AddressOptions {
  if (typeof server !== 'object' || isServer(server)) return {};
  return { host: server.host, port: server.port };
}

function isInstance(source: DatabaseSource | undefined): source is Exclude<DatabaseSource, string> {
  return source !== undefined && typeof source !== 'string';
}

/** Without what was left out. */
function given(values: Record<string, unknown>): Partial<Settings> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
