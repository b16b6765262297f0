// The settings in force: defaults < file < environment < flags. All mistakes are reported at once, in the user's
// words, before anything starts; nothing is silently defaulted.
import { readFileSync } from 'node:fs';
import { isNearOne, unknownName } from '../base/options.ts';
import type { SchemaFault } from '../contract/validator.ts';
import { areSettings } from './generated/are-settings.ts';
import { configSchema, type Settings } from './generated/settings.ts';

export type { Settings } from './generated/settings.ts';

export type TextProblems = Partial<Record<keyof Settings, (text: string) => string | null>>;

export interface SettingSources {
  /** Path of a JSON file with settings by name. */
  readonly file?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** By name, as text. */
  readonly flags?: Readonly<Record<string, string | boolean | undefined>>;
  /** By name, as they are. */
  readonly values?: Partial<Settings>;
  /** What those of `values` were called where they were given. @default the same */
  readonly valueNames?: Readonly<Record<string, string>>;
  /** What is wrong with a text beside what the schema knows of it; null when nothing is. */
  readonly textProblems?: TextProblems;
}

export interface SettingFacts {
  readonly description: string;
  readonly env: string;
  readonly type: string | readonly string[];
  readonly default: unknown;
  readonly unit?: string;
  readonly secret?: boolean;
  /** Its flag's name, where that is not made from its own. */
  readonly flag?: string;
  /** Of an array. */
  readonly items?: { readonly type?: string };
}

/** Tells everything that is wrong with the configuration at once, a line for each. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  /** A sentence for each mistake: which setting, the rule it breaks, and what was given, secrets hidden. */
  readonly problems: readonly string[];

  /** Made when options are checked. */
  constructor(problems: readonly string[]) {
    super(problems.map((problem) => `config: ${problem}`).join('\n'));
    this.problems = problems;
  }
}

export const settingNames = Object.keys(configSchema.properties) as (keyof Settings)[];

export function settingFacts(name: keyof Settings): SettingFacts {
  return configSchema.properties[name] as SettingFacts;
}

/** Throws `ConfigError`. */
export function loadSettings(sources: SettingSources): Settings {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  const given: Record<string, unknown> = {};
  const origin: Record<string, string> = {};

  for (const name of settingNames) settings[name] = settingFacts(name).default;
  problems.push(...misspelt(sources.environment ?? {}));
  Object.assign(given, readFile(sources.file, problems));
  for (const name of Object.keys(given)) origin[name] = name;
  for (const name of settingNames) {
    const { env } = settingFacts(name);
    const text = sources.environment?.[env];
    if (text !== undefined && text !== '') take(name, text, env);
    const flag = sources.flags?.[name];
    if (flag !== undefined) take(name, String(flag), `--${flagOf(name)}`);
  }
  for (const name of Object.keys(sources.values ?? {})) {
    origin[name] = sources.valueNames?.[name] ?? name;
  }
  Object.assign(given, sources.values);
  Object.assign(settings, given);
  problems.push(...check(settings, given, origin));
  for (const [name, problemOf] of Object.entries(sources.textProblems ?? {})) {
    const problem = problemOf(String(settings[name]));
    if (problem !== null) problems.push(`${origin[name] ?? name}: ${problem}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return settings as unknown as Settings;

  function take(name: keyof Settings, text: string, from: string): void {
    given[name] = fromText(text, settingFacts(name));
    origin[name] = from;
  }
}

const LONG_NAME = 14;

/**
 * Variables that are nearly one of ours. What others put into an environment is none of our business; of a short name a
 * letter or two make another one, such as EVT_STREAM.
 */
function misspelt(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = settingNames.map((name) => settingFacts(name).env);
  return Object.keys(environment)
    .filter((name) => name.startsWith('EVT_') && environment[name] !== '' && !known.includes(name))
    .filter((name) => name.length >= LONG_NAME && isNearOne(name, known))
    .map((name) => unknownName(name, known, 'variable'));
}

/** `sleepMsMax` is `--sleep-ms-max` on the command line. */
export function flagOf(name: keyof Settings): string {
  const { flag } = settingFacts(name);
  return flag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function readFile(path: string | undefined, problems: string[]): Record<string, unknown> {
  if (path === undefined) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    problems.push(`${path} must hold one JSON object`);
  } catch (error) {
    problems.push(`${path} cannot be read as JSON: ${reasonOf(error as Error)}`);
  }
  return {};
}

/** Without the piece of the text that an engine may quote: it may be of a password. */
function reasonOf({ message }: Error): string {
  return message.replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '');
}

/** Text that does not fit the type stays text, and the schema says so. */
function fromText(text: string, { type, items }: SettingFacts): unknown {
  if (type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (type === 'boolean') {
    if (['true', '1', 'yes', 'on'].includes(text)) return true;
    return ['false', '0', 'no', 'off'].includes(text) ? false : text;
  }
  if (items?.type === 'object') return parsed(text);
  if (type === 'array') return text.split(',').map((item) => item.trim());
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function check(
  settings: Record<string, unknown>,
  given: Record<string, unknown>,
  origin: Record<string, string>,
): string[] {
  const problems = areSettings(settings) ? [] : (areSettings.errors ?? []).map(describe);
  const { sleepMsMin, sleepMsMax } = settings as unknown as Settings;
  if (sleepMsMax < sleepMsMin) {
    problems.push(
      `EVT_SLEEP_MAX_MS must be at least EVT_SLEEP_MIN_MS (${sleepMsMin}), got ${sleepMsMax}`,
    );
  }
  return [...new Set(problems)];

  function describe(error: SchemaFault): string {
    if (error.keyword === 'additionalProperties') {
      return unknownName(String(error.params.additionalProperty), settingNames, 'setting');
    }
    const name = error.instancePath.split('/')[1] ?? '';
    const from = origin[name] ?? name;
    const facts = settingFacts(name as keyof Settings);
    const shown = facts.secret ? '(hidden)' : JSON.stringify(given[name]);
    const allowed = error.params.allowedValues as string[] | undefined;
    if (isUnparsed(settings[name], facts)) return `${from} must be an array in JSON, got ${shown}`;
    return `${from} ${ruleOf(error, allowed)}, got ${shown}`;
  }
}

/** It was to be JSON, and is none. */
function isUnparsed(value: unknown, { items }: SettingFacts): boolean {
  return items?.type === 'object' && typeof value === 'string';
}

/** A pattern stands only in what a database's address must look like. */
function ruleOf(error: SchemaFault, allowed: readonly string[] | undefined): string {
  if (error.keyword === 'pattern' && error.instancePath.endsWith('Url')) {
    return 'must be sqlite:PATH, postgres://..., mysql://... or mariadb://...';
  }
  return allowed === undefined
    ? (error.message ?? 'is wrong')
    : `must be one of ${allowed.join(', ')}`;
}
