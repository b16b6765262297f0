// Where a call comes from: what keeps its order, and what it is known by when it comes again.
import { createHash } from 'node:crypto';
import { isServiceError, ServiceError } from '../contract/errors.ts';
import type { Draft } from '../contract/event.ts';
import type { IdempotencyKey } from '../store/store.ts';

export interface Origin {
  /** Calls with the same one, or without any, keep their order. */
  readonly source?: object;
  readonly key?: IdempotencyKey;
}

/** Stands for types and data of all drafts, as they are written. A type holds no space, and data no line break. */
export function hashOf(drafts: readonly Draft[]): string {
  const hash = createHash('sha256');
  for (const { type, data } of drafts) hash.update(`${type} ${data}\n`);
  return hash.digest('hex');
}

/** Throws what is given, with the call's own key where that says how to go on. */
export function namingKey({ key }: IdempotencyKey): (error: unknown) => never {
  return (error) => {
    const code = isServiceError(error) ? error.code : null;
    if (code !== 'OutcomeUnknown' && code !== 'IdempotencyConflict') throw error;
    const { message, cause, details } = error as ServiceError;
    throw new ServiceError(code, { message, cause, details: { ...details, idempotencyKey: key } });
  };
}
