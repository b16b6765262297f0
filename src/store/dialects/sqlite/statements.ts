// The hot statements of one stream, prepared once on the dialect's own handle.
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { tablesOf } from '../../tables.ts';

/** More rows in one statement are not faster, fewer are: 16 take half the time of 16 statements. */
export const ROWS_AT_ONCE = 16;

export interface StreamStatements {
  readonly streamRow: StatementSyncInstance;
  /** The database's time, in the form that is stored. */
  readonly now: StatementSyncInstance;
  /** (id, type, data, ts), once or `ROWS_AT_ONCE` times. */
  readonly appendRow: StatementSyncInstance;
  readonly appendRows: StatementSyncInstance;
  readonly setNextId: StatementSyncInstance;
}

/** Both walk the table's primary key; (after, eventsMax). */
export interface TableStatements {
  readonly read: StatementSyncInstance;
  /** What `read` would read, in bytes of data; without reading it. */
  readonly size: StatementSyncInstance;
}

export function prepareStream(handle: DatabaseSyncInstance, stream: string): StreamStatements {
  const { queue } = tablesOf(stream);
  return {
    streamRow: handle.prepare(
      'select cast(next_id as text) as nextId, status from evt_streams where name = ?',
    ),
    now: handle.prepare("select strftime('%Y-%m-%dT%H:%M:%fZ', 'now') as now"),
    appendRow: handle.prepare(appendSql(queue, 1)),
    appendRows: handle.prepare(appendSql(queue, ROWS_AT_ONCE)),
    setNextId: handle.prepare('update evt_streams set next_id = ? where name = ?'),
  };
}

/** `condition`: of SQL, without which there are no rows to read. */
export function prepareTable(
  handle: DatabaseSyncInstance,
  table: string,
  condition = 'true',
): TableStatements {
  const read = handle.prepare(
    `select cast(id as text), type, data, ts from ${table} where id > ? and ${condition} order by id limit ?`,
  );
  read.setReturnArrays(true);
  const size = handle.prepare(
    `select sum(octet_length(data)) as bytes
       from (select data from ${table} where id > ? order by id limit ?)`,
  );
  return { read, size };
}

/** (id, type, data, ts), `count` times. */
export function appendSql(table: string, count: number): string {
  return `insert into ${table} (id, type, data, ts) values ${Array(count).fill('(?, ?, ?, ?)').join(', ')}`;
}
