// `POST /streams/tickets`: a ticket for an address below `/streams/`, for whoever shows a key that may come in there.
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../../contract/errors.ts';
import type { Guard, Session } from '../auth/guard.ts';
import { readBody } from '../body.ts';
import { pathOf, STREAMS_PATH } from '../paths.ts';

const BODY_BYTES_MAX = 16_384;
const TTL_MS = 60_000;
const TTL_MS_MAX = 3_600_000;
const MEMBERS = ['path', 'ttlMs'];
/** As an address has it: nothing in it ends a line or a header, and all of it is sent, which a `#` would end. */
const PATH = /^\/streams\/[!"$-~]{1,2048}$/;

/** What a client is given; `path` is what it opens. */
export interface IssuedTicket {
  readonly path: string;
  /** null in open mode, where `path` is as it was. */
  readonly ticket: string | null;
  readonly expiresAt: string | null;
}

/** Throws what `requireKind` throws of the kind of stream that the address names, before the page meets it. */
export async function issueTicket(
  guard: Guard,
  request: IncomingMessage,
  requireKind: (kind: string, session: Session) => void,
): Promise<IssuedTicket> {
  const { headers } = request;
  // Before anything is read of who has no key.
  const session = guard.identifyAnyKind(headers);
  const { path, ttlMs } = wishIn(await readBody(request, BODY_BYTES_MAX));
  requireKind(kindIn(path), session);
  const expiresAtMs = Date.now() + ttlMs;
  const ticket = guard.ticketFor(headers, path, expiresAtMs);
  if (ticket === null) return { path, ticket, expiresAt: null };
  const joint = path.includes('?') ? '&' : '?';
  const expiresAt = new Date(expiresAtMs).toISOString();
  return { path: `${path}${joint}ticket=${ticket}`, ticket, expiresAt };
}

/** The first of the names in its path. */
function kindIn(address: string): string {
  return pathOf({ url: address }).slice(STREAMS_PATH.length).split('/', 1)[0] as string;
}

function wishIn(body: Buffer): { path: string; ttlMs: number } {
  let wish: { path?: unknown; ttlMs?: unknown } | null;
  try {
    wish = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ServiceError('ParseError');
  }
  if (wish === null || typeof wish !== 'object' || Array.isArray(wish)) {
    throw invalid('the body must be an object with path and ttlMs');
  }
  const other = Object.keys(wish).find((name) => !MEMBERS.includes(name));
  if (other !== undefined) throw invalid(`there is no ${other.slice(0, 64)}, only path and ttlMs`);
  const { path, ttlMs = TTL_MS } = wish;
  if (typeof path !== 'string' || !PATH.test(path) || /[?&]ticket=/.test(path)) {
    throw invalid(`path: must be an address that begins with ${STREAMS_PATH}, and has no ticket`);
  }
  const isTime = typeof ttlMs === 'number' && Number.isInteger(ttlMs);
  if (!isTime || ttlMs < 1 || ttlMs > TTL_MS_MAX) {
    throw invalid(`ttlMs: must be a number of milliseconds from 1 to ${TTL_MS_MAX}`);
  }
  return { path, ttlMs };
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidRequest', { message, details: { in: 'body' } });
}
