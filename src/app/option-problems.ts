// What a type checker would have said of the options of an app, for whoever writes JavaScript: an option that is passed
// over in silence would send events somewhere else.
import { optionProblem, unknownName, valueProblem } from '../base/options.ts';
import { settingNames } from '../config/load.ts';
import { ADDRESS, isAddress, OWN_OPTIONS } from './app-options.ts';

/** Settings that have another name as an option. */
export const OPTION_OF: Readonly<Record<string, string>> = {
  databaseUrl: 'database',
  warehouseUrl: 'warehouse',
  host: 'server.host',
  port: 'server.port',
};

/** Settings that only mean something to commands. */
const OF_COMMANDS = ['url', 'key', 'sinkModules'];

/** Every option that there is. */
export const OPTION_NAMES = [
  ...Object.keys(OWN_OPTIONS),
  ...settingNames.filter((name) => !isNamed(name) && !OF_COMMANDS.includes(name)),
];

/** Has another name as an option, or says more there. */
function isNamed(setting: string): boolean {
  return Object.hasOwn(OPTION_OF, setting) || Object.hasOwn(OWN_OPTIONS, setting);
}

/** What is wrong with the options beside the settings, one sentence each. */
export function optionProblems(options: unknown): string[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    // Not shown: it may be the URL of a database, with a password.
    return ["createApp takes an object of options, as { database: 'sqlite:./data/events.db' }"];
  }
  const given = options as Readonly<Record<string, unknown>>;
  return [
    ...Object.keys(given).flatMap((name) => (given[name] === undefined ? [] : strange(name))),
    ...Object.entries(OWN_OPTIONS).flatMap(([name, check]) => {
      return valueProblem(name, given[name], check) ?? [];
    }),
    ...addressProblems(given.server),
  ];
}

function strange(name: string): string[] {
  if (OPTION_NAMES.includes(name)) return [];
  if (Object.hasOwn(OPTION_OF, name)) return [`${name} is ${OPTION_OF[name]} here`];
  return [unknownName(name, OPTION_NAMES, 'option')];
}

function addressProblems(server: unknown): string[] {
  const problem = isAddress(server) ? optionProblem(server, ADDRESS) : null;
  return problem === null ? [] : [`server: ${problem}`];
}
