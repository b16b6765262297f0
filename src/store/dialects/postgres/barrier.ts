// The barrier on PostgreSQL: a check that nothing passes, which also holds where a session has switched triggers off.
// `not valid`: rows that are there already are not looked at.
import type { Knex } from 'knex';
import type { Barrier } from '../../barrier.ts';
import { tablesOf } from '../../tables.ts';

const FIND =
  'select 1 from pg_constraint where conrelid = to_regclass(quote_ident(?)) and conname = ?';

export const postgresBarrier: Barrier = {
  isTransactional: true,

  isRaised: async (db, stream) => {
    const { inbox, barrier } = namesOf(stream);
    return (await db.raw(FIND, [inbox, barrier])).rows.length > 0;
  },

  raise: async (db, stream, lockMs) => {
    const { inbox, barrier } = namesOf(stream);
    await lockFor(db, inbox, lockMs);
    if (await postgresBarrier.isRaised(db, stream)) return;
    await db.raw('alter table ?? add constraint ?? check (false) not valid', [inbox, barrier]);
  },

  lower: async (db, stream, lockMs) => {
    const { inbox, barrier } = namesOf(stream);
    await lockFor(db, inbox, lockMs);
    await db.raw('alter table ?? drop constraint if exists ??', [inbox, barrier]);
  },
};

/** The table before the stream's row: a step's statement locks them in this order. */
async function lockFor(db: Knex, inbox: string, lockMs: number): Promise<void> {
  await db.raw(`set local lock_timeout = ${Math.ceil(lockMs)}`);
  await db.raw('lock table ?? in access exclusive mode', [inbox]);
}

function namesOf(stream: string): { inbox: string; barrier: string } {
  return { inbox: tablesOf(stream).inbox, barrier: 'evt_sealed' };
}
