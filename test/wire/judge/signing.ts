// Legacy HMAC of FutoIn, written from its description: what a message says, in the order of its keys, without `sec`.
import { createHmac } from 'node:crypto';

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

function signedText(value: object, skipped: string | null): string {
  const fields = Object.entries(value).filter(([key, field]) => key !== skipped && field !== null);
  // The indexes of an array are keys as well, and sorted as text.
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return fields
    .map(([key, field]) => {
      if (isNested(field)) return `${key}:${signedText(field, null)};`;
      return `${key}:${typeof field === 'string' ? field : JSON.stringify(field)};`;
    })
    .join('');
}

/** The signature in base64; `algorithm` is MD5, SHA224, SHA256, SHA384 or SHA512, `key` is base64. */
export function signatureOf(message: object, algorithm: string, key: string): string {
  return createHmac(algorithm.toLowerCase(), Buffer.from(key, 'base64'))
    .update(signedText(message, 'sec'))
    .digest('base64');
}
