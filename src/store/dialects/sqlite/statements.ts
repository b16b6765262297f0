// The hot statements of one stream, prepared once on the dialect's own handle.
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { tablesOf } from '../../tables.ts';

export interface StreamStatements {
  readonly streamRow: StatementSyncInstance;
  readonly appendDraft: StatementSyncInstance;
  readonly setNextId: StatementSyncInstance;
  /** Walks evt_queue's primary key. */
  readonly readQueue: StatementSyncInstance;
  /** (after, eventsMax): what `readQueue` would read, in bytes of data; without reading it. */
  readonly sizeQueue: StatementSyncInstance;
}

export function prepareStream(handle: DatabaseSyncInstance, stream: string): StreamStatements {
  const { queue } = tablesOf(stream);
  const readQueue = handle.prepare(
    `select cast(id as text), type, data, ts from ${queue} where id > ? order by id limit ?`,
  );
  readQueue.setReturnArrays(true);
  return {
    streamRow: handle.prepare(
      'select cast(next_id as text) as nextId, status from evt_streams where name = ?',
    ),
    appendDraft: handle.prepare(
      `insert into ${queue} (id, type, data, ts) values (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
    ),
    setNextId: handle.prepare('update evt_streams set next_id = ? where name = ?'),
    readQueue,
    sizeQueue: handle.prepare(
      `select sum(octet_length(data)) as bytes
         from (select data from ${queue} where id > ? order by id limit ?)`,
    ),
  };
}
