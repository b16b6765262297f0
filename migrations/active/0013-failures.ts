// Consumers that fail: what each could not handle, how often and since when; the events that were parked for it; and by
// its row after how many tries that is done (null = never), and since when parked events are asked for again. A row of
// evt_failures counts while the cursor is below `up_to`, so that an acknowledgement has nothing to clear.
import type { DatabaseKind, Migration, Statements } from '../migration.ts';

const failures: Statements = {
  sqlite: `create table if not exists evt_failures (
    consumer_id integer not null primary key,
    epoch integer not null,
    after_id integer not null,
    up_to integer not null,
    event_id integer,
    tries integer not null,
    event_tries integer not null,
    since_time text not null,
    try_time text not null,
    next_time text not null,
    error text not null
  ) strict`,
  postgres: `create table if not exists evt_failures (
    consumer_id bigint not null primary key,
    epoch integer not null,
    after_id bigint not null,
    up_to bigint not null,
    event_id bigint,
    tries integer not null,
    event_tries integer not null,
    since_time timestamptz(3) not null,
    try_time timestamptz(3) not null,
    next_time timestamptz(3) not null,
    error text not null
  ) with (fillfactor = 50)`,
  mysql: `create table if not exists evt_failures (
    consumer_id bigint not null primary key,
    epoch int not null,
    after_id bigint not null,
    up_to bigint not null,
    event_id bigint,
    tries int not null,
    event_tries int not null,
    since_time datetime(3) not null,
    try_time datetime(3) not null,
    next_time datetime(3) not null,
    error text character set utf8mb4 collate utf8mb4_bin not null
  ) engine=InnoDB`,
};

/** `data` stands last: what lies behind large data is slow to reach on SQLite. */
const parked: Statements = {
  sqlite: `create table if not exists evt_parked (
    consumer_id integer not null,
    event_id integer not null,
    epoch integer not null,
    type text not null,
    ts text not null,
    tries integer not null,
    since_time text not null,
    parked_time text not null,
    retry_time text,
    error text not null,
    data text not null,
    primary key (consumer_id, event_id, epoch)
  ) strict`,
  postgres: `create table if not exists evt_parked (
    consumer_id bigint not null,
    event_id bigint not null,
    epoch integer not null,
    type text collate "C" not null,
    ts timestamptz(3) not null,
    tries integer not null,
    since_time timestamptz(3) not null,
    parked_time timestamptz(3) not null,
    retry_time timestamptz(3),
    error text not null,
    data text not null,
    primary key (consumer_id, event_id, epoch)
  )`,
  mysql: `create table if not exists evt_parked (
    consumer_id bigint not null,
    event_id bigint not null,
    epoch int not null,
    type varchar(255) character set utf8mb4 collate utf8mb4_bin not null,
    ts datetime(3) not null,
    tries int not null,
    since_time datetime(3) not null,
    parked_time datetime(3) not null,
    retry_time datetime(3),
    error text character set utf8mb4 collate utf8mb4_bin not null,
    data longtext character set utf8mb4 collate utf8mb4_bin not null,
    primary key (consumer_id, event_id, epoch)
  ) engine=InnoDB`,
};

const COLUMNS: Readonly<Record<string, Readonly<Record<DatabaseKind, string>>>> = {
  park_after: { sqlite: 'integer', postgres: 'integer', mysql: 'int' },
  retry_time: { sqlite: 'text', postgres: 'timestamptz(3)', mysql: 'datetime(3)' },
};

export const failuresTables: Migration = {
  name: '0013-failures',
  up: async (db, kind) => {
    await db.raw(failures[kind]);
    await db.raw(parked[kind]);
    for (const [column, types] of Object.entries(COLUMNS)) {
      // MySQL knows no `add column if not exists`, which would make the statement repeatable by itself.
      if (await db.schema.hasColumn('evt_consumers', column)) continue;
      await db.raw(`alter table evt_consumers add column ${column} ${types[kind]}`);
    }
  },
};
