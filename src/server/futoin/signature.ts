// Legacy HMAC signatures of FTN6 and FTN7: a message is flattened to text in an order that both sides agree on, and
// signed with a shared key. There is no nonce: who overhears a message can send it again.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** By the names that FutoIn gives them. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['MD5', 'md5'],
  ['SHA224', 'sha224'],
  ['SHA256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA512', 'sha512'],
]);

export function isAlgorithm(name: string): boolean {
  return HASHES.has(name);
}

/** The signature of a parsed message without its `sec`, in base64. `algorithm` is one that `isAlgorithm` knows. */
export function sign(algorithm: string, key: Buffer, message: object): string {
  return digest(algorithm, key, message).toString('base64');
}

export function isSigned(
  algorithm: string,
  key: Buffer,
  message: object,
  signature: string,
): boolean {
  const expected = digest(algorithm, key, message);
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function digest(algorithm: string, key: Buffer, message: object): Buffer {
  const { sec: _sec, ...signed } = message as Record<string, unknown>;
  const parts: string[] = [];
  flatten(parts, signed);
  return createHmac(HASHES.get(algorithm) as string, key)
    .update(parts.join(''))
    .digest();
}

/** Sorted `key:value;`, nulls left out, what is nested in the same way; an array's keys are its places, as text. */
function flatten(parts: string[], values: object): void {
  for (const key of Object.keys(values).sort()) {
    const value = (values as Record<string, unknown>)[key];
    if (value === null) continue;
    parts.push(key, ':');
    if (typeof value === 'object') flatten(parts, value as object);
    else parts.push(typeof value === 'string' ? value : JSON.stringify(value));
    parts.push(';');
  }
}
