// The copies into this database, each with how far it is; and where events got other ids, which ids they had. Both stand
// in the destination, so that they are written together with the events. Active database and warehouse may be one, and
// then have these tables in common.
import type { Migration, Statements } from '../migration.ts';

const copies: Statements = {
  sqlite: `create table if not exists evt_copies (
    name text not null primary key,
    id text not null,
    place text not null,
    stream text not null,
    source text not null,
    terms text not null,
    after_id integer not null,
    up_to integer not null,
    source_epoch integer not null,
    watermark integer not null,
    last_id integer not null,
    copied integer not null default 0,
    invalid integer not null default 0,
    status text not null,
    error text,
    token integer not null default 0,
    lease_node text,
    lease_until text,
    began_at text not null,
    moved_at text not null,
    ended_at text
  ) strict`,
  postgres: `create table if not exists evt_copies (
    name varchar(50) collate "C" not null primary key,
    id varchar(8) collate "C" not null,
    place varchar(16) collate "C" not null,
    stream text collate "C" not null,
    source text not null,
    terms text not null,
    after_id bigint not null,
    up_to bigint not null,
    source_epoch integer not null,
    watermark bigint not null,
    last_id bigint not null,
    copied bigint not null default 0,
    invalid bigint not null default 0,
    status varchar(16) collate "C" not null,
    error text,
    token bigint not null default 0,
    lease_node text,
    lease_until timestamptz(3),
    began_at timestamptz(3) not null,
    moved_at timestamptz(3) not null,
    ended_at timestamptz(3)
  ) with (fillfactor = 50)`,
  mysql: `create table if not exists evt_copies (
    name varchar(50) character set utf8mb4 collate utf8mb4_bin not null primary key,
    id varchar(8) character set utf8mb4 collate utf8mb4_bin not null,
    place varchar(16) character set utf8mb4 collate utf8mb4_bin not null,
    stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null,
    source text character set utf8mb4 collate utf8mb4_bin not null,
    terms text character set utf8mb4 collate utf8mb4_bin not null,
    after_id bigint not null,
    up_to bigint not null,
    source_epoch int not null,
    watermark bigint not null,
    last_id bigint not null,
    copied bigint not null default 0,
    invalid bigint not null default 0,
    status varchar(16) character set utf8mb4 collate utf8mb4_bin not null,
    error text character set utf8mb4 collate utf8mb4_bin,
    token bigint not null default 0,
    lease_node varchar(64) character set utf8mb4 collate utf8mb4_bin,
    lease_until datetime(3),
    began_at datetime(3) not null,
    moved_at datetime(3) not null,
    ended_at datetime(3)
  ) engine=InnoDB`,
};

const copyIds: Statements = {
  sqlite: `create table if not exists evt_copy_ids (
    copy text not null,
    src_id integer not null,
    id integer not null,
    primary key (copy, src_id),
    unique (copy, id)
  ) strict, without rowid`,
  postgres: `create table if not exists evt_copy_ids (
    copy varchar(50) collate "C" not null,
    src_id bigint not null,
    id bigint not null,
    primary key (copy, src_id),
    unique (copy, id)
  )`,
  mysql: `create table if not exists evt_copy_ids (
    copy varchar(50) character set utf8mb4 collate utf8mb4_bin not null,
    src_id bigint not null,
    id bigint not null,
    primary key (copy, src_id),
    unique (copy, id)
  ) engine=InnoDB`,
};

export const copiesTables = (name: string): Migration => ({
  name,
  up: async (db, kind) => {
    await db.raw(copies[kind]);
    await db.raw(copyIds[kind]);
  },
});
