// Why a call failed: the server's own answer, by its code of specs/errors.json, or what the connection did. Match
// by `code`.
import { type ErrorCode, errorFacts, isServiceError } from '../contract/errors.ts';

/**
 * A code of docs/errors.md, or what the connection did: `ConnectError` nobody was there, `CommError` somebody was, but
 * without a sensible answer, `Timeout` there was no answer in time.
 */
export type CallErrorCode = ErrorCode | 'ConnectError' | 'CommError' | 'Timeout';

/** What a `CallError` says besides its code. */
export interface CallErrorOptions {
  /** What was wrong, for people. */
  readonly message: string;
  /** Facts for programs. @default {} */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error behind it. */
  readonly cause?: unknown;
}

/** Why a call failed. Match it by `code`, never by its message or class. */
export class CallError extends Error {
  override name = 'CallError';
  /** The server's own code, or the connection's. */
  readonly code: CallErrorCode;
  /** Facts by name, as the server gave them; `idempotencyKey` after `addEvent`, to go on with. */
  readonly details: Readonly<Record<string, unknown>>;

  /** For transports of one's own. */
  constructor(code: CallErrorCode, { message, details, cause }: CallErrorOptions) {
    super(message, { cause });
    this.code = code;
    this.details = details ?? {};
  }

  /** Gives the same error with more details. */
  with(details: Readonly<Record<string, unknown>>): CallError {
    const { message, cause } = this;
    return new CallError(this.code, { message, cause, details: { ...this.details, ...details } });
  }
}

/** True for a `CallError`; told by its name, since two copies of the package may meet in one process. */
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

/** The close code of a connection whose consumer a newer reader has taken over. */
export const TAKEN_OVER = 4001;

/** True when a newer reader of the same consumer has come. Not tried again: the two would take turns for ever. */
export function isTakenOver(error: unknown): boolean {
  return isCallError(error) && error.details.closeCode === TAKEN_OVER;
}

/** True for an error of a handler that would come back however often the batch did. */
export function isFinal(error: unknown): boolean {
  return error instanceof Error && (error as { isFinal?: unknown }).isFinal === true;
}
