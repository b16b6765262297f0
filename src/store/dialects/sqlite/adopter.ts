// Adopting a database of futoin-eventstream on SQLite, inside one transaction. Our tables have no rowid, and a table
// cannot be changed to that: the rows are copied into new ones.
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Knex } from 'knex';
import { historyMigrations, streamMigrations } from '../../../../migrations/index.ts';
import { type EventId, NO_EVENT } from '../../../contract/event-id.ts';
import type { Adopter, EventTable, Rename } from '../../adopter.ts';

/**
 * A time in our form, from what the original's sessions wrote (`CURRENT_TIMESTAMP`) or others may have: ISO text, or
 * numbers, in milliseconds, seconds or Julian days. What is no time stays as it is, as text.
 */
const timeSql = (column: string) => `coalesce(
    case when typeof(${column}) in ('integer', 'real') and abs(${column}) > 1e11
         then strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')
         when typeof(${column}) in ('integer', 'real') then strftime('%Y-%m-%dT%H:%M:%fZ', ${column}, 'auto')
         else strftime('%Y-%m-%dT%H:%M:%fZ', ${column}) end,
    cast(${column} as text))`;

/** True for a file that futoin-eventstream may still be at work on. */
export function isOriginal(handle: DatabaseSyncInstance): boolean {
  const query = handle.prepare(
    `select 1 from pragma_table_list as t join pragma_table_info(t.name) as c
      where t.schema = 'main' and t.name in ('evt_queue', 'evt_history')
        and c.name = 'ts' and upper(c.type) = 'TIMESTAMP'`,
  );
  return query.get() !== undefined;
}

export const sqliteAdopter: Adopter = {
  hasOurTimes: async (db, table, column) => {
    const rows = await db.raw('select type from pragma_table_info(?) where name = ?', [
      table,
      column,
    ]);
    return rows[0]?.type.toLowerCase() === 'text';
  },

  counterOf: async (db, table) => {
    // There only since the first table with a counter was made.
    if (!(await db.schema.hasTable('sqlite_sequence'))) return NO_EVENT;
    const rows = await db.raw(
      'select cast(seq as text) as seq from sqlite_sequence where name = ?',
      [table],
    );
    return (rows[0]?.seq ?? NO_EVENT) as EventId;
  },

  isoTime: (db, column) => db.raw(timeSql(column)),

  putAside: async (db, renames: readonly Rename[]) => {
    // Else a trigger that writes into the table would follow it to its new name, and go on after it is dropped with an
    // error that nobody could make sense of.
    await db.raw('pragma legacy_alter_table = on');
    for (const { from, to } of renames) await db.raw('alter table ?? rename to ??', [from, to]);
    await db.raw('pragma legacy_alter_table = off');
  },

  holdersOf: async () => [],

  atomically: (_, work) => work(),

  convert: async (db: Knex, aside: string, table: EventTable) => {
    const [make] = table === 'evt_queue' ? streamMigrations : historyMigrations;
    await make?.up(db, 'sqlite', 'main');
    // Our columns are strict: whatever the original's held goes in as text.
    await db.raw(
      `insert into ?? (id, type, ts, data)
       select id, cast(type as text), ${timeSql('ts')}, cast(data as text) from ?? order by id`,
      [table, aside],
    );
    await db.schema.dropTable(aside);
  },
};
