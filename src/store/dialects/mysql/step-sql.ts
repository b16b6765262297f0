// The statements of a step. Several go into one packet, so values are escaped on our side and not bound: safe because
// the session has utf8mb4 and no NO_BACKSLASH_ESCAPES (see session.ts).
//
// Inbox rows are moved by their ids, one by one: `delete ... where id in (...)` or a range would scan the inbox and
// wait for the row locks of every producer that is still open (p50 2837 ms against 10). Hence the join that starts
// from the ids and may reach the inbox by its primary key only.
import { format, raw } from 'mysql2';
import type { Draft } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { FreshCall, IdempotencyKey } from '../../keyed.ts';
import { tablesOf } from '../../tables.ts';
import { literal } from './literal.ts';
import { SYNC } from './statements.ts';

export const START = 'start transaction';
export const COMMIT = 'commit';
export const ROLLBACK = 'rollback';

/**
 * By the primary keys of evt_streams and the inbox; takes numbers if the inbox is empty. Like the other update of
 * `next_id` it leaves the first draft's number in `last_insert_id()`.
 */
const TAKE_NUMBERS = `update evt_streams set next_id = last_insert_id(next_id) + ?
 where name = ? and status = 'open' and not exists (select 1 from ??)`;

/**
 * By the primary key of evt_streams. Comes right behind MOVE, whose inserted rows count, should anybody have deleted
 * inbox rows by hand; alone the base stands as it is.
 */
const NUMBER_BEHIND_MOVED =
  'update evt_streams set next_id = last_insert_id(? + row_count()) + ? where name = ?';
const NUMBER = 'update evt_streams set next_id = last_insert_id(?) + ? where name = ?';

/** By the primary key of evt_streams. */
const STATUS = 'select status from evt_streams where name = ?';
const KNOWN_IDENTITY = `
select e.identity from evt_streams s left join evt_epochs e on e.stream = s.name and e.epoch = s.epoch
 where s.name = ?`;
const LOCK = 'select next_id, status from evt_streams where name = ? for update';
const LOCK_IF_FREE = `${LOCK} skip locked`;

/** These walk the inbox's primary key; without a lock, so rows of open transactions are simply not there. */
const PROBE = 'select 1 from ?? limit 1';
const CANDIDATES = 'select id, octet_length(data) from ?? order by id limit ?';
const FENCE = 'select max(id) from ??';

/** By the inbox's primary key, row by row. */
const MOVE = `insert into ?? (id, type, data, ts)
 select ? + row_number() over (order by b.id) - 1, b.type, b.data, b.ts
   from (?) a straight_join ?? b force index (primary) on b.id = a.i`;

/** By the inbox's primary key, row by row; locks these rows and no other. */
const DELETE_MOVED = 'delete b from (?) a straight_join ?? b force index (primary) on b.id = a.i';

/** Comes right behind an update of `next_id`. */
const APPEND = 'insert into ?? (id, type, data) values ';

/** By the primary key of evt_keys. Behind LOCK, and a statement of its own, so it sees what was committed by then. */
const KNOWN_KEYS = `select principal, \`key\`, hash, cast(\`first\` as char) from evt_keys
 where stream = ? and principal = ? and \`key\` in (?)`;
const WRITE_KEYS =
  'insert into evt_keys (stream, principal, `key`, hash, `first`, `last`, at) values ';

/** The same statements for one stream. */
export function stepSql(stream: string) {
  const { inbox, queue } = tablesOf(stream);
  return {
    takeNumbers: (count: number) => format(TAKE_NUMBERS, [count, stream, inbox]),
    status: format(STATUS, [stream]),
    /** Of which database the newest epoch is. */
    knownIdentity: format(KNOWN_IDENTITY, [stream]),
    lock: format(LOCK, [stream]),
    lockIfFree: format(LOCK_IF_FREE, [stream]),
    probe: format(PROBE, [inbox]),
    candidates: (rowsMax: number) => format(CANDIDATES, [inbox, rowsMax]),
    fence: format(FENCE, [inbox]),
    /** For a step that writes nothing but answers with what it saw. */
    sync: SYNC,
    appendHead: format(APPEND, [queue]),
    /** One statement a principal. */
    knownKeys: (calls: readonly IdempotencyKey[]) =>
      [...keysByPrincipal(calls)].map(([principal, keys]) =>
        format(KNOWN_KEYS, [stream, principal, keys]),
      ),
    writeKeysHead: WRITE_KEYS,
    /** Comes behind an update of `next_id`, and nothing in between that makes an id. */
    keyRow: ({ principal, key, hash, from, to }: FreshCall) =>
      `(${[stream, principal, key, hash].map(literal).join(', ')},
        last_insert_id() + ${from}, last_insert_id() + ${to}, utc_timestamp(3))`,
    /** The affected rows are how many were moved. */
    move: (base: EventId, ids: readonly string[]) =>
      format(MOVE, [queue, BigInt(base), idList(ids), inbox]),
    deleteMoved: (ids: readonly string[]) => format(DELETE_MOVED, [idList(ids), inbox]),
    numberBehindMoved: (base: EventId, count: number) =>
      format(NUMBER_BEHIND_MOVED, [BigInt(base), count, stream]),
    number: (base: EventId, count: number) => format(NUMBER, [BigInt(base), count, stream]),
  };
}

/** The draft at `place` of its batch as a row of the append. The first has no id, and is refused, without numbers. */
export function draftRow({ type, data }: Draft, place: number): string {
  const id =
    place === 0 ? 'if(row_count() = 1, last_insert_id(), null)' : `last_insert_id() + ${place}`;
  return `(${id}, ${literal(type)}, ${literal(data)})`;
}

function keysByPrincipal(calls: readonly IdempotencyKey[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { principal, key } of calls) {
    const keys = found.get(principal);
    if (keys === undefined) found.set(principal, [key]);
    else keys.push(key);
  }
  return found;
}

/** A union, which MariaDB and MySQL both know and never scan; the ids come from the database. */
function idList(ids: readonly string[]) {
  return raw(
    ids.map((id, place) => `select ${id}${place === 0 ? ' as i' : ''}`).join(' union all '),
  );
}
