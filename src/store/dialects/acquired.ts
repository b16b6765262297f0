// A connection of a pool, or in plain words that there was none: knex says that the pool is full, also when a server
// does not answer.
import { KnownOutcome } from './known-outcome.ts';

/** What `acquiring` gives; it was given `ms` milliseconds. */
export async function acquired<T>(acquiring: Promise<T>, ms: number): Promise<T> {
  try {
    return await acquiring;
  } catch (error) {
    if ((error as Error).name !== 'KnexTimeoutError') throw error;
    const message =
      `There was no connection for ${ms} ms: the server does not answer, or all that may be ` +
      'open are in use.';
    throw new KnownOutcome('not-run', new Error(message));
  }
}
