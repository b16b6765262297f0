// What an embedding application may say to the app, and what its options must be.
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { hasMethods } from '../base/has-methods.ts';
import type { Check, Checks } from '../base/options.ts';
import type { Settings } from '../config/load.ts';
import { anything, aText } from '../contract/checks.ts';
import type { DatabaseSource } from '../store/source.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { SinkByType, SinkOptions } from './sinks/sink.ts';

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
    Omit<
      Settings,
      'databaseUrl' | 'warehouseUrl' | 'host' | 'port' | 'sinks' | 'sinkModules' | 'url' | 'key'
    >
  > {
  /**
   * The active database, where the application's tables are: its URL, or a knex instance that is connected to it, of
   * which only where and as whom it connects is taken. @default 'sqlite:./data/events.db'
   */
  readonly database?: DatabaseSource | undefined;
  /** The same of the warehouse; used when `archiver` or `readArchive` is true. @default 'sqlite:./data/warehouse.db' */
  readonly warehouse?: DatabaseSource | undefined;
  /**
   * Where the network is served: on an address, on a `Server` of `node:http` or `node:https` of the application's
   * (docs/shared-server.md), or nowhere. @default false
   */
  readonly server?: false | AddressOptions | HttpServer | HttpsServer | undefined;
  /**
   * Where every event is handed to, in order and reliably: functions of the application, files, standard output,
   * NATS, Redis, and what `registerSink` has made known (docs/sinks.md).
   *
   * @default the setting of that name, which has no functions
   */
  readonly sinks?: readonly (SinkOptions | SinkByType)[] | undefined;
  /** Where the log goes; a pino logger fits. @default JSON lines on standard error, from `logLevel` on */
  readonly logger?: Logger | undefined;
  /** The path of a JSON file with settings; what is given here goes before it. */
  readonly configFile?: string | undefined;
  /** Settings from variables, as `process.env`; what is given here goes before them. @default none */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

const SOURCE: Check = {
  rule: 'must be a URL or a knex instance',
  fits: (value) => typeof value === 'string' || isInstance(value),
  isSecret: true,
};

/** What the settings say nothing of. */
export const OWN_OPTIONS: Checks<Omit<AppOptions, Exclude<keyof Settings, 'sinks'>>> = {
  database: SOURCE,
  warehouse: SOURCE,
  server: {
    rule:
      'must be false, { host, port }, or a server of node:http or node:https (of an Express application: what ' +
      'http.createServer(application) gives)',
    fits: (value) => value === false || isServer(value) || isAddress(value),
  },
  // sinkProblems has more to say.
  sinks: anything,
  logger: {
    rule: 'must have the functions debug, info, warn and error',
    fits: (value) => hasMethods(value, 'debug', 'info', 'warn', 'error'),
  },
  configFile: { ...aText, rule: 'must be the path of a JSON file' },
  environment: {
    rule: 'must be an object of variables, as process.env',
    fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
};

/** The names are all that is looked at: what they are must fit the settings. */
export const ADDRESS: Checks<AddressOptions> = { host: anything, port: anything };

/** A knex instance, by its shape: the application may have another copy of the package. */
export function isInstance(source: unknown): source is Exclude<DatabaseSource, string> {
  if (!hasMethods(source, 'raw')) return false;
  return (source as Readonly<Record<string, unknown>>).client !== undefined;
}

/** By its shape too; a server of bare TCP has no requests, and lacks the second. */
export function isServer(server: unknown): server is HttpServer | HttpsServer {
  return typeof server === 'object' && hasMethods(server, 'listen', 'closeIdleConnections');
}

export function isAddress(server: unknown): server is AddressOptions {
  return typeof server === 'object' && server !== null && !('listen' in server);
}
