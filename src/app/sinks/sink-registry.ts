// The sink types that applications and their packages have registered. All copies of this package in one process share
// them: a module may have been loaded by another copy than the one that runs its sinks, so what is kept here is plain.
import type { Check } from '../../base/options.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Sink } from './sink.ts';

/** What is known of a sink when it is made. */
export interface SinkFacts {
  /** The name that it was given in the configuration. */
  readonly name: string;
  /** The stream that it will be given. */
  readonly stream: string;
  /** The event types that it will be given; null = all. */
  readonly types: readonly string[] | null;
  /** Where the app logs to; facts by name, and a sentence. */
  readonly logger: Logger;
  /** Aborted when the app has stopped the sink: what it has begun by itself is to end. */
  readonly signal: AbortSignal;
}

/** Makes a sink of its type; opens nothing yet: that is for its `open`. */
export type SinkFactory<Options = Readonly<Record<string, unknown>>> = (
  options: Options,
  facts: SinkFacts,
) => Sink;

/** What the options of a type must be; the same as a part of what the app checks its own by. */
export type SinkOptionChecks = Readonly<Record<string, Check>>;

export interface RegisteredSink {
  readonly factory: SinkFactory<never>;
  readonly checks: SinkOptionChecks;
}

const KEY = Symbol.for('aftercommit.sinkTypes/1');

export function registeredSinks(): Map<string, RegisteredSink> {
  const shared = globalThis as { [KEY]?: Map<string, RegisteredSink> };
  shared[KEY] ??= new Map();
  return shared[KEY];
}
