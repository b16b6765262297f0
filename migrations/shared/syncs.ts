// What is written for nothing but its commit, which puts everything that was committed before on the disk. Only where
// InnoDB shows commits before they are there.
import type { Migration } from '../migration.ts';

export const syncsTable = (name: string): Migration => ({
  name,
  up: async (db, kind) => {
    if (kind !== 'mysql') return;
    await db.raw(`create table if not exists evt_syncs (
      slot tinyint not null primary key,
      times bigint not null
    ) engine=InnoDB`);
  },
});
