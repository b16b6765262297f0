// The first that is asked of a database. What it has against that is told in its own words, since the one who can
// mend it is reading, and with which of the two it was.
import { type ErrorCode, isServiceError, ServiceError } from '../contract/errors.ts';
import type { Dialect } from './dialect.ts';
import { KnownOutcome } from './dialects/known-outcome.ts';

export type DatabaseName = 'active' | 'warehouse';

/** What the work of a store ends with when it was the database that failed. */
const OF_DATABASE: readonly ErrorCode[] = ['StoreUnavailable', 'OutcomeUnknown', 'InternalError'];

/** What `work` gives; it fails as `openingFailure` has it. */
export async function opening<T>(
  database: DatabaseName,
  work: () => Promise<T>,
  dialect?: Dialect,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isServiceError(error)) throw error;
    throw openingFailure(database, error, dialect);
  }
}

/**
 * What is told of the failure: `StoreUnavailable` of a database that is away, a plain error of one that waiting does
 * not mend. Without a dialect there was no connection yet, and only who should say where to has failed for a while.
 */
function openingFailure(database: DatabaseName, error: unknown, dialect?: Dialect): Error {
  const cause = (error instanceof KnownOutcome ? error.cause : error) as Error;
  // knex puts the statement before it, in lines of its own.
  const words = cause.message.replace(/\s+/g, ' ').trim();
  const message = `The ${database} database cannot be opened: ${words}`;
  const isAway = dialect ? !dialect.isHopeless(error) : error instanceof KnownOutcome;
  if (!isAway) return new Error(message, { cause });
  return new ServiceError('StoreUnavailable', { message, details: { database }, cause });
}

/** The same for what a verb of the store has told of its database; anything else as it is. */
export function startFailure(database: DatabaseName, error: unknown, dialect: Dialect): unknown {
  if (!isServiceError(error) || !OF_DATABASE.includes(error.code)) return error;
  const { code, details, cause } = error;
  if (details.verb === undefined || details.database !== database) return error;
  // What the verb knew of the outcome is in its code.
  const known = code === 'InternalError' ? cause : new KnownOutcome('not-run', cause);
  return openingFailure(database, known, dialect);
}
