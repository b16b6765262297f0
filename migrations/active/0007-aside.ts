// Since when a consumer no longer holds discarding back, because it stood still for longer than is allowed; null for
// one that does.
import { type Migration, run } from '../migration.ts';

export const asideColumn: Migration = {
  name: '0007-aside',
  // MySQL knows no `add column if not exists`, which would make the statement repeatable by itself.
  up: async (db, kind) =>
    (await db.schema.hasColumn('evt_consumers', 'aside_time')) ||
    run(db, kind, {
      sqlite: 'alter table evt_consumers add column aside_time text',
      postgres: 'alter table evt_consumers add column aside_time timestamptz(3)',
      mysql: 'alter table evt_consumers add column aside_time datetime(3)',
    }),
};
