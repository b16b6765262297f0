// What lets a page of another origin call (CORS). A preflight carries no key, so nobody knows yet who will call: it is
// enough that somebody may come from that origin, and the call itself is held to its own key. In open mode there is
// nothing of this: a foreign origin is refused.
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../contract/errors.ts';
import type { Guard } from './auth/guard.ts';

const MAX_AGE_SECONDS = 600;

/** Lets the page read the answer, an error too. */
export function corsHeaders(
  guard: Guard,
  { origin }: IncomingHttpHeaders,
): Readonly<Record<string, string>> {
  if (origin === undefined || !guard.isSomebodysOrigin(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    // A browser shows its page no others but the most common.
    'access-control-expose-headers': 'etag, retry-after',
    vary: 'Origin',
  };
}

/** What a page may send to a door. */
export interface Sendable {
  readonly methods: readonly string[];
  readonly headers: readonly string[];
}

/** Tells a browser what its page may send. Throws `SecurityError` when it may send nothing. */
export function preflightHeaders(
  guard: Guard,
  origin: string,
  { methods, headers }: Sendable,
): Readonly<Record<string, string>> {
  if (!guard.isSomebodysOrigin(origin)) {
    throw new ServiceError('SecurityError', { message: 'The origin is not allowed.' });
  }
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': headers.join(', '),
    'access-control-max-age': String(MAX_AGE_SECONDS),
  };
}
