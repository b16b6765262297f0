// An adoption runs alone: under the lock of migrations, and not while an old writer's transaction is open.
import type { Knex } from 'knex';
import type { Dialect } from '../dialect.ts';
import { withoutData } from '../dialects/db-errors.ts';

/** Throws, with nothing changed, when somebody keeps one of the tables busy. */
export async function adoptLocked<T>(
  { dialect, reader }: { dialect: Dialect; reader: Knex },
  tables: readonly string[],
  work: (db: Knex) => Promise<T>,
): Promise<T> {
  const results: T[] = [];
  try {
    await dialect.withMigrationLock(async (db) => {
      results.push(await work(db));
    });
  } catch (error) {
    if (dialect.outcomeOf(error) !== 'rolled-back') throw error;
    const holders = await dialect.adopter.holdersOf(reader, tables).catch(() => []);
    const seen = holders.length === 0 ? '' : ` (${holders.join('; ')})`;
    throw new Error(
      `Somebody has a transaction open on ${tables.join(' or ')}${seen}: stop what works the old way, and run it again`,
      { cause: withoutData(error) },
    );
  }
  return results[0] as T;
}
