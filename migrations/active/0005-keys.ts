// The idempotency keys of calls: what was added under which key, so that a retry adds nothing. They belong to a
// principal, and are deleted by their age.
//
// Names need their quotes on MySQL, where `key` is a word of its own. Its utf8mb4_bin takes 'a' and 'a ' for equal, so
// keys hold no spaces. The second index begins with nothing that a look-up of a key names: a plan that PostgreSQL made
// while the table was empty would take it, and read all of it once there is much.
import { type Migration, run } from '../migration.ts';

export const keysTable: Migration = {
  name: '0005-keys',
  up: async (db, kind) => {
    await run(db, kind, {
      sqlite: `create table evt_keys (
        stream text not null,
        principal text not null,
        "key" text not null,
        hash text not null,
        "first" integer not null,
        "last" integer not null,
        at text not null,
        primary key (stream, principal, "key")
      ) strict, without rowid`,
      postgres: `create table evt_keys (
        stream text collate "C" not null,
        principal varchar(64) collate "C" not null,
        key varchar(128) collate "C" not null,
        hash varchar(64) collate "C" not null,
        first bigint not null,
        last bigint not null,
        at timestamptz(3) not null,
        primary key (stream, principal, key)
      )`,
      mysql: `create table if not exists evt_keys (
        stream varchar(30) character set utf8mb4 collate utf8mb4_bin not null,
        principal varchar(64) character set utf8mb4 collate utf8mb4_bin not null,
        \`key\` varchar(128) character set utf8mb4 collate utf8mb4_bin not null,
        hash varchar(64) character set utf8mb4 collate utf8mb4_bin not null,
        \`first\` bigint not null,
        \`last\` bigint not null,
        at datetime(3) not null,
        primary key (stream, principal, \`key\`),
        key evt_keys_age (at)
      ) engine=InnoDB`,
    });
    if (kind !== 'mysql') await db.raw('create index evt_keys_age on evt_keys (at)');
  },
};
