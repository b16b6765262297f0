// A copy as its destination knows it: what was asked for, the range that was fixed at its start, and how far it is.
import { ServiceError } from '../contract/errors.ts';
import type { EventId } from '../contract/event-id.ts';

/** `failed` can be tried again, `done` and `cancelled` are ends. */
export type CopyStatus = 'running' | 'paused' | 'failed' | 'done' | 'cancelled';

/** Which table of a stream the events go into. */
export type CopyPlace = 'queue' | 'history';

/** What was asked for. A copy of the same name in other terms is refused. */
export interface CopyTerms {
  /** Where the events come from, without credentials. */
  readonly source: string;
  readonly mode: 'create' | 'append';
  readonly ids: 'preserve' | 'reassign';
  /** null = all that there is. */
  readonly after: EventId | null;
  /** null = the newest at the start. */
  readonly upTo: EventId | null;
  /** Of the events' ts: at or after the one, before the other. */
  readonly since: string | null;
  readonly until: string | null;
  /** Sorted. */
  readonly types: readonly string[] | null;
  readonly follow: boolean;
  readonly eventsMax: number | null;
  /** The stream takes no events any more when the copy is done. */
  readonly seal: boolean;
  /** Of the runs, unless they have others. When following: how long nothing may come. 0 = for ever. */
  readonly idleMs: number;
  /** How long a run may take. 0 = for ever. */
  readonly msMax: number;
}

/** What is asked of a copy, whoever is at work: to end, or to go on as soon as this node can. */
export type CopyAsk =
  | { readonly status: 'paused' | 'cancelled' }
  | { readonly status: 'running'; readonly node: string };

const OF_RUNS: readonly (keyof CopyTerms)[] = ['idleMs', 'msMax'];

/** What the source had when the copy began. */
export interface CopyRange {
  readonly after: EventId;
  readonly upTo: EventId;
  /** Of the source. */
  readonly epoch: number;
}

export interface CopyJob extends CopyRange {
  readonly name: string;
  /** Tells copies of one name into different places from each other. */
  readonly id: string;
  readonly stream: string;
  readonly terms: CopyTerms;
  /** Up to this id of the source everything that is wanted is there. */
  readonly watermark: EventId;
  /** The newest id that it has written in the destination. */
  readonly lastId: EventId;
  readonly copied: number;
  /** Of those, the ones that were no events and went out as null. */
  readonly invalid: number;
  readonly status: CopyStatus;
  readonly error: string | null;
  /** Fences every older holder. */
  readonly token: string;
  /** True while a process is at work on it. */
  readonly isHeld: boolean;
  /** Who was at work last, or is to be. */
  readonly node: string | null;
  /** Moves while its holder is alive. */
  readonly leaseUntil: string | null;
  readonly beganAt: string;
  readonly movedAt: string;
  readonly endedAt: string | null;
}

/** Who works on a copy. */
export interface CopyHold {
  readonly name: string;
  readonly token: string;
}

export function isFinished({ status }: Pick<CopyJob, 'status'>): boolean {
  return status === 'done' || status === 'cancelled';
}

export function copyNotFound(name: string): ServiceError {
  return new ServiceError('CopyNotFound', {
    message: `There is no copy ${name} here.`,
    details: { name },
  });
}

/** Throws `CopyFinished`. */
export function requireUnfinished(job: Pick<CopyJob, 'name' | 'status'>): void {
  if (!isFinished(job)) return;
  const { name, status } = job;
  const words = status === 'done' ? 'is done' : 'was cancelled';
  throw new ServiceError('CopyFinished', {
    message: `The copy ${name} ${words}; another one needs another name.`,
    details: { name, status },
  });
}

/** Throws `DestinationMismatch`, which says what differs. */
export function requireSameTerms(
  job: Pick<CopyJob, 'name' | 'terms' | 'stream'>,
  stream: string,
  terms: CopyTerms,
): void {
  const known = job.terms;
  const names = (Object.keys(terms) as (keyof CopyTerms)[]).filter((key) => !OF_RUNS.includes(key));
  const different: string[] = names.filter((key) => textOf(known[key]) !== textOf(terms[key]));
  if (job.stream !== stream) different.push('destination');
  if (different.length === 0) return;
  const { name } = job;
  throw new ServiceError('DestinationMismatch', {
    message: `The copy ${name} was begun in other terms (${different.join(', ')}); another one needs another name.`,
    details: { name, different },
  });
}

function textOf(value: CopyTerms[keyof CopyTerms]): string {
  return JSON.stringify(value);
}
