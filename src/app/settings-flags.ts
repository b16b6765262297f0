// Settings on the command line: each is a flag of the same name, made from the one table in specs/config.schema.json.
import { flagOf, type Settings, settingFacts, settingNames } from '../config/load.ts';
import type { Flag } from './command.ts';

type SettingName = keyof Settings;

/** `--config` and a flag for each of the settings. */
export function settingFlags(names: readonly SettingName[]): Record<string, Flag> {
  const flags = names.map((name): [string, Flag] => [flagOf(name), settingFlag(name)]);
  return {
    ...Object.fromEntries(flags),
    config: { value: 'FILE', description: 'Settings by name, as JSON.' },
  };
}

/** The settings among the flags that were given, by their names. */
export function settingsGiven(flags: ReadonlyMap<string, string>): Record<string, string> {
  const given = settingNames
    .filter((name) => flags.has(flagOf(name)))
    .map((name) => [name, isSwitch(name) ? 'true' : flags.get(flagOf(name))]);
  return Object.fromEntries(given);
}

function settingFlag(name: SettingName): Flag {
  const { description, env, default: usual, unit } = settingFacts(name);
  const value = Array.isArray(usual) ? usual.join(',') : usual;
  const shown =
    value === null || value === '' || isSwitch(name)
      ? ''
      : `; default ${value}${unit ? ` ${unit}` : ''}`;
  return {
    description: `${description} (${env}${shown})`,
    ...(isSwitch(name) ? {} : { value: valueName(name) }),
  };
}

function isSwitch(name: SettingName): boolean {
  return settingFacts(name).type === 'boolean';
}

function valueName(name: SettingName): string {
  const { type, items } = settingFacts(name);
  if (type === 'integer') return 'N';
  if (items?.type === 'object') return 'JSON';
  return type === 'array' ? 'A,B' : 'TEXT';
}
