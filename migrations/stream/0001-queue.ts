// The append-only log. Its id has no default, so that a stray direct insert fails instead of taking a number;
// SQLite needs `without rowid` for that, since `integer primary key` assigns one by itself, and MySQL and MariaDB a
// check, since a session that is not strict would put a 0 there. On SQLite `ts` stands in front
// of `data`: what lies behind large data is only reached by walking all of its pages. The queue takes whatever got into
// the inbox, by whatever way: a row that it refused would block its stream for ever.
import { run, type StreamMigration } from '../migration.ts';

export const queueTable: StreamMigration = {
  name: '0001-queue',
  up: (db, kind, stream) => {
    const queue = stream === 'main' ? 'evt_queue' : `evt_${stream}_queue`;
    return run(db, kind, {
      sqlite: `create table ${queue} (
        id integer not null primary key,
        type text not null,
        ts text not null,
        data text not null
      ) strict, without rowid`,
      postgres: `create table ${queue} (
        id bigint not null primary key,
        type text collate "C" not null,
        data json not null,
        ts timestamptz(3) not null default clock_timestamp()
      )`,
      mysql: `create table if not exists ${queue} (
        id bigint not null primary key check (id > 0),
        type varchar(255) character set utf8mb4 collate utf8mb4_bin not null,
        data longtext character set utf8mb4 collate utf8mb4_bin not null,
        ts datetime(3) not null default (utc_timestamp(3))
      ) engine=InnoDB`,
    });
  },
};
