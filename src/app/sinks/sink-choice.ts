// The application's sinks as they were chosen: what is wrong with them, and the defaults of what is left out.
import { inspect } from 'node:util';
import type { From } from '../../contract/generated/types.ts';
import { EVENTS_MAX } from '../../contract/limits.ts';
import { fits } from '../../contract/validate.ts';
import type { Sink, SinkOptions } from './sink.ts';

export interface SinkChoice {
  readonly name: string;
  readonly stream: string;
  readonly types: readonly string[] | null;
  readonly from: From;
  readonly batchMax: number;
  readonly sink: Sink;
}

const NAME = /^[A-Za-z0-9_]{1,59}$/;
const BATCH_MAX_DEFAULT = 500;
const MEMBERS = ['name', 'stream', 'types', 'from', 'batchMax', 'sink'];

/** Of options without problems. */
export function sinksOf(options: readonly SinkOptions[]): SinkChoice[] {
  return options.map(withDefaults);
}

/** Everything that is wrong, in the user's words; `streams` null = it is not known which there are. */
export function sinkProblems(
  options: readonly SinkOptions[],
  streams: readonly string[] | null,
): string[] {
  if (!Array.isArray(options)) return [`sinks must be a list, got ${shown(options)}`];
  const known = new Set<string>();
  return options.flatMap((each, nth) => {
    const at = `sinks[${nth}]`;
    if (!isObject(each)) return [`${at} must be an object, got ${shown(each)}`];
    const choice = withDefaults(each as SinkOptions);
    const key = `${choice.stream} ${choice.name}`;
    const isTwice = known.has(key);
    known.add(key);
    return [
      ...Object.keys(each)
        .filter((member) => !MEMBERS.includes(member))
        .map((member) => `${at} has no option ${shown(member)}`),
      ...membersProblems(choice, at),
      ...(streams?.includes(choice.stream) === false
        ? [`${at}.stream must be one of ${streams.join(', ')}, got ${shown(choice.stream)}`]
        : []),
      ...(isTwice ? [`${at}.name: ${choice.stream} has a sink ${shown(choice.name)} already`] : []),
    ];
  });
}

function membersProblems({ name, types, from, batchMax, sink }: SinkChoice, at: string): string[] {
  const isName = typeof name === 'string' && NAME.test(name);
  const isCount = Number.isInteger(batchMax) && batchMax >= 1 && batchMax <= EVENTS_MAX;
  const rules: [isKept: boolean, problem: string][] = [
    [isName, `name must match ${NAME.source}, got ${shown(name)}`],
    [fits('want', types), `types must be null or 1 to 100 different types, got ${shown(types)}`],
    [fits('from', from), `from must be beginning, now, {id} or {time}, got ${shown(from)}`],
    [isCount, `batchMax must be an integer from 1 to ${EVENTS_MAX}, got ${shown(batchMax)}`],
    // What it holds may be secret.
    [typeof sink?.write === 'function', 'sink must have a function write'],
    [isMaybeFunction(sink?.open), 'sink.open must be a function'],
    [isMaybeFunction(sink?.close), 'sink.close must be a function'],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, problem]) => `${at}.${problem}`);
}

function withDefaults(options: SinkOptions): SinkChoice {
  const { name, stream = 'main', types = null, from = 'beginning', sink } = options;
  const { batchMax = BATCH_MAX_DEFAULT } = options;
  return { name, stream, types, from, batchMax, sink };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isMaybeFunction(value: unknown): boolean {
  return value === undefined || typeof value === 'function';
}

/** Whatever it is, on one line. */
function shown(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
}
