// How far the state of a stream is, and of which configuration; `ready_at` is the event with which it is whole, and who
// was at `resumable_from` or behind that can be told what has changed since, if that was of the same `generation`.
import { type Migration, run } from '../migration.ts';

export const projectionsTable: Migration = {
  name: '0010-projections',
  up: (db, kind) =>
    run(db, kind, {
      sqlite: `create table evt_projections (
        stream text not null primary key,
        config text not null,
        cursor_id integer not null,
        epoch integer not null,
        generation integer not null,
        ready_at integer not null,
        resumable_from integer not null
      ) strict, without rowid`,
      postgres: `create table evt_projections (
        stream text collate "C" not null primary key,
        config varchar(64) collate "C" not null,
        cursor_id bigint not null,
        epoch integer not null,
        generation integer not null,
        ready_at bigint not null,
        resumable_from bigint not null
      )`,
      mysql: `create table if not exists evt_projections (
        stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null primary key,
        config varchar(64) character set utf8mb4 collate utf8mb4_bin not null,
        cursor_id bigint not null,
        epoch int not null,
        generation int not null,
        ready_at bigint not null,
        resumable_from bigint not null
      ) engine=InnoDB`,
    }),
};
