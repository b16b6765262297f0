// Adopting a database of futoin-eventstream on MySQL and MariaDB. Every DDL statement commits by itself, so each is
// all or nothing, is passed over when it was done before, and leaves a state from which the next run goes on.
import type { Knex } from 'knex';
import { type EventId, idPlus, NO_EVENT } from '../../../contract/event-id.ts';
import type { Adopter, EventTable, Rename } from '../../adopter.ts';

/** How long to wait for open transactions; everybody who comes later waits behind. */
const LOCK_WAIT_SECONDS = 3;

/** As migrations/stream/0001-queue and migrations/history/0001-history have them. */
const COLUMNS: Readonly<Record<EventTable, string>> = {
  evt_queue: `modify id bigint not null check (id > 0),
    modify type varchar(255) character set utf8mb4 collate utf8mb4_bin not null,
    modify ts datetime(3) not null default (utc_timestamp(3))`,
  evt_history: `modify id bigint not null,
    modify type varchar(128) character set utf8mb4 collate utf8mb4_bin not null,
    modify ts datetime(3) not null`,
};

/** Shown to whoever has the right PROCESS; others see their own. */
const HOLDERS = `
select p.id, p.user, p.host, timestampdiff(second, t.trx_started, now()) as seconds
  from information_schema.innodb_trx t join information_schema.processlist p on p.id = t.trx_mysql_thread_id
 where p.db = database() and p.id <> connection_id()`;

export const mysqlAdopter: Adopter = {
  hasOurTimes: async (db, table, column) =>
    (await columnOf(db, table, column))?.type === 'datetime(3)',

  // Not from information_schema, where MySQL 8 shows what it knew a day ago. Comments stand behind it.
  counterOf: async (db, table) => {
    const [[row]] = await db.raw('show create table ??', [table]);
    const [, next] = /\n\) [^\n]*?\bAUTO_INCREMENT=(\d+)/.exec(row['Create Table']) ?? [];
    return next === undefined ? NO_EVENT : idPlus(next as EventId, -1);
  },

  isoTime: (db, column) =>
    db.raw("concat(replace(cast(cast(?? as datetime(3)) as char), ' ', 'T'), 'Z')", [column]),

  // One statement for all: whoever writes meets either none of them or all.
  putAside: async (db, renames: readonly Rename[]) => {
    await db.raw(`set session lock_wait_timeout = ${LOCK_WAIT_SECONDS}`);
    const names = renames.flatMap(({ from, to }) => [from, to]);
    await db.raw(`rename table ${renames.map(() => '?? to ??').join(', ')}`, names);
  },

  holdersOf: async (db) => {
    const [rows] = await db.raw(HOLDERS).catch(() => [[]]);
    return (rows as Record<string, unknown>[]).map(
      ({ id, user, host, seconds }) =>
        `connection ${id} of ${user}@${host} has had a transaction open for ${seconds} s`,
    );
  },

  atomically: async (db, work) => {
    await db.raw('start transaction');
    try {
      await work();
      await db.raw('commit');
    } catch (error) {
      await db.raw('rollback').catch(() => {});
      throw error;
    }
  },

  convert: async (db: Knex, aside: string, table: EventTable) => {
    if (!(await mysqlAdopter.hasOurTimes(db, aside, 'ts'))) {
      // The original's own change to utf8mb4 lets data be null, and its readers took that for JSON's null.
      const { isNullable } = (await columnOf(db, aside, 'data')) ?? {};
      if (isNullable) await db(aside).whereNull('data').update({ data: 'null' });
      // Dates that are none must not stop it.
      await db.raw("set session sql_mode = concat(@@sql_mode, ',ALLOW_INVALID_DATES')");
      await db.raw(
        `alter table ?? ${COLUMNS[table]},
          modify data longtext character set utf8mb4 collate utf8mb4_bin not null,
          default character set utf8mb4 collate utf8mb4_bin, comment = '', engine = InnoDB`,
        [aside],
      );
    }
    await db.raw('rename table ?? to ??', [aside, table]);
  },
};

async function columnOf(
  db: Knex,
  table: string,
  column: string,
): Promise<{ type: string; isNullable: boolean } | null> {
  const [[row]] = await db.raw(
    `select column_type as type, is_nullable as nullable from information_schema.columns
      where table_schema = database() and table_name = ? and column_name = ?`,
    [table, column],
  );
  return row === undefined ? null : { type: row.type, isNullable: row.nullable === 'YES' };
}
