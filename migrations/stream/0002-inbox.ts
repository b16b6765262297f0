// Where an application's transaction writes its events. It enforces everything that the queue and the wire need,
// so that no row can block a stream.
//
// SQLite has one writer at a time, so a trigger numbers the row at once and the inbox stays empty: order of insert
// is order of commit. It is a table and not a view so that one affected row is reported. The checks are
// `raise(abort)` in the trigger: under `insert or ignore` a failing constraint further in would be passed over after
// `next_id` had moved, and leave a hole.
//
// On MySQL and MariaDB a session that is not strict cuts a longer type to the column's length and goes on: with more
// characters than a type may have, the check still refuses it. The patterns need no backslash, whose meaning would
// depend on the mode of whoever opens the table, and no `$`, which passes over a line break at the end. Some modes let
// a ts be no date (0000-00-00, the 30th of February): then its month or day is 0, or beyond the last of its month.
//
// `ts` is the database's own clock. Who gives one all the same may give any time from 1970 to 9999; SQLite takes ISO
// text with a date and a time (`CURRENT_TIMESTAMP` gives that), in UTC unless it names an offset, makes our form of it,
// and takes its own time instead of anything else. Types of the service itself (aftercommit:...) are nobody's.
import type { Knex } from 'knex';
import { run, type StreamMigration } from '../migration.ts';

export const inboxTable: StreamMigration = {
  name: '0002-inbox',
  up: async (db, kind, stream) => {
    const prefix = stream === 'main' ? 'evt' : `evt_${stream}`;
    const inbox = `${prefix}_inbox`;
    await run(db, kind, {
      sqlite: `create table ${inbox} (
        id integer primary key,
        type text,
        data text,
        ts text
      )`,
      postgres: `create table ${inbox} (
        id bigint generated always as identity primary key,
        type text collate "C" not null
          constraint ${inbox}_type check (type ~ '^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$' and type !~ '^aftercommit:'),
        data json not null
          constraint ${inbox}_data check (octet_length(data::text) <= 2097152),
        ts timestamptz(3) not null default clock_timestamp()
          constraint ${inbox}_ts check (ts >= '1970-01-01T00:00:00Z' and ts < '10000-01-01T00:00:00Z')
      )`,
      mysql: `create table if not exists ${inbox} (
        id bigint unsigned not null auto_increment primary key,
        type varchar(255) character set utf8mb4 collate utf8mb4_bin not null
          check (type regexp '^[A-Za-z_]' and type not regexp '[^A-Za-z0-9_.:/-]' and char_length(type) <= 128
            and type not like 'aftercommit:%'),
        data longtext character set utf8mb4 collate utf8mb4_bin not null
          check (json_valid(data) and octet_length(data) <= 2097152),
        ts datetime(3) not null default (utc_timestamp(3))
          check (ts >= '1970-01-01' and month(ts) > 0
            and coalesce(dayofmonth(ts) between 1 and dayofmonth(last_day(ts)), false))
      ) engine=InnoDB`,
    });
    if (kind === 'sqlite') await numberingTrigger(db, stream, prefix);
  },
};

function numberingTrigger(db: Knex, stream: string, prefix: string): Promise<unknown> {
  // strftime takes the 30th of February for the 2nd of March, a bare number for a Julian day, and lets 24:00 stand.
  const ownTime = "strftime('%Y-%m-%dT%H:%M:%fZ', new.ts)";
  const isTime = `typeof(new.ts) = 'text' and substr(new.ts, 12, 2) < '24'
                 and new.ts glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][ T][0-9]*'
                 and strftime('%Y-%m-%dT%H:%M', substr(new.ts, 1, 16)) = replace(substr(new.ts, 1, 16), ' ', 'T')
                 and ${ownTime} between '1970' and '9999-12-31T23:59:59.999Z'`;
  // `raw` without bindings still reads `?` as one: \\? is a literal question mark.
  return db.raw(`create trigger ${prefix}_inbox_numbers after insert on ${prefix}_inbox begin
    select raise(abort, '${prefix}_inbox: stream ${stream} is not open')
     where not exists (select 1 from evt_streams where name = '${stream}' and status = 'open');
    select raise(abort, '${prefix}_inbox: type must match ^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$')
     where typeof(new.type) <> 'text' or new.type not glob '[A-Za-z_]*' or new.type glob '*[^A-Za-z0-9_.:/-]*'
        or length(cast(new.type as blob)) not between 1 and 128 or length(new.type) <> length(cast(new.type as blob));
    select raise(abort, '${prefix}_inbox: a type that begins with aftercommit: is reserved')
     where new.type glob 'aftercommit:*';
    select raise(abort, '${prefix}_inbox: data must be JSON text of at most 2097152 bytes')
     where typeof(new.data) <> 'text' or length(cast(new.data as blob)) > 2097152 or not json_valid(new.data)
        or instr(cast(new.data as blob), x'00') > 0;
    insert into ${prefix}_queue (id, type, data, ts)
    select next_id, new.type, new.data,
           coalesce(case when ${isTime} then ${ownTime} end, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
      from evt_streams where name = '${stream}';
    update evt_streams set next_id = next_id + 1 where name = '${stream}';
    delete from ${prefix}_inbox where id = new.id;
  end`);
}
