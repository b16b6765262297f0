// Prints the settings in force, secrets hidden, and where each came from.
import { readFileSync } from 'node:fs';
import {
  ConfigError,
  flagOf,
  type SettingSources,
  type Settings,
  settingFacts,
  settingNames,
} from '../../config/load.ts';
import { redact } from '../../config/redact.ts';
import { stateProblems } from '../../state/kinds.ts';
import type { Command } from '../command.ts';
import { columns } from '../table.ts';

export const config: Command = {
  usage: 'config',
  description:
    'Prints the settings in force and where each came from; passwords and keys are hidden.',
  argsMin: 0,
  argsMax: 0,
  flags: { json: { description: 'Print one JSON object, by name.' } },
  settings: settingNames,
  run: async ({ settings, sources, flags, stdout }) => {
    const problems = stateProblems(settings);
    if (problems.length > 0) throw new ConfigError(problems);
    const shown = redact(settings);
    if (flags.has('json')) return stdout.print(JSON.stringify(shown, null, 2));
    const originOf = origins(sources);
    const rows = settingNames.map((name) => [name, textOf(shown[name]), originOf(name)]);
    for (const line of columns([['NAME', 'VALUE', 'FROM'], ...rows])) await stdout.print(line);
  },
};

function textOf(value: unknown): string {
  if (value === null) return '-';
  if (!Array.isArray(value)) return String(value);
  const isOfObjects = value.some((item) => typeof item === 'object');
  return isOfObjects ? JSON.stringify(value) : value.join(',') || '-';
}

/** Goes the way of `loadSettings` from its end. */
function origins({ file, environment, flags }: SettingSources): (name: keyof Settings) => string {
  const inFile = file === undefined ? {} : (JSON.parse(readFileSync(file, 'utf8')) as object);
  return (name) => {
    const { env } = settingFacts(name);
    if (flags?.[name] !== undefined) return `--${flagOf(name)}`;
    if (environment?.[env]) return env;
    return file !== undefined && Object.hasOwn(inFile, name) ? file : 'default';
  };
}
