// One row per stream; its row lock is the only ordering lock.
import { type Migration, run } from '../migration.ts';

export const streamsTable: Migration = {
  name: '0001-streams',
  up: (db, kind) =>
    run(db, kind, {
      sqlite: `create table evt_streams (
        name text not null primary key,
        next_id integer not null default 1,
        discarded_up_to integer not null default 0,
        status text not null default 'open',
        epoch integer not null default 1,
        archive_required integer not null default 0,
        schema integer not null default 0
      ) strict`,
      postgres: `create table evt_streams (
        name text collate "C" not null primary key,
        next_id bigint not null default 1,
        discarded_up_to bigint not null default 0,
        status text not null default 'open',
        epoch integer not null default 1,
        archive_required integer not null default 0,
        schema integer not null default 0
      ) with (fillfactor = 50)`,
      mysql: `create table if not exists evt_streams (
        name varchar(30) character set utf8mb4 collate utf8mb4_bin not null primary key,
        next_id bigint not null default 1,
        discarded_up_to bigint not null default 0,
        status varchar(16) character set utf8mb4 collate utf8mb4_bin not null default 'open',
        epoch int not null default 1,
        archive_required int not null default 0,
        \`schema\` int not null default 0
      ) engine=InnoDB`,
    }),
};
