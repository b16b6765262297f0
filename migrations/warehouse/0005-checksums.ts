// What the archived events of a range come to, written together with them: shows later whether they are still the same.
import { type Migration, run } from '../migration.ts';

export const checksumsTable: Migration = {
  name: '0005-checksums',
  up: (db, kind) =>
    run(db, kind, {
      sqlite: `create table evt_checksums (
        stream text not null,
        after_id integer not null,
        last_id integer not null,
        epoch integer not null,
        events integer not null,
        digest text not null,
        primary key (stream, after_id)
      ) strict, without rowid`,
      postgres: `create table evt_checksums (
        stream text collate "C" not null,
        after_id bigint not null,
        last_id bigint not null,
        epoch integer not null,
        events bigint not null,
        digest text collate "C" not null,
        primary key (stream, after_id)
      )`,
      mysql: `create table if not exists evt_checksums (
        stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null,
        after_id bigint not null,
        last_id bigint not null,
        epoch int not null,
        events bigint not null,
        digest char(64) character set utf8mb4 collate utf8mb4_bin not null,
        primary key (stream, after_id)
      ) engine=InnoDB`,
    }),
};
