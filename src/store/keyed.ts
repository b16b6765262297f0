// Calls that carry an idempotency key, many of them in one flush: which are new, which were carried out before, and
// which come with other content. Pure; a dialect looks the keys up under the stream's row lock, in a later statement
// than the lock (in the same one it would read an older snapshot, and two nodes would both find nothing), and writes
// the new ones together with their events.
import { ServiceError } from '../contract/errors.ts';
import type { Draft } from '../contract/event.ts';
import { type EventId, idPlus } from '../contract/event-id.ts';

/** A key is its principal's own: the same text of another one is another key. */
export interface IdempotencyKey {
  readonly principal: string;
  /** 1 to 128 printable ASCII characters, no spaces. */
  readonly key: string;
}

/** The drafts of one call under its key; `hash` stands for their whole content. */
export interface KeyedCall extends IdempotencyKey {
  readonly hash: string;
  readonly drafts: readonly Draft[];
}

/** What is written of a key, beside the ids of its events. */
export interface KnownKey extends IdempotencyKey {
  readonly hash: string;
  readonly first: EventId;
}

/** A call of the flush that nobody made before; its drafts stand together, from place `from` to `to` of all of them. */
export interface FreshCall extends KeyedCall {
  readonly from: number;
  readonly to: number;
}

/** The id of a call's first event, or why the call was not carried out. */
export type KeyedAnswer = EventId | ServiceError;

export interface KeyedAppended {
  /** In the order of the calls. */
  readonly answers: readonly KeyedAnswer[];
  readonly appended: number;
  /** Calls that were answered with the ids of an earlier one. */
  readonly repeated: number;
  readonly moved: number;
}

export interface KeyPlan {
  readonly fresh: readonly FreshCall[];
  /** Of the fresh calls, in their order. */
  readonly drafts: readonly Draft[];
  /** Given the id of the first draft, or why none was appended. */
  answer(first: EventId | ServiceError, moved: number): KeyedAppended;
}

/** What a call comes to: a place among the drafts (its own or another call's), ids that are there, or a conflict. */
type Finding =
  | { readonly place: number; readonly isRepeated: boolean }
  | { readonly first: EventId }
  /** With a key that is written, or will be once the flush is carried out. */
  | { readonly conflictsWith: 'known' | 'fresh' };

export function planKeyed(calls: readonly KeyedCall[], known: readonly KnownKey[]): KeyPlan {
  const found = new Map(known.map((each) => [nameOf(each), each]));
  const fresh = new Map<string, FreshCall>();
  const drafts: Draft[] = [];
  const findings = calls.map((call): Finding => {
    const name = nameOf(call);
    const earlier = found.get(name) ?? fresh.get(name);
    if (earlier === undefined) {
      const from = drafts.length;
      drafts.push(...call.drafts);
      fresh.set(name, { ...call, from, to: drafts.length - 1 });
      return { place: from, isRepeated: false };
    }
    const isKnown = 'first' in earlier;
    if (earlier.hash !== call.hash) return { conflictsWith: isKnown ? 'known' : 'fresh' };
    return isKnown ? { first: earlier.first } : { place: earlier.from, isRepeated: true };
  });
  return {
    fresh: [...fresh.values()],
    drafts,
    answer: (first, moved) => ({
      answers: findings.map((finding) => answerOf(finding, first)),
      appended: typeof first === 'string' ? drafts.length : 0,
      repeated: findings.filter((finding) => isRepeat(finding, first)).length,
      moved,
    }),
  };
}

function answerOf(finding: Finding, first: EventId | ServiceError): KeyedAnswer {
  if ('first' in finding) return finding.first;
  if ('conflictsWith' in finding) {
    // Of a flush that was refused no key is written.
    if (finding.conflictsWith === 'fresh' && typeof first !== 'string') return first;
    return new ServiceError('IdempotencyConflict');
  }
  return typeof first === 'string' ? idPlus(first, finding.place) : first;
}

/** True when it is answered with the ids of an earlier call. */
function isRepeat(finding: Finding, first: EventId | ServiceError): boolean {
  return (
    'first' in finding || ('place' in finding && finding.isRepeated && typeof first === 'string')
  );
}

/** Neither part holds a space. */
function nameOf({ principal, key }: IdempotencyKey): string {
  return `${principal} ${key}`;
}
