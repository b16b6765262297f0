// Sink types of the application's own, for its options and for configuration files.
import { optionProblem } from '../../base/options.ts';
import { aBoolean, aFunction, aText, required } from '../../contract/checks.ts';
import { invalidOption, requireValue } from '../../contract/require-options.ts';
import type { RegisteredSinkOptions, SinkFeedOptions } from './sink.ts';
import { FEED_MEMBERS } from './sink-feed.ts';
import { builtInTypes } from './sink-kinds.ts';
import { registeredSinks, type SinkFactory, type SinkOptionChecks } from './sink-registry.ts';

const TYPE = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const A_TYPE = required({
  rule: `must match ${TYPE.source}`,
  fits: (value) => typeof value === 'string' && TYPE.test(value),
});
/** Of each option, what a `Check` must have. */
const OF_CHECK = {
  rule: required({ ...aText, rule: "must be a string, as 'must be a URL'" }),
  fits: required(aFunction),
  isRequired: aBoolean,
  isSecret: aBoolean,
  flawOf: aFunction,
};

/**
 * From now on a sink may be of this type, in `createApp({ sinks })` and, by `sinkModules`, in configuration files.
 * Every copy of the package in this process knows it. The same factory may be registered again.
 *
 * @param type matches `^[A-Za-z][A-Za-z0-9_.-]{0,63}$`
 * @param factory makes a sink from its options and the facts of its place, when the app starts; what it throws fails
 * the start
 * @param options a check for each option that a sink of this type has, beside `name`, `stream` and the others that
 * every sink has; an option without a check is refused. @default no options
 * @throws ServiceError `InvalidRequest` when the type is another sink's already, or an option is named as one of every
 * sink
 * @returns a function that gives an entry for the list of sinks, with the options of the type checked by the compiler;
 * the same object may be written by hand
 */
export function registerSink<Options = Readonly<Record<string, unknown>>>(
  type: string,
  factory: SinkFactory<Options>,
  options: SinkOptionChecks = {},
): (sink: SinkFeedOptions & Options) => RegisteredSinkOptions {
  requireValue('registerSink', 'type', type, A_TYPE);
  requireValue('registerSink', 'factory', factory, required(aFunction));
  const problem = typeProblem(type, factory as SinkFactory<never>) ?? checksProblem(options);
  if (problem !== null) throw invalidOption('registerSink', problem);
  registeredSinks().set(type, { factory: factory as SinkFactory<never>, checks: options });
  return (sink) => ({ ...sink, type });
}

function typeProblem(type: string, factory: SinkFactory<never>): string | null {
  if (builtInTypes.includes(type)) return `${type} is a sink type of the service`;
  const known = registeredSinks().get(type);
  const isOther = known !== undefined && known.factory !== factory;
  return isOther ? `there is a sink type ${type} already, with another factory` : null;
}

function checksProblem(options: unknown): string | null {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return 'options must be an object with a check for each option';
  }
  for (const [name, check] of Object.entries(options)) {
    if (OF_EVERY_SINK.includes(name)) return `options.${name}: every sink has an option ${name}`;
    const problem = optionProblem(check, OF_CHECK);
    if (problem !== null) return `options.${name}: ${problem}`;
  }
  return null;
}

const OF_EVERY_SINK = [...FEED_MEMBERS, 'type', 'sink'];
