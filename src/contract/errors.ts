// Expected answers that are not results. One table, specs/errors.json; matched by `code`, never by message
// or class.
import { errorTable } from './generated/error-table.ts';

/** What is wrong, by its name in docs/errors.md. */
export type ErrorCode = (typeof errorTable)[number]['code'];

export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly retry: string;
  /** FTN3's name for it. */
  readonly futoin: string;
  readonly jsonRpc: number;
  readonly http: number;
  readonly meaning: string;
}

/** What a `ServiceError` says besides its code. */
export interface ServiceErrorOptions {
  /** What was wrong, then what was expected; no stack, no SQL, no data of an event. @default the meaning of the code */
  readonly message?: string;
  /** Facts for programs, which may go over the wire. @default {} */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error behind it; it stays in the process. */
  readonly cause?: unknown;
}

const factsByCode = new Map<string, ErrorFacts>(errorTable.map((facts) => [facts.code, facts]));

/**
 * An answer that is not a result: what was asked for cannot be done. Match it by `code`, never by its message or class.
 */
export class ServiceError extends Error {
  override name = 'ServiceError';
  /** One of docs/errors.md, which also says what may be tried again. */
  readonly code: ErrorCode;
  /** Facts by name, as `bytesMax`; empty when there are none. */
  readonly details: Readonly<Record<string, unknown>>;

  /** Made by the service; an application only needs it to imitate one in its tests. */
  constructor(code: ErrorCode, options: ServiceErrorOptions = {}) {
    super(options.message ?? errorFacts(code).meaning, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Names the stream for people too: a misspelt one is seen at once. */
export function streamNotFound(stream: string): ServiceError {
  const message = `There is no stream ${stream}.`;
  return new ServiceError('StreamNotFound', { message, details: { stream } });
}

/** `ident`: as it is listed, since the same name of another principal is another consumer. */
export function notRegistered(stream: string, ident: string): ServiceError {
  return new ServiceError('NotRegistered', {
    message: `There is no consumer ${ident} on ${stream}.`,
  });
}

export function errorFacts(code: ErrorCode): ErrorFacts {
  return factsByCode.get(code) as ErrorFacts;
}

/** True for a `ServiceError`; told by its shape, since two copies of the package may meet in one process. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && factsByCode.has((error as Partial<ServiceError>).code ?? '');
}
