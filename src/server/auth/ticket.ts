// Short-lived tickets for browsers, whose EventSource cannot send a key: part of an address instead of a header.
//
// A ticket is good for one path with its query, until its time, as often as its holder comes again; on every node with
// the same credentials, and after a restart, since it is signed with what the file keeps of the key. It is void as soon
// as the key is. Whoever reads the credentials file can make one: but he has better things to take there.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { pathOf, queryOf } from '../paths.ts';

export interface Ticket {
  /** The beginning of the key's digest: which of the keys it is of. */
  readonly keyId: string;
  readonly expiresAtMs: number;
  readonly signature: Buffer;
}

const KEY_ID_DIGITS = 16;
const TICKET = /^([0-9a-f]{16})\.([1-9]\d{0,15})\.([A-Za-z0-9_-]{43})$/;
/** These change from one coming to the next, or are the ticket itself. */
const UNSIGNED = ['ticket', 'lastEventId'];

export function ticketOf(digest: Buffer, address: string, expiresAtMs: number): string {
  const signature = sign(digest, address, expiresAtMs).toString('base64url');
  return `${keyIdOf(digest)}.${expiresAtMs}.${signature}`;
}

/** null = it is none. */
export function readTicket(text: string): Ticket | null {
  const [, keyId, expiresAt, signature] = TICKET.exec(text) ?? [];
  if (keyId === undefined || expiresAt === undefined || signature === undefined) return null;
  const bytes = Buffer.from(signature, 'base64url');
  // Its last character has two bits to spare.
  if (bytes.toString('base64url') !== signature) return null;
  return { keyId, expiresAtMs: Number(expiresAt), signature: bytes };
}

/** True when it was made with this key, for this address. */
export function isOf(
  digest: Buffer,
  { keyId, expiresAtMs, signature }: Ticket,
  address: string,
): boolean {
  if (keyIdOf(digest) !== keyId) return false;
  const own = sign(digest, address, expiresAtMs);
  return own.length === signature.length && timingSafeEqual(own, signature);
}

function keyIdOf(digest: Buffer): string {
  return digest.toString('hex').slice(0, KEY_ID_DIGITS);
}

function sign(digest: Buffer, address: string, expiresAtMs: number): Buffer {
  const text = `aftercommit ticket\n${expiresAtMs}\n${signedPart(address)}`;
  return createHmac('sha256', digest).update(text).digest();
}

/** The address without what may differ, its parameters in one order. */
function signedPart(address: string): string {
  const values = new URLSearchParams(queryOf(address));
  for (const name of UNSIGNED) values.delete(name);
  values.sort();
  return `${pathOf({ url: address })}?${values}`;
}
