// The streams that have a history here.
import { type Migration, run } from '../migration.ts';

export const archivesTable: Migration = {
  name: '0001-archives',
  up: (db, kind) =>
    run(db, kind, {
      sqlite: `create table evt_archives (
        stream text not null primary key,
        schema integer not null default 0
      ) strict`,
      postgres: `create table evt_archives (
        stream text collate "C" not null primary key,
        schema integer not null default 0
      )`,
      mysql: `create table if not exists evt_archives (
        stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null primary key,
        \`schema\` int not null default 0
      ) engine=InnoDB`,
    }),
};
