// The commands in one table, and the way from an argument list to one of them. A command's module is loaded only when
// it is called for, so that `publish` does not wait for a server's code.
import { parseArgs } from 'node:util';
import { loadSettings, type TextProblems } from '../config/load.ts';
import { sourceProblem } from '../store/source-problem.ts';
import {
  type Call,
  type Command,
  type CommandGroup,
  type Surroundings,
  UsageError,
} from './command.ts';
import { type ExitCode, exitCodeOf, failureLines } from './failure.ts';
import { commandHelp, generalHelp, groupHelp } from './help.ts';
import { settingFlags, settingsGiven } from './settings-flags.ts';

interface ParseOption {
  readonly type: 'string' | 'boolean';
  readonly multiple: boolean;
}

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command | CommandGroup>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: {
    summary: 'Serve the network; with --archiver and --discarder run them inside.',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  migrate: {
    summary:
      'Bring the active database up to date; with --adopt go on with one of futoin-eventstream.',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  archive: {
    summary: 'Copy the history into the warehouse; with --once until nothing is left.',
    load: async () => (await import('./commands/archive.ts')).archive,
  },
  relay: {
    summary: 'Write events to the sinks of the configuration; with --once until nothing is left.',
    load: async () => (await import('./commands/relay.ts')).relay,
  },
  discard: {
    summary: 'Delete what every consumer and the archive have; with --once until nothing is left.',
    load: async () => (await import('./commands/discard.ts')).discard,
  },
  streams: {
    summary: 'List streams, seal and unseal them; rename and adopt them.',
    load: async () => (await import('./commands/streams.ts')).streams,
  },
  epoch: {
    summary: 'List the histories of streams; begin another one after a restore.',
    load: async () => (await import('./commands/epoch.ts')).epoch,
  },
  consumers: {
    summary: 'List consumers with their lag; register, change and unregister them.',
    load: async () => (await import('./commands/consumers.ts')).consumers,
  },
  parked: {
    summary: 'List the events that a consumer could not handle; retry and drop them.',
    load: async () => (await import('./commands/parked.ts')).parked,
  },
  copy: {
    summary:
      'Copy events between streams, histories and files; list, pause, resume and cancel copies.',
    load: async () => (await import('./commands/copy.ts')).copy,
  },
  credentials: {
    summary: 'Add, list and remove who may call.',
    load: async () => (await import('./commands/credentials.ts')).credentials,
  },
  publish: {
    summary: 'Append one event.',
    load: async () => (await import('./commands/publish.ts')).publish,
  },
  tail: {
    summary: 'Print events as they come.',
    load: async () => (await import('./commands/tail.ts')).tail,
  },
  doctor: {
    summary: 'Find what breaks the promises in the databases, and how to mend it.',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  config: {
    summary: 'Print the settings in force, secrets hidden.',
    load: async () => (await import('./commands/config.ts')).config,
  },
};

/** Runs what the arguments ask for; never rejects. */
export async function runCli(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  try {
    await dispatch(argv, around);
    return 0;
  } catch (error) {
    const isDebug = around.environment.EVT_LOG_LEVEL === 'debug';
    for (const line of failureLines(error, isDebug)) {
      await around.stderr.print(`aftercommit: ${line}`).catch(() => {});
    }
    return exitCodeOf(error);
  }
}

async function dispatch([name, ...rest]: readonly string[], around: Surroundings): Promise<void> {
  if (name === undefined) throw new UsageError(`which command?${hint('')}`);
  if (name === '--help' || name === '-h') return around.stdout.print(generalHelp(summaries()));
  if (name === '--version') return around.stdout.print(await version());
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) throw new UsageError(`unknown command ${name}.${hint('')}`);
  const found = await entry.load();
  if ('run' in found) await runCommand(name, found, rest, around);
  else await runOfGroup(name, found, rest, around);
}

async function runOfGroup(
  groupName: string,
  group: CommandGroup,
  argv: readonly string[],
  around: Surroundings,
): Promise<void> {
  const [first] = argv;
  if (first === '--help' || first === '-h') return around.stdout.print(groupHelp(groupName, group));
  const isCommand = first !== undefined && Object.hasOwn(group.commands, first);
  const isNamed = isCommand || (first !== undefined && !first.startsWith('-') && !group.takesArgs);
  const name = isNamed ? first : group.usual;
  if (name === null) throw new UsageError(`${groupName} what?${hint(groupName)}`);
  const command = Object.hasOwn(group.commands, name) ? group.commands[name] : undefined;
  if (command === undefined) {
    throw new UsageError(`unknown command ${groupName} ${name}.${hint(groupName)}`);
  }
  await runCommand(`${groupName} ${name}`, command, isNamed ? argv.slice(1) : argv, around);
}

async function runCommand(
  name: string,
  command: Command,
  argv: readonly string[],
  around: Surroundings,
): Promise<void> {
  const { args, flags, lists } = parse(name, command, argv);
  if (flags.has('help')) return around.stdout.print(commandHelp(command));
  if (args.length < command.argsMin || args.length > command.argsMax) {
    throw new UsageError(`expected: aftercommit ${command.usage}.${hint(name)}`);
  }
  const sources = {
    file: flags.get('config'),
    environment: around.environment,
    flags: settingsGiven(new Map([...flags].filter(([flag]) => !(flag in command.flags)))),
    textProblems: problemsAskedBy(command),
  };
  const settings = loadSettings(sources);
  await command.run({ ...around, args, flags, lists, settings, sources });
}

/** What names a database can be seen to be wrong before the command has done anything. */
function problemsAskedBy({ settings }: Command): TextProblems {
  return {
    ...(settings.includes('databaseUrl') && { databaseUrl: sourceProblem }),
    ...(settings.includes('warehouseUrl') && { warehouseUrl: sourceProblem }),
  };
}

function parse(
  name: string,
  command: Command,
  argv: readonly string[],
): Pick<Call, 'args' | 'flags' | 'lists'> {
  const known = Object.entries({ ...settingFlags(command.settings), ...command.flags });
  const options = known.map(([flag, { value, isRepeatable }]): [string, ParseOption] => [
    flag,
    { type: value === undefined ? 'boolean' : 'string', multiple: isRepeatable ?? false },
  ]);
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { ...Object.fromEntries(options), help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    const flags = new Map<string, string>();
    const lists = new Map<string, readonly string[]>();
    for (const [flag, value] of Object.entries(values)) {
      const texts = [value].flat().map((text) => (typeof text === 'string' ? text : ''));
      if (Array.isArray(value)) lists.set(flag, texts);
      flags.set(flag, texts.at(-1) ?? '');
    }
    return { args: positionals, flags, lists };
  } catch (error) {
    throw new UsageError(`${describeParse((error as Error).message)}${hint(name)}`);
  }
}

/** Node's own advice is long and in several lines. */
function describeParse(message: string): string {
  const first = message.split(/\.\s/, 1)[0]?.replace(/\.$/, '');
  if (!message.includes('ambiguous')) return `${first}.`;
  return `${first}; a value that begins with - goes as --flag=VALUE.`;
}

function hint(name: string): string {
  return ` Try: aftercommit ${name === '' ? '' : `${name} `}--help`;
}

function summaries(): Record<string, string> {
  return Object.fromEntries(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]));
}

/** The contract carries the package's version, wherever the build lies. */
async function version(): Promise<string> {
  return (await import('../contract/generated/openrpc.ts')).openrpc.info.version;
}
