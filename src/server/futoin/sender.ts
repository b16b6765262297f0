// Who sent a FutoIn message: every message says so itself, in its `sec`, since one socket may carry messages of
// several principals. A name with its key, or a legacy HMAC signature.
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../../contract/errors.ts';
import type { Guard, Session } from '../auth/guard.ts';
import { isAlgorithm, isSigned, sign } from './signature.ts';

export interface Sender {
  readonly session: Session;
  /** Signs an answer as its call was signed; null when it was not. */
  readonly sign: ((answer: object) => string) | null;
}

const BASIC = /^([^:-][^:]*):(.*)$/s;
const LEGACY_HMAC = /^-hmac:([^:]+):([^:]+):([^:]+)$/;

/**
 * The sender of a parsed message. Without a `sec` the headers of its request or upgrade tell. Throws `SecurityError`,
 * `PleaseReauth`.
 */
export function senderOf(
  guard: Guard,
  headers: IncomingHttpHeaders,
  message: { readonly sec?: unknown },
): Sender {
  const { sec } = message;
  // The original's own calls within its process; from the network it could only be forged.
  if (typeof sec === 'string' && /^-internal(?::|$)/.test(sec)) throw refused('It is reserved.');
  const admitted = guard.admit(headers);
  if (admitted !== null) return { session: admitted, sign: null };
  if (sec === undefined || sec === null) return { session: guard.identify(headers), sign: null };
  if (typeof sec !== 'string') throw refused('It must be text.');

  const [, name, key] = BASIC.exec(sec) ?? [];
  if (name !== undefined && key !== undefined) {
    return { session: guard.identifyKey(headers, name, key), sign: null };
  }
  return signerOf(guard, headers, message, sec);
}

function signerOf(
  guard: Guard,
  headers: IncomingHttpHeaders,
  message: object,
  sec: string,
): Sender {
  const [, name, algorithm, signature] = LEGACY_HMAC.exec(sec) ?? [];
  if (name === undefined || algorithm === undefined || signature === undefined) {
    throw refused('It is neither USER:KEY nor -hmac:USER:ALGORITHM:SIGNATURE.');
  }
  if (!isAlgorithm(algorithm)) throw refused('The algorithm is not known.');
  const { session, key } = guard.identifySigner(headers, name, (own) =>
    isSigned(algorithm, own, message, signature),
  );
  return { session, sign: (answer) => sign(algorithm, key, answer) };
}

function refused(reason: string): ServiceError {
  return new ServiceError('SecurityError', { message: `The sec is not taken. ${reason}` });
}
