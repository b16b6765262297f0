// Up to where a stream was taken over from another system: ids up to there may have gaps, and what stands there went
// through nobody's checks. 0 for a stream of our own.
import { type Migration, run } from '../migration.ts';

export const gapsColumn: Migration = {
  name: '0004-gaps',
  // MySQL knows no `add column if not exists`, which would make the statement repeatable by itself.
  up: async (db, kind) =>
    (await db.schema.hasColumn('evt_streams', 'gaps_up_to')) ||
    run(db, kind, {
      sqlite: 'alter table evt_streams add column gaps_up_to integer not null default 0',
      postgres: 'alter table evt_streams add column gaps_up_to bigint not null default 0',
      mysql: 'alter table evt_streams add column gaps_up_to bigint not null default 0',
    }),
};
