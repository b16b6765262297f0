// When and where a stream's history forked.
import { type Migration, run } from '../migration.ts';

export const epochsTable: Migration = {
  name: '0003-epochs',
  up: (db, kind) =>
    run(db, kind, {
      sqlite: `create table evt_epochs (
        stream text not null,
        epoch integer not null,
        began_after integer not null,
        identity text,
        at text not null,
        primary key (stream, epoch)
      ) strict`,
      postgres: `create table evt_epochs (
        stream text collate "C" not null,
        epoch integer not null,
        began_after bigint not null,
        identity text,
        at timestamptz(3) not null,
        primary key (stream, epoch)
      )`,
      mysql: `create table if not exists evt_epochs (
        stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null,
        epoch int not null,
        began_after bigint not null,
        identity varchar(190) character set utf8mb4 collate utf8mb4_bin,
        at datetime(3) not null,
        primary key (stream, epoch)
      ) engine=InnoDB`,
    }),
};
