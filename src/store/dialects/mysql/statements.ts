// The statements by hand that run on the pool.
import { EVENT_BYTES_MAX } from '../../../contract/limits.ts';

/**
 * Both walk the queue's primary key. Data that is too large came in by a session without checks; it may not even fit
 * into a packet of the server. An empty text, which is no JSON, is read instead. The first is for the place where
 * reading begins, and has a condition before its limit.
 */
export const READ_SIZES =
  'select id, octet_length(data) from ?? where id > ? and ? order by id limit ?';
export const READ_ROWS = `select id, type, if(octet_length(data) > ${EVENT_BYTES_MAX}, '', data), ts from ??
 where id > ? and id <= ? order by id`;

/** (longest, queue, after, condition, limit): an empty text, which is no JSON, stands for data that is longer. */
export const READ_SHORT = `select id, type, if(octet_length(data) > ?, '', data), ts from ??
 where id > ? and ? order by id limit ?`;

/**
 * Changes something whenever it runs, so its commit writes the log. Always a statement of its own, or in one packet
 * with its commit: everybody needs this row, and a node that is frozen must not hold it.
 */
export const SYNC = `
insert into evt_syncs (slot, times) values (0, 1) on duplicate key update times = times + 1`;

/** Without a binary log it does not matter how that is written. */
export const DURABILITY = `
select @@innodb_flush_log_at_trx_commit as innodb_flush_log_at_trx_commit,
       if(@@log_bin, @@sync_binlog, 1) as sync_binlog`;

/** By the inbox's primary key, all of it. */
export const INBOX_DEPTH = `
select count(*) as \`rows\`, timestampdiff(microsecond, min(ts), utc_timestamp(3)) div 1000 as age_ms from ??`;

/** Waits for its turn until the time is over; ends with its session. Names are the whole server's. */
export const MIGRATION_LOCK =
  "select get_lock(concat('aftercommit ', sha1(database())), ?) as is_mine";

/** (ids): of the streams of these consumers, by primary keys. */
export const STREAM_ENDS = `
select c.id, s.name, s.epoch, cast(s.next_id as char) as next_id
  from evt_consumers c join evt_streams s on s.name = c.stream where c.id in (?)`;

/**
 * (cursor, id, token, cursor, epoch): by primary keys. Finds its row only where nothing stands against the cursor: it
 * is of the newest epoch, and not beyond the end of the log. An UPDATE of one table reads another one in READ COMMITTED
 * as it was committed, without locking it or waiting for who has; one that joins it would lock the stream's row.
 */
export const ADVANCE_ONE = `
update evt_consumers c
   set last_evt_id = greatest(last_evt_id, ?), last_time = utc_timestamp(3), aside_time = null
 where id = ? and lease_token <=> coalesce(?, lease_token)
   and ? < (select s.next_id from evt_streams s where s.name = c.stream and s.epoch = ?)`;

/**
 * By the primary key of evt_consumers, row by row in the order of the list, so that two of these never wait for each
 * other. Of a consumer that is named twice the first that is allowed counts.
 */
export function advanceCursorsSql(count: number): string {
  const list = [
    'select ? as id, ? as cursor_id, ? as token',
    ...Array(count - 1).fill('select ?, ?, ?'),
  ];
  return `update (${list.join(' union all ')}) a straight_join evt_consumers c force index (primary) on c.id = a.id
   set c.last_evt_id = greatest(c.last_evt_id, a.cursor_id), c.last_time = utc_timestamp(3),
       c.aside_time = null
 where a.token is null or c.lease_token = a.token`;
}

/**
 * (microseconds, limit): by evt_keys_age, then by the primary key. A plain `delete ... order by at limit` read and
 * sorted the whole table (330 ms of 200,000 keys).
 */
export const DELETE_KEYS = `
delete k from (
  select stream, principal, \`key\` from evt_keys force index (evt_keys_age)
   where at < date_sub(utc_timestamp(3), interval ? microsecond) order by at limit ?
) a straight_join evt_keys k force index (primary)
    on k.stream = a.stream and k.principal = a.principal and k.\`key\` = a.\`key\``;
