// A key among the subprotocols that a WebSocket's upgrade offers: a browser lets a page set no header of an upgrade but
// that one. `aftercommit` is offered beside it and is the answer, so the key is never sent back.
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../../contract/errors.ts';

const SUBPROTOCOL = 'aftercommit';
const KEY_PREFIX = 'aftercommit.key.';

/** The key that is offered as `aftercommit.key.` and base64url of it; null when none is. Throws `SecurityError`. */
export function offeredKey(headers: IncomingHttpHeaders): string | null {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  const [first, second] = offered.filter(isKey);
  if (first === undefined) return null;
  if (second !== undefined) throw malformed('There is more than one.');
  if (!offered.includes(SUBPROTOCOL)) throw malformed(`${SUBPROTOCOL} must be offered beside it.`);
  const text = first.slice(KEY_PREFIX.length);
  const key = Buffer.from(text, 'base64url');
  if (key.length === 0 || key.toString('base64url') !== text || !isUtf8(key)) {
    throw malformed('It must be base64url of UTF-8, without padding.');
  }
  return key.toString('utf8');
}

/** What is agreed to, of what was offered: our own, else the first one; but never a key. */
export function agreedSubprotocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(SUBPROTOCOL)) return SUBPROTOCOL;
  return [...offered].find((each) => !isKey(each)) ?? false;
}

function isKey(offered: string): boolean {
  return offered.startsWith(KEY_PREFIX);
}

function malformed(reason: string): ServiceError {
  return new ServiceError('SecurityError', {
    message: `The key among the subprotocols is not taken. ${reason}`,
  });
}
