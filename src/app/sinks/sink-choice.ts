// The sinks as they were chosen, by code or by type: what is wrong with them, and the defaults of what is left out.
import { unknownName, valueProblem } from '../../base/options.ts';
import { ConfigError, type Settings } from '../../config/load.ts';
import { OwnSink } from './own-sink.ts';
import type { RelayedSink } from './relayed-sink.ts';
import type { SinkByType, SinkFeedOptions, SinkOptions } from './sink.ts';
import { broken, FEED_MEMBERS, feedOf, feedProblems, type SinkFeed, shown } from './sink-feed.ts';
import {
  ARCHIVE_TYPE,
  type GivenOptions,
  kindNames,
  kindOf,
  type SinkKind,
  type SinkLife,
} from './sink-kinds.ts';

export interface SinkChoice extends SinkFeed {
  /** null = functions of the application. */
  readonly type: string | null;
  readonly make: (life: SinkLife) => RelayedSink;
}

/** Of options without problems. */
export function sinksOf(options: readonly (SinkOptions | SinkByType)[]): SinkChoice[] {
  return options.map((each) => {
    const feed = feedOf(named(each));
    if (!('type' in each)) {
      return { ...feed, type: null, make: () => new OwnSink(feed, each.sink) };
    }
    const settings: GivenOptions = { ...each };
    const kind = kindOf(each.type) as SinkKind;
    return { ...feed, type: each.type, make: (life) => kind.make(feed, settings, life) };
  });
}

/** The warehouse, which is the archiver's. */
export function isArchive({ type }: SinkChoice): boolean {
  return type === ARCHIVE_TYPE;
}

/** By the setting, or by sinks. */
export function archivedStreams(
  { archiver, streams }: Settings,
  sinks: readonly SinkChoice[],
): readonly string[] {
  return archiver ? streams : sinks.filter(isArchive).map(({ stream }) => stream);
}

/** Those of a configuration. Throws `ConfigError`. */
export function configuredSinks(settings: Settings): SinkChoice[] {
  const { sinks } = settings;
  const problems = sinkProblems(sinks, settings);
  if (problems.length > 0) throw new ConfigError(problems);
  return sinksOf(sinks as unknown as SinkByType[]);
}

/** Everything that is wrong, in the user's words; `settings` null = they are not known. */
export function sinkProblems(
  options: unknown,
  settings: Pick<Settings, 'streams' | 'archiver'> | null,
): string[] {
  if (!Array.isArray(options)) return [`sinks must be a list, got ${kindShown(options)}`];
  const known = new Set<string>();
  const places = new Set<string>();
  return options.flatMap((each: unknown, nth) => {
    const at = `sinks[${nth}]`;
    if (!isObject(each)) return [`${at} must be an object, got ${kindShown(each)}`];
    const feed = feedOf(named(each));
    const streams = settings?.streams;
    return [
      ...strange(each, at),
      ...feedProblems(feed, at),
      ...targetProblems(each, at),
      ...(streams?.includes(feed.stream) === false
        ? [`${at}.stream must be one of ${streams.join(', ')}, got ${shown(feed.stream)}`]
        : []),
      ...(isNew(known, `${feed.stream} ${feed.name}`)
        ? []
        : [`${at}.name: ${feed.stream} has a sink ${shown(feed.name)} already`]),
      ...placeProblems(each, at, places),
      ...(settings?.archiver && each.type === ARCHIVE_TYPE
        ? [`${at}: the archiver of the setting archiver writes there already`]
        : []),
    ];
  });
}

/** There is one archive of a stream, so it needs no name. */
function named(given: object): SinkFeedOptions {
  const { type, name = type === ARCHIVE_TYPE ? 'archive' : undefined } = given as GivenOptions;
  return { ...given, name } as SinkFeedOptions;
}

/** Members that there are not; of an unknown type nobody knows. */
function strange(given: GivenOptions, at: string): string[] {
  const type = typeOf(given);
  if ('type' in given && type === null) return [];
  const known = [
    // An archive has every event, from the first one on, in batches of the archiver's.
    ...(given.type === ARCHIVE_TYPE ? ['name', 'stream'] : FEED_MEMBERS),
    ...(type === null ? ['sink'] : ['type', ...Object.keys(type.checks)]),
  ];
  return Object.keys(given)
    .filter((member) => !known.includes(member))
    .map((member) => `${at} has no option ${shown(member)}`);
}

/** What stands in the options beside the feed: a sink of code, or a type and its settings. */
function targetProblems(given: GivenOptions, at: string): string[] {
  if (!('type' in given)) return ownProblems(given.sink, at);
  const type = typeOf(given);
  if (type === null) {
    return [`${at}: ${unknownName(String(given.type), kindNames(), 'sink type')}`];
  }
  const checks = Object.entries(type.checks);
  return checks.flatMap(([name, check]) => valueProblem(`${at}.${name}`, given[name], check) ?? []);
}

/** Two sinks of one process that write to the same place. */
function placeProblems(given: GivenOptions, at: string, places: Set<string>): string[] {
  const type = typeOf(given);
  if (type === null || targetProblems(given, at).length > 0) return [];
  const { stream } = feedOf(given as unknown as SinkFeedOptions);
  const key = type.keyOf(given, stream);
  if (key === null || isNew(places, `${given.type} ${key}`)) return [];
  const advice = type.keySettings === null ? '' : `; give it another ${type.keySettings}`;
  return [`${at}: another sink writes there already${advice}`];
}

function typeOf(given: GivenOptions): SinkKind | null {
  return 'type' in given ? kindOf(given.type) : null;
}

function isNew(known: Set<string>, key: string): boolean {
  if (known.has(key)) return false;
  known.add(key);
  return true;
}

/** What it holds may be secret. */
function ownProblems(given: unknown, at: string): string[] {
  const sink = isObject(given) ? given : {};
  return broken(at, [
    [typeof sink.write === 'function', 'sink must have a function write'],
    [isMaybeFunction(sink.open), 'sink.open must be a function'],
    [isMaybeFunction(sink.close), 'sink.close must be a function'],
  ]);
}

/** What it holds may be secret: a sink that is no list's, or an address with a password. */
function kindShown(value: unknown): string {
  if (typeof value === 'string') return 'a string';
  return isObject(value) ? 'an object' : String(value);
}

function isObject(value: unknown): value is GivenOptions {
  return typeof value === 'object' && value !== null;
}

function isMaybeFunction(value: unknown): boolean {
  return value === undefined || typeof value === 'function';
}
