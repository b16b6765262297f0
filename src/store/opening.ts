// The first that is asked of a database. What it has against that is told in its own words, since the one who can
// mend it is reading, and with which of the two it was.
import { isServiceError, ServiceError } from '../contract/errors.ts';
import type { Dialect } from './dialect.ts';
import { KnownOutcome } from './dialects/known-outcome.ts';

export type DatabaseName = 'active' | 'warehouse';

/** What `work` gives. `dialect` tells one that is away, `StoreUnavailable`, from one that cannot be used. */
export async function opening<T>(
  database: DatabaseName,
  work: () => Promise<T>,
  dialect?: Dialect,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isServiceError(error)) throw error;
    const cause = (error instanceof KnownOutcome ? error.cause : error) as Error;
    const message = `The ${database} database cannot be opened: ${cause.message}`;
    const isAway = (dialect?.outcomeOf(error) ?? 'refused') !== 'refused';
    if (!isAway) throw new Error(message, { cause });
    throw new ServiceError('StoreUnavailable', { message, details: { database }, cause });
  }
}
