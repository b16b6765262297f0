// What may be asked of a copy, what is wrong with it, and the defaults of what is left out.

import { createHash } from 'node:crypto';
import { anEventId, aWant } from '../contract/checks.ts';
import { isServiceError } from '../contract/errors.ts';
import type { EventId } from '../contract/event-id.ts';
import { firstMillisecond } from '../contract/time.ts';
import type { CopyTerms } from '../store/copy-job.ts';
import type { Reference } from './reference.ts';

/** As it was given; null = it was not. */
export interface CopyWish {
  readonly from: Reference | { readonly problem: string };
  readonly to: Reference | { readonly problem: string };
  readonly name: string | null;
  readonly after: string | null;
  readonly upTo: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly types: readonly string[] | null;
  readonly ids: string | null;
  readonly append: boolean;
  readonly seal: boolean | null;
  readonly follow: boolean;
  readonly eventsMax: number | null;
  readonly idleMs: number | null;
  readonly msMax: number | null;
}

export interface CopyOrder {
  readonly from: Reference;
  readonly to: Reference;
  readonly name: string;
  readonly terms: CopyTerms;
}

const COPY_NAME = /^[A-Za-z0-9_.-]{1,50}$/;
const NAME_MAX = 50;
const DIGEST_DIGITS = 8;

/** The order, or everything that is wrong with the wish; `called` gives a member's name as the caller has it. */
export function orderOf(
  wish: CopyWish,
  called: (member: keyof CopyWish) => string,
): CopyOrder | { readonly problems: readonly string[] } {
  const problems = problemsOf(wish, called);
  const { from, to } = wish;
  if (problems.length > 0 || 'problem' in from || 'problem' in to) return { problems };
  const mode = wish.append ? 'append' : 'create';
  return {
    from,
    to,
    name: wish.name ?? usualName(from, to),
    terms: {
      source: from.text,
      mode,
      ids: (wish.ids as CopyTerms['ids'] | null) ?? (wish.append ? 'reassign' : 'preserve'),
      after: wish.after as EventId | null,
      upTo: wish.upTo as EventId | null,
      since: wish.since,
      until: wish.until,
      types: wish.types === null ? null : [...wish.types].sort(),
      follow: wish.follow,
      eventsMax: wish.eventsMax,
      seal: wish.append && (wish.seal ?? true),
      idleMs: wish.idleMs ?? 0,
      msMax: wish.msMax ?? 0,
    },
  };
}

function problemsOf(wish: CopyWish, called: (member: keyof CopyWish) => string): string[] {
  const { from, to, name, after, upTo, types, ids, append, seal, follow } = wish;
  const found = (member: keyof CopyWish, rule: string) => `${called(member)} ${rule}`;
  const rules: readonly (readonly [boolean, string])[] = [
    [name === null || COPY_NAME.test(name), found('name', `must match ${COPY_NAME.source}`)],
    [after === null || anEventId.fits(after), found('after', anEventId.rule)],
    [upTo === null || anEventId.fits(upTo), found('upTo', anEventId.rule)],
    [aWant.fits(types), found('types', aWant.rule)],
    [
      ids === null || /^(?:preserve|reassign)$/.test(ids),
      found('ids', 'must be preserve or reassign'),
    ],
    [!append || ids !== 'preserve', found('ids', `must be reassign with ${called('append')}`)],
    [append || seal === null, `${called('seal')} goes with ${called('append')}`],
    [!follow || upTo === null, `${called('upTo')} and ${called('follow')} exclude one another`],
    [follow || wish.idleMs === null, `${called('idleMs')} goes with ${called('follow')}`],
  ];
  const problems = rules.filter(([isKept]) => !isKept).map(([, problem]) => problem);
  for (const member of ['since', 'until'] as const) {
    const problem = timeProblem(wish[member]);
    if (problem !== null) problems.push(found(member, problem));
  }
  if ('problem' in from) problems.push(found('from', from.problem));
  if ('problem' in to) problems.push(found('to', to.problem));
  else problems.push(...destinationProblems(wish, to, called));
  if ('text' in from && 'text' in to && from.text === to.text) {
    problems.push(`${called('from')} and ${called('to')} are the same`);
  }
  return problems;
}

function destinationProblems(
  { append, ids, from, follow }: CopyWish,
  to: Reference,
  called: (member: keyof CopyWish) => string,
): string[] {
  const isFiles = to.kind === 'files';
  const rules: readonly (readonly [boolean, string])[] = [
    [!append || to.kind === 'queue', `${called('append')} needs a stream of an active database`],
    [!isFiles || ids !== 'reassign', `${called('ids')} must be preserve where files are written`],
    [
      !follow || !('kind' in from) || from.kind !== 'files',
      `${called('follow')} needs a database to copy from`,
    ],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, problem]) => problem);
}

function timeProblem(time: string | null): string | null {
  if (time === null) return null;
  try {
    firstMillisecond(time);
    return null;
  } catch (error) {
    return isServiceError(error) ? 'must be a time like 2026-11-20T21:32:25Z' : null;
  }
}

/** The same for the same two ends, so that the same again is the same copy. */
function usualName(from: Reference, to: Reference): string {
  const [start, end] = [partOf(from), partOf(to)];
  const name = start === end ? start : `${start}-${end}`;
  if (name.length <= NAME_MAX) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_DIGITS);
  return `${name.slice(0, NAME_MAX - DIGEST_DIGITS - 1)}.${digest}`;
}

function partOf(reference: Reference): string {
  if (reference.kind === 'files') return reference.prefix;
  return reference.kind === 'history' ? `${reference.stream}.history` : reference.stream;
}
