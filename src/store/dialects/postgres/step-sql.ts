// The step as one statement: autocommitted, so it cannot leave the row lock with a frozen client, and answering in
// numbers only, since a client that stops reading rows would hold the lock. Three forms of it, and a fourth for drafts
// with idempotency keys, the last but one statement of a transaction.
//
// The stream's row is locked before the inbox is read (`s` gates the candidates); without that, rows were deleted and
// inserted nowhere. The statement's snapshot may be older than the lock, which does no harm: `next_id` is read fresh,
// rows that another step moved meanwhile are passed over by `moved`, and whatever the caller must not overtake was
// committed before the snapshot. Candidates go by ctid, since they were just read by it. The drafts of one append get
// one time, taken under the lock.
import { BATCH_BYTES_MAX } from '../../../contract/limits.ts';
import { tablesOf } from '../../tables.ts';
import { STEP_ROWS_MAX } from '../drained-append.ts';
import type { Statement } from './step-client.ts';

export interface StepStatements {
  /** (stream, floor, types, data): one row with `base`, or none. */
  readonly lean: Statement;
  /** (stream, floor, types, data, fence): one row with `base`, `moved`, `drained`, `fence`, or none. */
  readonly full: Statement;
  /**
   * (stream, floor, types, data, fence, principals, keys, hashes, froms, tos): the same, writing keys with the drafts;
   * `froms` and `tos` are the places of a key's drafts, from 0 on.
   */
  readonly keyed: Statement;
  /** (stream): the status, with the row locked. */
  readonly lock: Statement;
  /** (stream, principals, keys): what is written of those keys that are known. */
  readonly knownKeys: Statement;
  /** (stream, floor): one row with `moved`, `drained`, or none. */
  readonly inboxOnly: Statement;
  /** (stream): why a step gave no row. */
  readonly status: Statement;
}

export function stepStatements(stream: string): StepStatements {
  const { inbox, queue } = tablesOf(stream);
  return {
    lean: { name: 'evt_step_lean', text: lean(inbox, queue) },
    full: { name: 'evt_step_full', text: full(inbox, queue) },
    keyed: { name: 'evt_step_keyed', text: full(inbox, queue, WRITE_KEYS) },
    lock: { name: 'evt_step_lock', text: lock(inbox) },
    knownKeys: { name: 'evt_step_known_keys', text: KNOWN_KEYS },
    inboxOnly: { name: 'evt_step_inbox_only', text: inboxOnly(inbox, queue) },
    status: { name: 'evt_step_status', text: STATUS },
  };
}

/** By the primary key of evt_streams. */
const STATUS = 'select status from evt_streams where name = $1';

/**
 * The same with the row locked, and the inbox before it, as the other statements have it: who seals takes the inbox for
 * itself and then the row, and each would wait for the other.
 */
const lock = (inbox: string) =>
  `select status, (select true from ${inbox} limit 0) from evt_streams where name = $1 for update`;

/** By the primary key of evt_keys, key by key; `offset 0` keeps it from becoming a join, whose plan might read all. */
const KNOWN_KEYS = `
select u.principal, u.key, k.hash, k.first
  from unnest($2::text[], $3::text[]) as u (principal, key)
 cross join lateral (
  select hash, first::text from evt_keys
   where stream = $1 and principal = u.principal and key = u.key offset 0
 ) k`;

const WRITE_KEYS = `, w as (
  insert into evt_keys (stream, principal, key, hash, first, last, at)
  select $1, k.principal, k.key, k.hash, n.base + n.moved + k.place, n.base + n.moved + k.until, n.ts
    from n cross join unnest($6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[])
      as k (principal, key, hash, place, until)
   where n.drained
)`;

/** By the primary keys of evt_streams and the inbox; appends only if the inbox is empty. */
const lean = (inbox: string, queue: string) => `
with u as (
  update evt_streams set next_id = next_id + cardinality($3::text[])
   where name = $1 and status = 'open' and not exists (select from ${inbox} where id > $2::bigint)
  returning next_id - cardinality($3::text[]) as base, clock_timestamp() as ts
), a as (
  insert into ${queue} (id, type, data, ts)
  select u.base + d.k - 1, d.type, d.data, u.ts
    from u cross join unnest($3::text[], $4::json[]) with ordinality as d (type, data, k)
)
select base from u`;

/** By the primary keys of evt_streams and the inbox, and by ctid; waits for the stream's row. */
const full = (inbox: string, queue: string, more = '') => `
with s as materialized (
  select next_id from evt_streams where name = $1 and status = 'open' for update
), ${candidates(inbox)}, d as (
  ${deleteCandidates(inbox)}
), n as materialized (
  select s.next_id as base, (select count(*) from d) as moved, k.drained, clock_timestamp() as ts,
         case when not k.drained then (select max(id) from ${inbox}) end as fence
    from s cross join (
      select ${NOTHING_LEFT} or max(id) filter (where fits) >= $5::bigint as drained from c
    ) k
), m as (
  ${insertMoved(queue)}
), a as (
  insert into ${queue} (id, type, data, ts)
  select n.base + n.moved + u.k - 1, u.type, u.data, n.ts
    from n cross join unnest($3::text[], $4::json[]) with ordinality as u (type, data, k)
   where n.drained
), u as (
  update evt_streams t
     set next_id = n.base + n.moved + case when n.drained then cardinality($3::text[]) else 0 end
    from n where t.name = $1 and (n.moved > 0 or (n.drained and cardinality($3::text[]) > 0))
)${more}
select base, moved, drained, fence from n`;

/** The same without drafts; gives no row when another node holds the stream's row. */
const inboxOnly = (inbox: string, queue: string) => `
with s as materialized (
  select next_id from evt_streams where name = $1 and status = 'open' for update skip locked
), ${candidates(inbox)}, d as (
  ${deleteCandidates(inbox)}
), n as materialized (
  select s.next_id as base, (select count(*) from d) as moved,
         (select ${NOTHING_LEFT} from c) as drained from s
), m as (
  ${insertMoved(queue)}
), u as (
  update evt_streams t set next_id = n.base + n.moved from n where t.name = $1 and n.moved > 0
)
select moved, drained from n`;

/**
 * The lowest rows, as many as may be looked at; those that `fits` marks are moved. Bytes are counted as they are
 * stored, compressed: that is what a step reads and writes, and `octet_length(data::text)` would fetch every large
 * value only to count it (3.5 ms against 0.04 for 400 of 25 kB).
 */
const candidates = (inbox: string) => `c as materialized (
  select id, tid, total = bytes or total <= ${BATCH_BYTES_MAX} as fits
    from (
      select id, tid, bytes, sum(bytes) over (order by id rows unbounded preceding) as total
        from (
          select id, ctid as tid, pg_column_size(data) as bytes from ${inbox}
           where id > $2::bigint and (select next_id from s) is not null
           order by id limit ${STEP_ROWS_MAX}
        ) r
    ) r
)`;

/** Fewer rows than may be looked at, and none of them cut off by its bytes. */
const NOTHING_LEFT = `count(*) < ${STEP_ROWS_MAX} and coalesce(bool_and(fits), true)`;

const deleteCandidates = (inbox: string) => `delete from ${inbox}
   where ctid = any (array(select tid from c where fits))
  returning id, type, data, ts`;

const insertMoved = (queue: string) => `insert into ${queue} (id, type, data, ts)
  select n.base + row_number() over (order by d.id) - 1, d.type, d.data, d.ts from d cross join n`;
