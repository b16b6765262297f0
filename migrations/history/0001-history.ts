// The archived events of one stream, as they stood in the queue. On SQLite `ts` stands in front of `data`: what lies
// behind large data is only reached by walking all of its pages.
import { run, type StreamMigration } from '../migration.ts';

export const historyTable: StreamMigration = {
  name: '0001-history',
  up: (db, kind, stream) => {
    const history = stream === 'main' ? 'evt_history' : `evt_${stream}_history`;
    return run(db, kind, {
      sqlite: `create table ${history} (
        id integer not null primary key,
        type text not null,
        ts text not null,
        data text not null
      ) strict, without rowid`,
      postgres: `create table ${history} (
        id bigint not null primary key,
        type text collate "C" not null,
        data json not null,
        ts timestamptz(3) not null
      )`,
      mysql: `create table if not exists ${history} (
        id bigint not null primary key,
        type varchar(128) character set utf8mb4 collate utf8mb4_bin not null,
        data longtext character set utf8mb4 collate utf8mb4_bin not null,
        ts datetime(3) not null
      ) engine=InnoDB`,
    });
  },
};
