// `archive --verify`: tells of every range of a history that is not what was archived, and of those of which that
// cannot be said.
import { type EventId, idPlus } from '../contract/event-id.ts';
import {
  type ArchiveCheckOptions,
  checkArchive,
  type Finding,
  type Side,
} from '../relay/archive-check.ts';
import { type Call, Failure, type Flag, UsageError } from './command.ts';
import { Progress } from './progress.ts';

/** What is checked of each stream. */
export type Checked = Omit<ArchiveCheckOptions, 'fromId' | 'toId'>;

export const VERIFY_FLAGS: Readonly<Record<string, Flag>> = {
  verify: { description: 'Compare the history with its checksums and the queue; archive nothing.' },
  'from-id': { value: 'ID', description: 'With --verify: only ranges with ids from here on.' },
  'to-id': { value: 'ID', description: 'With --verify: only ranges with ids up to here.' },
};

const ID = /^(?:0|[1-9]\d{0,17})$/;

const PLACES: Readonly<Record<Side, string>> = {
  warehouse: 'in the warehouse',
  active: 'in the active database',
  both: 'in both databases',
  checksum: 'from its checksum, alike in both databases',
  unknown: 'between the databases, and has no checksum',
};

interface Tally {
  /** Events whose ranges are what they were. */
  verified: number;
  /** Events without a checksum. */
  unchecked: number;
  prunedUpTo: EventId;
  /** Ranges. */
  differing: number;
}

/** Throws `UsageError` for flags that do not go together. */
export function requireVerifyFlags(flags: Call['flags']): void {
  const problems: string[] = [];
  for (const flag of ['from-id', 'to-id']) {
    const text = flags.get(flag);
    if (text === undefined) continue;
    if (!flags.has('verify')) problems.push(`--${flag} goes with --verify.`);
    if (!ID.test(text)) problems.push(`--${flag} takes an id, got ${JSON.stringify(text)}.`);
  }
  if (flags.has('verify') && flags.has('once')) problems.push('--once does not go with --verify.');
  if (problems.length > 0) throw new UsageError(problems.join(' '));
}

/** Throws `Failure` when a range differs. */
export async function verifyArchives(all: readonly Checked[], call: Call): Promise<void> {
  const stopped = call.takeSignals();
  let differing = 0;
  for (const checked of all) differing += (await verify(checked, call, stopped)).differing;
  if (differing > 0) {
    throw new Failure(`${differing} ${differing === 1 ? 'range differs' : 'ranges differ'}.`);
  }
}

async function verify(checked: Checked, call: Call, stopped: AbortSignal): Promise<Tally> {
  const { stream } = checked;
  const fromId = (call.flags.get('from-id') ?? '0') as EventId;
  const toId = (call.flags.get('to-id') ?? null) as EventId | null;
  const progress = new Progress(call);
  const tally: Tally = { verified: 0, unchecked: 0, prunedUpTo: '0' as EventId, differing: 0 };
  let told: Finding | null = null;
  const tell = async () => {
    if (told === null || told.result === 'verified') return;
    progress.clear();
    await call.stdout.print(call.flags.has('json') ? jsonOf(stream, told) : lineOf(stream, told));
  };
  for await (const finding of checkArchive({ ...checked, fromId, toId })) {
    if (stopped.aborted) throw new Failure(`Stopped at ${finding.after} of ${stream}.`);
    add(tally, finding);
    const text = `Verified ${tally.verified} events of ${stream}, up to ${finding.last}`;
    const facts = { stream, verified: tally.verified, last: finding.last, done: false };
    await progress.show(text, facts);
    const joined: Finding | null = told === null ? null : join(told, finding);
    if (joined === null) await tell();
    told = joined ?? finding;
  }
  await tell();
  progress.clear();
  await call.stdout.print(call.flags.has('json') ? endOf(stream, tally) : summaryOf(stream, tally));
  return tally;
}

function add(tally: Tally, { result, events, last }: Finding): void {
  if (result === 'verified') tally.verified += events;
  else if (result === 'unchecked') tally.unchecked += events;
  else if (result === 'pruned') tally.prunedUpTo = last;
  else tally.differing += 1;
}

/** Ranges without a checksum that follow on each other are told as one; null for others. */
function join(before: Finding, finding: Finding): Finding | null {
  const isSame = before.result === finding.result && before.last === finding.after;
  if (!isSame || finding.result === 'differs') return null;
  return { ...finding, after: before.after, events: before.events + finding.events };
}

function lineOf(stream: string, { after, last, result, events, side, first }: Finding): string {
  const range = `${stream}: ${idPlus(after, 1)} to ${last}`;
  if (result === 'pruned') return `${range} is pruned.`;
  if (result === 'unchecked')
    return `${range} has no checksum (${events} events); nothing is missing.`;
  const place = side === undefined ? '' : ` ${PLACES[side]}`;
  const where = first ? `, first at ${first}` : '';
  return `${range} differs${place}${where}.`;
}

function jsonOf(stream: string, finding: Finding): string {
  return JSON.stringify({ stream, ...finding });
}

function summaryOf(stream: string, { verified, unchecked, differing }: Tally): string {
  const more = unchecked > 0 ? ` ${unchecked} have no checksum.` : '';
  const counted = `${verified} ${verified === 1 ? 'event' : 'events'}`;
  return differing === 0
    ? `Verified ${counted} of ${stream}.${more}`
    : `Verified ${counted} of ${stream}; the rest differs.${more}`;
}

function endOf(stream: string, { verified, unchecked, prunedUpTo, differing }: Tally): string {
  const facts = { stream, verified, unchecked, pruned_up_to: prunedUpTo, differing, done: true };
  return JSON.stringify(facts);
}
