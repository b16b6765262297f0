// The items of the state, by kind and key. An item that was removed stays for a while, without its value, so that who
// comes again can be told. Keys hold no control characters and no spaces at their end: MySQL would take some for equal.
import { type Migration, run } from '../migration.ts';

export const stateTable: Migration = {
  name: '0011-state',
  up: async (db, kind) => {
    await run(db, kind, {
      sqlite: `create table evt_state (
        stream text not null,
        kind text not null,
        item_key text not null,
        version integer not null,
        value text,
        removed_at text,
        primary key (stream, kind, item_key)
      ) strict, without rowid`,
      postgres: `create table evt_state (
        stream text collate "C" not null,
        kind varchar(64) collate "C" not null,
        item_key varchar(255) collate "C" not null,
        version bigint not null,
        value text,
        removed_at timestamptz(3),
        primary key (stream, kind, item_key)
      )`,
      mysql: `create table if not exists evt_state (
        stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null,
        kind varchar(64) character set utf8mb4 collate utf8mb4_bin not null,
        item_key varchar(255) character set utf8mb4 collate utf8mb4_bin not null,
        version bigint not null,
        value longtext character set utf8mb4 collate utf8mb4_bin,
        removed_at datetime(3),
        primary key (stream, kind, item_key),
        key evt_state_version (stream, version)
      ) engine=InnoDB`,
    });
    if (kind !== 'mysql') {
      await db.raw('create index evt_state_version on evt_state (stream, version)');
    }
  },
};
