// The only place that writes wire codes: from any failure to the error of an envelope.
import { errorFacts, isServiceError, ServiceError } from '../../contract/errors.ts';

const INVALID_PARAMS = -32602;

export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What is not of the table is our own fault; its details are for the log only. */
export function toServiceError(error: unknown): ServiceError {
  return isServiceError(error) ? error : new ServiceError('InternalError', { cause: error });
}

export function toWireError(error: ServiceError): WireError {
  const facts = errorFacts(error.code);
  const { in: place, verb: _verb, database: _database, ...details } = error.details;
  return {
    code: place === 'params' ? INVALID_PARAMS : facts.jsonRpc,
    message: error.message,
    data: { code: error.code, retry: facts.retry, ...details },
  };
}

export interface FutoinError {
  readonly e: string;
  readonly edesc: string;
}

/** FTN3's names; what it has no name for is under the nearest one, and the text tells more. */
export function toFutoinError(error: ServiceError): FutoinError {
  return { e: errorFacts(error.code).futoin, edesc: error.message };
}

/** True when the fault lies with us or the database, so that the log should say more. */
export function isOurs(error: ServiceError): boolean {
  return errorFacts(error.code).http >= 500 && error.code !== 'ShuttingDown';
}
