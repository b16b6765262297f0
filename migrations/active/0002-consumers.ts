// Who reads reliably, up to where, and over which connection.
import { type Migration, run } from '../migration.ts';

export const consumersTable: Migration = {
  name: '0002-consumers',
  up: (db, kind) =>
    run(db, kind, {
      sqlite: `create table evt_consumers (
        id integer not null primary key autoincrement,
        stream text not null,
        ident text not null,
        last_evt_id integer not null,
        reg_time text not null,
        last_time text,
        lease_token integer not null default 0,
        lease_node text,
        lease_until text,
        unique (stream, ident)
      ) strict`,
      postgres: `create table evt_consumers (
        id bigint generated always as identity primary key,
        stream text collate "C" not null,
        ident varchar(130) collate "C" not null,
        last_evt_id bigint not null,
        reg_time timestamptz(3) not null,
        last_time timestamptz(3),
        lease_token bigint not null default 0,
        lease_node text,
        lease_until timestamptz(3),
        unique (stream, ident)
      ) with (fillfactor = 50)`,
      mysql: `create table if not exists evt_consumers (
        id bigint not null auto_increment primary key,
        stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null,
        ident varchar(130) character set utf8mb4 collate utf8mb4_bin not null,
        last_evt_id bigint not null,
        reg_time datetime(3) not null,
        last_time datetime(3),
        lease_token bigint not null default 0,
        lease_node varchar(64) character set utf8mb4 collate utf8mb4_bin,
        lease_until datetime(3),
        unique (stream, ident)
      ) engine=InnoDB`,
    }),
};
