// Who calls, and what it may do.
import { ServiceError } from '../../contract/errors.ts';
import { covers } from '../../contract/pattern.ts';
import { type TypeFilter, wantFilter } from '../../feed/cut.ts';

export type Right = 'generate' | 'consume' | 'archive' | 'admin';

/** What a key is for: a kind of stream takes some of them, and to the others it does not exist. */
export type KeyKind = 'server' | 'client' | 'public';

export interface Principal {
  readonly name: string;
  readonly may: readonly Right[];
  /** Patterns: `*` is all, `ORDER_*` a prefix. */
  readonly types: readonly string[];
  readonly streams: readonly string[];
}

/** Who calls in open mode; no credential can have this name. */
export const LOCAL: Principal = {
  name: 'local',
  may: ['generate', 'consume', 'archive', 'admin'],
  types: ['*'],
  streams: ['*'],
};

export function mayDo(principal: Principal, right: Right): boolean {
  return principal.may.includes(right);
}

/** Throws `Unauthorized`. */
export function requireRight(principal: Principal, right: Right): void {
  if (!mayDo(principal, right)) {
    throw new ServiceError('Unauthorized', { message: `The caller has no right to ${right}.` });
  }
}

/** Throws `Unauthorized`. */
export function requireStream(principal: Principal, stream: string): void {
  if (!covers(principal.streams, stream)) {
    throw new ServiceError('Unauthorized', { message: 'The stream is not open to the caller.' });
  }
}

/** Throws `Unauthorized` unless it may see whatever there is. */
export function requireAllTypes(principal: Principal): void {
  if (principal.types.includes('*')) return;
  const message = 'An archive holds events of every type, and the caller may not see them all.';
  throw new ServiceError('Unauthorized', { message });
}

/** Throws `Unauthorized`. */
export function requireType(principal: Principal, type: string): void {
  if (!covers(principal.types, type)) {
    throw new ServiceError('Unauthorized', {
      message: 'The event type is not open to the caller.',
      details: { type },
    });
  }
}

/** What the caller gets when it wants these types; null = all it may see. Throws `Unauthorized` beyond them. */
export function typeFilter(
  principal: Principal,
  want: readonly string[] | null,
): TypeFilter | null {
  if (want !== null) {
    for (const type of want) requireType(principal, type);
    return wantFilter(want);
  }
  const { types } = principal;
  if (types.includes('*')) return null;
  return { key: `may ${types.join(' ')}`, lets: (type) => covers(types, type) };
}
