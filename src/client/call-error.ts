// Why a call failed: the server's own answer, by its code of specs/errors.json, or what the connection did. Match
// by `code`.
import { type ErrorCode, errorFacts, isServiceError } from '../contract/errors.ts';

/** ConnectError: nobody there. CommError: there, but no sensible answer. Timeout: no answer in time. */
export type CallErrorCode = ErrorCode | 'ConnectError' | 'CommError' | 'Timeout';

export interface CallErrorOptions {
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class CallError extends Error {
  override name = 'CallError';
  readonly code: CallErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: CallErrorCode, { message, details, cause }: CallErrorOptions) {
    super(message, { cause });
    this.code = code;
    this.details = details ?? {};
  }
}

export function isCallError(error: unknown): error is CallError {
  return error instanceof Error && error.name === 'CallError';
}

/** True when the same call may succeed a little later, without anybody doing anything. */
export function isTransient(error: unknown): boolean {
  if (!isCallError(error)) return false;
  // A code that only a newer server knows says nothing about later.
  if (isServiceError(error)) return ['yes', 'later'].includes(errorFacts(error.code).retry);
  return error.code === 'ConnectError' || error.code === 'CommError' || error.code === 'Timeout';
}
