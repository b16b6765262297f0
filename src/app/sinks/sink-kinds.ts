// The sinks that a configuration can name: those of the service and those that were registered, as one.

import { hasMethods } from '../../base/has-methods.ts';
import type { Check } from '../../base/options.ts';
import { sinkTypes } from '../../relay/sink-table.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { OwnSink } from './own-sink.ts';
import type { RelayedSink } from './relayed-sink.ts';
import type { Sink } from './sink.ts';
import type { SinkFeed } from './sink-feed.ts';
import { type RegisteredSink, registeredSinks, type SinkFactory } from './sink-registry.ts';
import { TypedSink } from './typed-sink.ts';

export type GivenOptions = Readonly<Record<string, unknown>>;

/** What a sink has around it from its making to its end. */
export interface SinkLife {
  readonly logger: Logger;
  /** Aborted at its end. */
  readonly signal: AbortSignal;
}

export interface SinkKind {
  /** By the names of its settings. */
  readonly checks: Readonly<Record<string, Check>>;
  /** Two sinks with the same would write over one another; null = nobody knows. */
  readonly keyOf: (settings: GivenOptions, stream: string) => string | null;
  /** The settings that this comes from; null = none. */
  readonly keySettings: string | null;
  readonly make: (feed: SinkFeed, settings: GivenOptions, life: SinkLife) => RelayedSink;
}

/** The warehouse: the archiver writes to it. */
export const ARCHIVE_TYPE = 'database';

const archive: SinkKind = {
  checks: {},
  keyOf: (_, stream) => stream,
  keySettings: 'stream',
  make: ({ name }) => {
    throw new Error(`The sink ${name} is the archiver's.`);
  },
};

export const builtInTypes: readonly string[] = [...sinkTypes.keys(), ARCHIVE_TYPE];

export function kindNames(): string[] {
  return [...builtInTypes, ...registeredSinks().keys()];
}

/** null = there is no such type. */
export function kindOf(type: unknown): SinkKind | null {
  const name = String(type);
  return builtInKind(name) ?? registeredKind(name);
}

function builtInKind(type: string): SinkKind | null {
  if (type === ARCHIVE_TYPE) return archive;
  const known = sinkTypes.get(type);
  if (known === undefined) return null;
  return {
    ...known,
    make: ({ name, stream }, settings) =>
      new TypedSink(known.make({ title: `The sink ${name}`, stream, settings })),
  };
}

function registeredKind(type: string): SinkKind | null {
  const known = registeredSinks().get(type);
  if (known === undefined) return null;
  return {
    checks: known.checks,
    keyOf: () => null,
    keySettings: null,
    make: (feed, settings, life) => madeBy(type, known, feed, settings, life),
  };
}

function madeBy(
  type: string,
  { factory, checks }: RegisteredSink,
  feed: SinkFeed,
  settings: GivenOptions,
  life: SinkLife,
): RelayedSink {
  const { name, stream, types } = feed;
  const own = Object.keys(checks).filter((option) => settings[option] !== undefined);
  const options = Object.fromEntries(own.map((option) => [option, settings[option]]));
  const sink = made(factory as SinkFactory, options);
  if (hasMethods(sink, 'write')) return new OwnSink(feed, sink);
  throw new Error(`The sink ${name}: the factory of ${type} gave nothing with a function write.`);

  function made(make: SinkFactory, given: GivenOptions): Sink {
    try {
      return make(given, { name, stream, types, ...life });
    } catch (cause) {
      throw new Error(`The sink ${name} could not be made`, { cause });
    }
  }
}
