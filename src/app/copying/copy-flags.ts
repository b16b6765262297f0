// What the flags of a run of a copy are, and what they come to.
import { EVENTS_MAX } from '../../contract/limits.ts';
import type { CopyWish } from '../../relay/copy-request.ts';
import { parseReference } from '../../relay/reference.ts';
import { type Call, UsageError } from '../command.ts';
import { listOf } from '../server-access.ts';
import { parseTime } from '../time.ts';

const LEASE_MS = 10_000;
const LEASE_MS_MIN = 500;
const LEASE_MS_MAX = 60_000;
const BATCH_MAX = 500;

/** Of every run. */
export const RUN_FLAGS = {
  'idle-ms': { value: 'N', description: 'With --follow: end when nothing came for so long.' },
  'max-ms': {
    value: 'N',
    description: 'Pause after so long; a copy with --follow ends, and is done.',
  },
  'no-verify': {
    description:
      'From files: do not hold them against their .meta.json, and end at a torn line instead of refusing it.',
  },
  'lease-ms': {
    value: 'N',
    description: `How long a process that was killed is waited for. Default: ${LEASE_MS} ms.`,
  },
  'batch-max': {
    value: 'N',
    description: `Events of one batch, 1 to ${EVENTS_MAX}. Default: ${BATCH_MAX}.`,
  },
  json: { description: 'Print lines of JSON.' },
};
/** Of this run, whatever is copied. */
export interface Limits {
  readonly idleMs: number;
  readonly msMax: number;
  readonly leaseMs: number;
  readonly batchMax: number;
}

/** What is asked for, unchecked. */
export function wishOf(flags: Call['flags'], from: string, to: string): CopyWish {
  const text = (flag: string) => flags.get(flag) ?? null;
  const time = (flag: string) => {
    const given = text(flag);
    return given === null ? null : (parseTime(given) ?? given);
  };
  return {
    from: parseReference(from),
    to: parseReference(to),
    name: text('name'),
    after: text('after'),
    upTo: text('up-to'),
    since: time('since'),
    until: time('until'),
    types: listOf(flags.get('types')) ?? null,
    ids: text('ids'),
    append: flags.has('append'),
    seal: flags.has('no-seal') ? false : null,
    follow: flags.has('follow'),
    eventsMax: integerOf(flags, 'max-events', null),
    idleMs: integerOf(flags, 'idle-ms', null),
    msMax: integerOf(flags, 'max-ms', null),
  };
}

const CALLED: Partial<Record<keyof CopyWish, string>> = {
  from: 'FROM',
  to: 'TO',
  seal: '--no-seal',
  eventsMax: '--max-events',
  upTo: '--up-to',
  idleMs: '--idle-ms',
  msMax: '--max-ms',
};

/** How the command line calls it. */
export function calledOf(member: keyof CopyWish): string {
  return CALLED[member] ?? `--${member}`;
}

/** What is not said is as it was at the start of the copy. Throws `UsageError`. */
export function limitsOf(
  { flags }: Pick<Call, 'flags'>,
  { idleMs, msMax }: Pick<Limits, 'idleMs' | 'msMax'>,
): Limits {
  return {
    idleMs: integerOf(flags, 'idle-ms', idleMs),
    msMax: integerOf(flags, 'max-ms', msMax),
    leaseMs: within('lease-ms', integerOf(flags, 'lease-ms', LEASE_MS), LEASE_MS_MIN, LEASE_MS_MAX),
    batchMax: within('batch-max', integerOf(flags, 'batch-max', BATCH_MAX), 1, EVENTS_MAX),
  };
}

function within(flag: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${flag} takes ${least} to ${most}, got ${value}`);
}

function integerOf<T>(flags: Call['flags'], flag: string, usual: T): number | T {
  const text = flags.get(flag);
  if (text === undefined) return usual;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} takes a number from 1, got ${JSON.stringify(text)}`);
}
