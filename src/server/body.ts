// Reads a request's body, bounded.
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../contract/errors.ts';

/** Throws `PayloadTooLarge` as soon as the bound is passed; rejects when the caller goes away. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const tooLarge = () =>
      reject(
        new ServiceError('PayloadTooLarge', {
          message: `The request is larger than ${bytesMax} bytes.`,
          details: { bytesMax },
        }),
      );
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) return tooLarge();
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > bytesMax) tooLarge();
      else parts.push(part);
    });
    request.on('end', () =>
      resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)),
    );
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('The caller went away.'));
    });
  });
}
