// Up to where each sink holds a stream for certain; written together with the rows it speaks of.
import { type Migration, run } from '../migration.ts';

export const watermarksTable: Migration = {
  name: '0002-watermarks',
  up: (db, kind) =>
    run(db, kind, {
      sqlite: `create table evt_watermarks (
        sink text not null,
        stream text not null,
        epoch integer not null,
        last_id integer not null,
        primary key (sink, stream)
      ) strict`,
      postgres: `create table evt_watermarks (
        sink text collate "C" not null,
        stream text collate "C" not null,
        epoch integer not null,
        last_id bigint not null,
        primary key (sink, stream)
      )`,
      mysql: `create table if not exists evt_watermarks (
        sink varchar(64) character set utf8mb4 collate utf8mb4_bin not null,
        stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null,
        epoch int not null,
        last_id bigint not null,
        primary key (sink, stream)
      ) engine=InnoDB`,
    }),
};
