// From what an embedding application says to the app: the settings of the command line, and what only code can give.
import {
  ConfigError,
  loadSettings,
  type SettingSources,
  type Settings,
  settingNames,
} from '../config/load.ts';
import { stateProblems } from '../state/kinds.ts';
import { sourceProblem } from '../store/source-problem.ts';
import { createLogger, type LogLevel } from '../telemetry/logger.ts';
import { App } from './app.ts';
import { type AppOptions, isAddress, isInstance, isServer, OWN_OPTIONS } from './app-options.ts';
import { OPTION_NAMES, OPTION_OF, optionProblems } from './option-problems.ts';
import type { SinkByType } from './sinks/sink.ts';
import { sinkProblems, sinksOf } from './sinks/sink-choice.ts';
import { ARCHIVE_TYPE } from './sinks/sink-kinds.ts';

/**
 * Makes the service as a part of this process; nothing happens before its `start`.
 *
 * @throws ConfigError with everything that is wrong with the options
 */
export function createApp(options: AppOptions = {}): App {
  const others = optionProblems(options);
  // Without an object there is nothing to read more of.
  if (typeof options !== 'object' || options === null) throw new ConfigError(others);
  const { database, warehouse, server = false, logger } = options;
  const settings = checked(options, others);
  const sinks = options.sinks ?? (settings.sinks as unknown as SinkByType[]);
  const log = logger ?? createLogger(settings.logLevel as LogLevel);
  return new App(settings, log, {
    ...(isInstance(database) && { database }),
    ...(isInstance(warehouse) && { warehouse }),
    ...(server === false && { listen: null }),
    ...(isServer(server) && { listen: { server } }),
    sinks: sinksOf(sinks),
  });
}

/** The settings among the options; what has another name as an option is not asked for by that of the setting. */
function sourcesOf(options: AppOptions): SettingSources {
  const { database, warehouse, server, configFile, environment } = options;
  const { host, port } = isAddress(server) ? server : {};
  const own = settingNames.filter(
    (name) => OPTION_NAMES.includes(name) && !Object.hasOwn(OWN_OPTIONS, name),
  );
  const values = {
    ...Object.fromEntries(
      own.map((name) => [name, (options as Readonly<Record<string, unknown>>)[name]]),
    ),
    databaseUrl: textOf(database),
    warehouseUrl: textOf(warehouse),
    host,
    port,
  };
  return {
    file: textOf(configFile),
    ...(environment && { environment }),
    values: given(values),
    valueNames: OPTION_OF,
  };
}

/** The settings. Throws `ConfigError` with what is wrong with them, with the sinks, and what else is. */
function checked(options: AppOptions, others: readonly string[]): Settings {
  const problems = [...others];
  let settings: Settings | null = null;
  try {
    settings = loadSettings(sourcesOf(options));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  const { sinks = settings?.sinks ?? [] } = options;
  // Which streams there are, only good settings say.
  problems.push(...sinkProblems(sinks, settings));
  problems.push(...databaseProblems(options, settings));
  if (settings !== null) problems.push(...stateProblems(settings));
  if (settings === null || problems.length > 0) throw new ConfigError(problems);
  return settings;
}

/** Of those that are used: what they name is not seen before the start. */
function databaseProblems(options: AppOptions, settings: Settings | null): string[] {
  const { database, warehouse } = options;
  const { sinks = settings?.sinks ?? [] } = options;
  const isSink = Array.isArray(sinks) && sinks.some(isArchiveEntry);
  const isUsed = isSink || settings?.archiver || settings?.readArchive;
  const history = isUsed ? settings?.warehouseUrl : undefined;
  const sources = {
    database: isInstance(database) ? database : (settings?.databaseUrl ?? textOf(database)),
    warehouse: isInstance(warehouse) ? warehouse : (history ?? textOf(warehouse)),
  };
  return Object.entries(sources).flatMap(([name, source]) => {
    const problem = source === undefined ? null : sourceProblem(source);
    return problem === null ? [] : [`${name}: ${problem}`];
  });
}

/** Of whatever stands in the list. */
function isArchiveEntry(sink: unknown): boolean {
  return (sink as { type?: unknown } | null)?.type === ARCHIVE_TYPE;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Without what was left out. */
function given(values: Record<string, unknown>): Partial<Settings> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
