// The name that a stream is being given; null for all that keep theirs. A rename crosses two databases, and on MySQL each
// of its statements commits by itself: what a crash has left of it is found here.
import { type Migration, run } from '../migration.ts';

export const renamesColumn: Migration = {
  name: '0009-renames',
  // MySQL knows no `add column if not exists`, which would make the statement repeatable by itself.
  up: async (db, kind) =>
    (await db.schema.hasColumn('evt_streams', 'moving_to')) ||
    run(db, kind, {
      sqlite: 'alter table evt_streams add column moving_to text',
      postgres: 'alter table evt_streams add column moving_to text collate "C"',
      mysql:
        'alter table evt_streams add column moving_to varchar(30) character set utf8mb4 collate utf8mb4_bin',
    }),
};
