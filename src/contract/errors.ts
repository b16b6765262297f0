// Expected answers that are not results. One table, specs/errors.json; matched by `code`, never by message
// or class.
import { errorTable } from './generated/error-table.ts';

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

export interface ServiceErrorOptions {
  /** What was wrong, then what was expected; no stack, no SQL, no data of an event. Default: the table's meaning. */
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

const factsByCode = new Map<string, ErrorFacts>(errorTable.map((facts) => [facts.code, facts]));

export class ServiceError extends Error {
  override name = 'ServiceError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, options: ServiceErrorOptions = {}) {
    super(options.message ?? errorFacts(code).meaning, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

export function errorFacts(code: ErrorCode): ErrorFacts {
  return factsByCode.get(code) as ErrorFacts;
}

/** By shape, since two copies of the package may meet in one process. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && factsByCode.has((error as Partial<ServiceError>).code ?? '');
}
