// What a sink is given, and the name of its cursor: what is wrong with that, and the defaults of what is left out.
import { inspect } from 'node:util';
import type { From } from '../../contract/generated/types.ts';
import { EVENTS_MAX } from '../../contract/limits.ts';
import { fits } from '../../contract/validate.ts';
import type { SinkFeedOptions } from './sink.ts';

export interface SinkFeed {
  readonly name: string;
  readonly stream: string;
  readonly types: readonly string[] | null;
  readonly from: From;
  readonly batchMax: number;
}

export const FEED_MEMBERS = ['name', 'stream', 'types', 'from', 'batchMax'];

const NAME = /^[A-Za-z0-9_]{1,59}$/;
const BATCH_MAX_DEFAULT = 500;

export function feedOf(options: SinkFeedOptions): SinkFeed {
  const { name, stream = 'main', types = null, from = 'beginning' } = options;
  const { batchMax = BATCH_MAX_DEFAULT } = options;
  return { name, stream, types, from, batchMax };
}

export function feedProblems({ name, types, from, batchMax }: SinkFeed, at: string): string[] {
  const isName = typeof name === 'string' && NAME.test(name);
  const isCount = Number.isInteger(batchMax) && batchMax >= 1 && batchMax <= EVENTS_MAX;
  return broken(at, [
    [isName, `name must match ${NAME.source}, got ${shown(name)}`],
    [fits('want', types), `types must be null or 1 to 100 different types, got ${shown(types)}`],
    [fits('from', from), `from must be beginning, now, {id} or {time}, got ${shown(from)}`],
    [isCount, `batchMax must be an integer from 1 to ${EVENTS_MAX}, got ${shown(batchMax)}`],
  ]);
}

/** The sentences of the rules that are not kept. */
export function broken(at: string, rules: readonly [isKept: boolean, problem: string][]): string[] {
  return rules.filter(([isKept]) => !isKept).map(([, problem]) => `${at}.${problem}`);
}

/** Whatever it is, on one line. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
}
