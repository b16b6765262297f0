// A database as futoin-eventstream 1.3.9 leaves it: the tables with its columns and indexes, ids by the database's own
// counter, times in UTC and whole seconds by the database's clock.
import type { DatabaseKind } from './databases.ts';
import type { SqlSession } from './sql-session.ts';

export interface FutoinTables {
  readonly queue: string;
  readonly consumers: string;
  readonly history: string;
}

export const FUTOIN_TABLES: FutoinTables = {
  queue: 'evt_queue',
  consumers: 'evt_consumers',
  history: 'evt_history',
};

/** What it takes for the time. */
export const futoinNow: Record<DatabaseKind, string> = {
  sqlite: 'current_timestamp',
  postgres: "(current_timestamp at time zone 'UTC')",
  mysql: 'utc_timestamp()',
};

/** The names of all there is, to see that nothing is left behind. */
export const namesOfAll: Record<DatabaseKind, string> = {
  sqlite:
    "select name from sqlite_master where type in ('table', 'index') and name not like 'sqlite_%' order by name",
  postgres:
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace order by relname",
  mysql:
    'select table_name as name from information_schema.tables where table_schema = database() order by table_name',
};

const ROWS_PER_INSERT = 1000;

const EVENTS: Record<DatabaseKind, { counted: string; plain: string; rest: string }> = {
  sqlite: {
    counted: 'id integer not null primary key autoincrement',
    plain: 'id integer not null primary key',
    rest: 'type varchar(16) not null, data text not null, ts timestamp not null',
  },
  postgres: {
    counted: 'id bigserial not null primary key',
    plain: 'id bigint not null primary key',
    rest: 'type varchar(16) not null, data json not null, ts timestamp not null',
  },
  mysql: {
    counted: 'id bigint unsigned not null auto_increment primary key',
    plain: 'id bigint unsigned not null primary key',
    rest: "type varchar(16) not null comment 'one of few', data text not null, ts datetime not null",
  },
};

export async function makeFutoinActive(
  sql: SqlSession,
  kind: DatabaseKind,
  { tables = FUTOIN_TABLES, isUtf8mb4 = true } = {},
): Promise<void> {
  const { counted, rest } = EVENTS[kind];
  const { queue, consumers } = tables;
  const options = kind === 'mysql' ? "engine=InnoDB character set utf8 comment 'busy'" : '';
  await sql.run(`create table ${queue} (${counted}, ${rest}) ${options}`);
  const times = { sqlite: 'timestamp', postgres: 'timestamp', mysql: 'datetime' }[kind];
  const id = {
    sqlite: 'integer not null primary key autoincrement',
    postgres: 'serial2 not null primary key',
    mysql: 'smallint not null auto_increment primary key',
  }[kind];
  const cursor = { sqlite: 'integer', postgres: 'bigint', mysql: 'bigint unsigned' }[kind];
  await sql.run(`create table ${consumers} (id ${id}, last_evt_id ${cursor} not null default 0,
    reg_time ${times} not null, last_time ${times} not null, ident varchar(64) not null unique) ${options}`);
  await sql.run(`create index ${consumers}_last_evt_id on ${consumers} (last_evt_id)`);
  if (kind === 'mysql' && isUtf8mb4) {
    await toUtf8mb4(sql, queue);
    await sql.run(
      `alter table ${consumers} convert to character set utf8mb4 collate utf8mb4_unicode_ci`,
    );
  }
}

export async function makeFutoinHistory(
  sql: SqlSession,
  kind: DatabaseKind,
  { tables = FUTOIN_TABLES, isUtf8mb4 = true } = {},
): Promise<void> {
  const { plain, rest } = EVENTS[kind];
  const options = kind === 'mysql' ? 'engine=InnoDB row_format=compressed character set utf8' : '';
  await sql.run(`create table ${tables.history} (${plain}, ${rest}) ${options}`);
  if (kind === 'mysql' && isUtf8mb4) await toUtf8mb4(sql, tables.history);
}

/** The later change, after which data may be null. */
async function toUtf8mb4(sql: SqlSession, table: string): Promise<void> {
  await sql.run(`alter table ${table} convert to character set utf8mb4 collate utf8mb4_unicode_ci,
    modify data text character set utf8mb4 collate utf8mb4_unicode_ci`);
}

/** Writes events as its generator does; they get the next ids. */
export async function addFutoinEvents(
  sql: SqlSession,
  kind: DatabaseKind,
  count: number,
  table = FUTOIN_TABLES.queue,
): Promise<void> {
  for (let at = 0; at < count; at += ROWS_PER_INSERT) {
    const rows = Array.from({ length: Math.min(ROWS_PER_INSERT, count - at) }, (_, place) => {
      const nth = at + place + 1;
      return `('${nth % 2 === 0 ? 'EVEN' : 'ODD'}', '{"nth": ${nth}}', ${futoinNow[kind]})`;
    });
    await sql.run(`insert into ${table} (type, data, ts) values ${rows.join(', ')}`);
  }
}

/** Copies events up to an id, as its archiver does. */
export async function archiveFutoinEvents(
  active: SqlSession,
  warehouse: SqlSession,
  upTo: number,
  history = FUTOIN_TABLES.history,
): Promise<void> {
  const found = await active.run(
    `select id, type, data, ts from evt_queue where id <= ${upTo} order by id`,
  );
  for (let at = 0; at < found.length; at += ROWS_PER_INSERT) {
    const rows = found.slice(at, at + ROWS_PER_INSERT).map(({ id, type, data, ts }) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      const time = ts instanceof Date ? ts.toISOString().slice(0, 19).replace('T', ' ') : ts;
      return `(${id}, '${type}', '${text}', '${time}')`;
    });
    await warehouse.run(`insert into ${history} (id, type, data, ts) values ${rows.join(', ')}`);
  }
}

export async function addFutoinConsumers(
  sql: SqlSession,
  kind: DatabaseKind,
  cursors: Readonly<Record<string, number>>,
  table = FUTOIN_TABLES.consumers,
): Promise<void> {
  for (const [ident, cursor] of Object.entries(cursors)) {
    await sql.run(`insert into ${table} (last_evt_id, reg_time, last_time, ident)
      values (${cursor}, ${futoinNow[kind]}, ${futoinNow[kind]}, '${ident}')`);
  }
}
