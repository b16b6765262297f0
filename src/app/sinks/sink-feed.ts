// What a sink is given, and the name of its cursor: what is wrong with that, and the defaults of what is left out.
import { inspect } from 'node:util';
import { type Checks, valueProblem } from '../../base/options.ts';
import { aBoolean, anInteger, milliseconds, oneOf } from '../../contract/checks.ts';
import type { From } from '../../contract/generated/types.ts';
import { EVENTS_MAX } from '../../contract/limits.ts';
import { fits } from '../../contract/validate.ts';
import type { SinkFeedOptions } from './sink.ts';

/** What becomes of what goes wrong. */
export interface SinkPolicy {
  readonly onError: 'retry' | 'stop' | 'skip';
  readonly retryMaxMs: number;
  readonly allowGap: boolean;
  readonly maxLagEvents: number;
}

export interface SinkFeed extends SinkPolicy {
  readonly name: string;
  readonly stream: string;
  readonly types: readonly string[] | null;
  readonly from: From;
  readonly batchMax: number;
}

const POLICY_CHECKS: Checks<SinkPolicy> = {
  onError: oneOf('retry', 'stop', 'skip'),
  retryMaxMs: milliseconds(10, 3_600_000),
  allowGap: aBoolean,
  maxLagEvents: anInteger(0, Number.MAX_SAFE_INTEGER),
};

export const FEED_MEMBERS: readonly string[] = [
  'name',
  'stream',
  'types',
  'from',
  'batchMax',
  ...Object.keys(POLICY_CHECKS),
];

const NAME = /^[A-Za-z0-9_]{1,59}$/;
const BATCH_MAX_DEFAULT = 500;
const RETRY_MS_DEFAULT = 30_000;

export function feedOf(options: SinkFeedOptions): SinkFeed {
  const { name, stream = 'main', types = null, from = 'beginning' } = options;
  const { batchMax = BATCH_MAX_DEFAULT } = options;
  const { onError = 'retry', retryMaxMs = RETRY_MS_DEFAULT } = options;
  const { allowGap = false, maxLagEvents = 0 } = options;
  const policy = { onError, retryMaxMs, allowGap, maxLagEvents };
  return { name, stream, types, from, batchMax, ...policy };
}

export function feedProblems(feed: SinkFeed, at: string): string[] {
  const { name, types, from, batchMax } = feed;
  const isName = typeof name === 'string' && NAME.test(name);
  const isCount = Number.isInteger(batchMax) && batchMax >= 1 && batchMax <= EVENTS_MAX;
  const problems = broken(at, [
    [isName, `name must match ${NAME.source}, got ${shown(name)}`],
    [fits('want', types), `types must be null or 1 to 100 different types, got ${shown(types)}`],
    [fits('from', from), `from must be beginning, now, {id} or {time}, got ${shown(from)}`],
    [isCount, `batchMax must be an integer from 1 to ${EVENTS_MAX}, got ${shown(batchMax)}`],
  ]);
  const policies = Object.entries(POLICY_CHECKS).flatMap(([member, check]) => {
    return valueProblem(`${at}.${member}`, feed[member as keyof SinkPolicy], check) ?? [];
  });
  return [...problems, ...policies];
}

/** The sentences of the rules that are not kept. */
export function broken(at: string, rules: readonly [isKept: boolean, problem: string][]): string[] {
  return rules.filter(([isKept]) => !isKept).map(([, problem]) => `${at}.${problem}`);
}

/** Whatever it is, on one line. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
}
