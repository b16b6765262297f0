// The statements by hand that run on the pool. Prepared by name, which is 1.4-2.7 times as fast; knex makes `?` into
// `$1`, `$2` in their order.
import type { QueueOf } from '../../dialect.ts';
import { isReadableSql, tablesOf } from '../../tables.ts';
import type { Statement } from './step-client.ts';

/** A time column in the wire's form, whatever the session's time zone. */
export const isoTimeSql = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** pglz and lz4 seldom do better; what does is found out by looking. */
const COMPRESSION = 8;
/** More than any bound: a compressed value is no short one. */
const APART = 1_000_000_000;

/**
 * (after, eventsMax, bytesMax, bytesMax): rows behind `after` in order, bounded by running sums; the first always
 * fits. Walks the table's primary key; `condition` is looked at once.
 *
 * Two sums, since only a value that was fetched and unpacked tells its size: the first, by what is stored, keeps a
 * thousand large rows from being fetched for the few that fit; the second is exact. Twice as slow as no bound.
 */
export function readStatement(table: string, queueOf?: QueueOf): Statement {
  const condition = conditionOf(queueOf);
  return {
    name: `evt_read_${nameOf(table, queueOf)}`,
    text: `
select q.id::text, q.type, q.data, ${isoTimeSql('q.ts')}
  from (
    select id, type, data, ts, bytes, sum(bytes) over (order by id rows unbounded preceding) as total
      from (
        select id, type, data, ts, octet_length(type) + octet_length(data) + 100 as bytes
          from (
            select id, type, data::text as data, ts
              from (
                select id, type, data, ts, stored,
                       sum(stored) over (order by id rows unbounded preceding) as total
                  from (
                    select id, type, data, ts,
                           case when pg_column_compression(data) is null then 1 else ${COMPRESSION} end
                             * pg_column_size(data) as stored
                      from ${table} where id > ?::bigint and ${condition} order by id limit ?::bigint
                  ) a
              ) b
             where total - stored < ?::bigint
             order by id
          ) c
      ) d
  ) q
 where q.total = q.bytes or q.total <= ?::bigint
 order by q.id`,
  };
}

/**
 * (after, bytesMax, eventsMax, after, eventsMax): the same where rows are short, a third faster: all of them when what
 * is stored fits, uncompressed; else only one. Walks the table's primary key twice, and fetches no value for its size.
 */
export function readShortStatement(table: string, queueOf?: QueueOf): Statement {
  const condition = conditionOf(queueOf);
  return {
    name: `evt_read_short_${nameOf(table, queueOf)}`,
    text: `
select id::text, type, data::text, ${isoTimeSql('ts')}
  from ${table}
 where id > ?::bigint and ${condition}
 order by ${table}.id
 limit (
   select case when sum(
            case when pg_column_compression(data) is null then pg_column_size(data) + 100 else ${APART} end
          ) <= ?::bigint then ?::bigint else 1 end
     from (select data from ${table} where id > ?::bigint order by id limit ?::bigint) q
 )`,
  };
}

function conditionOf(queueOf: QueueOf | undefined): string {
  return queueOf === undefined ? 'true' : isReadableSql(queueOf);
}

/** Of the prepared statement, of which there is another one for each epoch. */
function nameOf(table: string, queueOf: QueueOf | undefined): string {
  return `${table}_${queueOf?.epoch ?? ''}`;
}

/**
 * (ids, cursors, tokens, epochs): by the primary key of evt_consumers. Rows are locked in the order of their ids, so
 * that two of these never wait for each other; a consumer that is named twice gets its greatest cursor. As
 * `sharedUpTo`: of an epoch that is not known here, also no further than the newest known one before it began.
 */
export const ADVANCE_CURSORS: Statement = {
  name: 'evt_advance_cursors',
  text: `
with a as materialized (
  select * from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::int[]) as a (id, cursor, token, epoch)
), c as materialized (
  select id, lease_token, stream from evt_consumers where id = any (array(select id from a))
   order by id for no key update
), v as materialized (
  select c.id, max(a.cursor) as cursor
    from c join a on a.id = c.id join evt_streams s on s.name = c.stream
   where (a.token is null or a.token = c.lease_token) and a.cursor < s.next_id
     and not exists (
       select from evt_epochs e where e.stream = c.stream and e.epoch > a.epoch and e.began_after < a.cursor
     )
     and (a.epoch = s.epoch or a.cursor <= coalesce((
       select case when e.epoch = a.epoch then a.cursor else e.began_after end
         from evt_epochs e where e.stream = c.stream and e.epoch <= a.epoch order by e.epoch desc limit 1
     ), case when a.epoch = 1 then a.cursor else 0 end))
   group by c.id
)
update evt_consumers t
   set last_evt_id = greatest(t.last_evt_id, v.cursor), last_time = clock_timestamp(),
       aside_time = null
  from v where t.id = v.id`,
};

/** (ids, types, data, times): in the order in which they are given. */
export const insertHistorySql = (table: string) => `
insert into ${table} (id, type, data, ts)
select id::bigint, type, data, ts::timestamptz
  from unnest(?::text[], ?::text[], ?::json[], ?::text[]) as r (id, type, data, ts)`;

/** Of this service, by the name that its URL gives it or our own: applications may wait for more than we do. */
export const WAITING_COMMITS = `
select pid || ' ' || query_start as commit
  from pg_stat_activity
 where datname = current_database() and usename = current_user and wait_event = 'SyncRep'
   and (application_name like 'aftercommit%' or application_name = current_setting('application_name'))`;

/** Counts by the inbox's primary key; the oldest row is the first of it. */
export function inboxDepthSql(stream: string): string {
  const { inbox } = tablesOf(stream);
  return `
select (select count(*) from ${inbox}) as rows,
       (select extract(epoch from clock_timestamp() - ts) * 1000 from ${inbox} order by id limit 1) as age_ms`;
}

/**
 * (milliseconds, limit): by evt_keys_age, then by ctid, passing over what another node is deleting. Not
 * clock_timestamp(), which is no fixed value and would walk the whole index.
 */
export const DELETE_KEYS = `
delete from evt_keys where ctid = any (array(
  select ctid from evt_keys
   where at < statement_timestamp() - ?::float8 * interval '1 millisecond'
   order by at limit ?::bigint for update skip locked
))`;

/**
 * A server that is promoted begins another timeline; what a dump is restored to is another table, of another database
 * or on another system.
 */
export const IDENTITY = `concat((select system_identifier from pg_control_system()), ' ',
  substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), ' ',
  (select oid from pg_database where datname = current_database()), ' ', 'evt_streams'::regclass::oid)`;

/** (stream): by primary keys. */
export const IDENTITIES: Statement = {
  name: 'evt_identities',
  text: `
select ${IDENTITY} as own, s.name is not null as "hasStream", e.identity as known
  from (select 1) as one left join evt_streams s on s.name = $1
  left join evt_epochs e on e.stream = s.name and e.epoch = s.epoch`,
};

/** synchronous_commit is our sessions' own (session.ts). */
export const DURABILITY = `
select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes`;

/** (table) */
export const FOUND_BEHIND = `
select n.nspname as schema, current_schema() as first
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.oid = to_regclass(quote_ident(?)) and n.nspname <> current_schema()`;
