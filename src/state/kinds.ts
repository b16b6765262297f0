// What a configuration says of the state: which events write, remove or replace the items of which kind.
import { createHash } from 'node:crypto';
import { unknownName } from '../base/options.ts';
import type { Settings } from '../config/load.ts';
import { aStream } from '../contract/checks.ts';
import { fits } from '../contract/validate.ts';

export interface StateKind {
  readonly name: string;
  readonly stream: string;
  /** Types of events with one item each. */
  readonly upsert: readonly string[];
  readonly remove: readonly string[];
  /** Types of events with all items of the kind. */
  readonly replace: readonly string[];
  /** Where an item's key stands in an event's data, and where its value does: JSON pointers (RFC 6901). */
  readonly key: readonly string[];
  readonly value: readonly string[];
}

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const MEMBERS = ['name', 'stream', 'upsert', 'remove', 'replace', 'key', 'value'];
const LISTS = ['upsert', 'remove', 'replace'] as const;
const KEY = 'id';

/** What is wrong with them, a sentence for each mistake. */
export function stateProblems({
  stateKinds: kinds,
  stateInvalidate: invalidating,
  streams,
}: Pick<Settings, 'stateKinds' | 'stateInvalidate' | 'streams'>): string[] {
  const problems = kinds.flatMap((kind, nth) =>
    kindProblems(kind, streams).map((problem) => `state kind ${nth + 1}: ${problem}`),
  );
  const names = kinds.map((kind) => {
    const { name, stream = 'main' } = (kind ?? {}) as Partial<StateKind>;
    return `${name} of stream ${stream}`;
  });
  const doubled = names.find((name, nth) => names.indexOf(name) !== nth);
  if (doubled !== undefined) problems.push(`state kinds: there are two ${doubled}`);
  for (const type of invalidating) {
    if (!fits('event-type', type))
      problems.push(`stateInvalidate: ${shown(type)} is no event type`);
  }
  return problems;
}

function kindProblems(kind: unknown, streams: readonly string[]): string[] {
  if (kind === null || typeof kind !== 'object' || Array.isArray(kind))
    return ['must be an object'];
  const given = kind as Record<string, unknown>;
  const problems = Object.keys(given)
    .filter((member) => !MEMBERS.includes(member))
    .map((member) => unknownName(member, MEMBERS, 'member'));
  const { name, stream = 'main', key = KEY, value = '' } = given;
  if (typeof name !== 'string' || !NAME.test(name)) {
    problems.push(`name must match ${NAME.source}, got ${shown(name)}`);
  }
  if (!aStream.fits(stream)) problems.push(`stream ${aStream.rule}, got ${shown(stream)}`);
  else if (!streams.includes(stream as string)) {
    problems.push(`stream ${stream} is not served here, only ${streams.join(', ')}`);
  }
  const types = LISTS.flatMap((list) => {
    const all = given[list] ?? [];
    if (Array.isArray(all) && all.every((type) => fits('event-type', type))) return all;
    problems.push(`${list} must be a list of event types, got ${shown(all)}`);
    return [];
  });
  if (types.length === 0 && problems.length === 0) {
    problems.push(`${LISTS.join(', ')} name no event type`);
  }
  const doubled = types.find((type, nth) => types.indexOf(type) !== nth);
  if (doubled !== undefined) problems.push(`the type ${doubled} is there twice`);
  for (const [member, pointer] of Object.entries({ key, value })) {
    if (tokensOf(pointer) === null) {
      problems.push(`${member} must be a JSON pointer or a name, got ${shown(pointer)}`);
    }
  }
  return problems;
}

/** Throws nothing: what it is given has no problems. */
export function stateKinds(kinds: readonly unknown[]): StateKind[] {
  return kinds.map((kind) => {
    const given = kind as Partial<Record<keyof StateKind, unknown>>;
    const list = (name: (typeof LISTS)[number]) => (given[name] ?? []) as string[];
    return {
      name: given.name as string,
      stream: (given.stream ?? 'main') as string,
      upsert: list('upsert'),
      remove: list('remove'),
      replace: list('replace'),
      key: tokensOf(given.key ?? KEY) as string[],
      value: tokensOf(given.value ?? '') as string[],
    };
  });
}

/** Of kinds of one stream: what was made by others is not theirs. The stream may get another name. */
export function configOf(kinds: readonly StateKind[]): string {
  const said = kinds
    .map(({ stream: _, ...kind }) => JSON.stringify(kind))
    .sort()
    .join('\n');
  return createHash('sha256').update(said).digest('hex');
}

/** A pointer's tokens, or a name as the one token; null = it is neither. */
function tokensOf(pointer: unknown): string[] | null {
  if (typeof pointer !== 'string') return null;
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return [pointer];
  if (/~(?![01])/.test(pointer)) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 64);
}
