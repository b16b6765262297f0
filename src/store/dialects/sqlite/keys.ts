// Idempotency keys, inside a transaction of the dialect's own handle.
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { type EventId, idPlus } from '../../../contract/event-id.ts';
import type { FreshCall, IdempotencyKey, KnownKey } from '../../keyed.ts';

/** By the primary key. */
const KNOWN_KEY = `select hash, cast("first" as text) as "first" from evt_keys
 where stream = ? and principal = ? and "key" = ?`;

const WRITE_KEY = `insert into evt_keys (stream, principal, "key", hash, "first", "last", at)
 values (?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`;

/** By evt_keys_age, then by the primary key. */
const DELETE_KEYS = `delete from evt_keys where (stream, principal, "key") in (
  select stream, principal, "key" from evt_keys
   where at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?) order by at limit ?)`;

export function knownKeys(
  handle: DatabaseSyncInstance,
  stream: string,
  keys: readonly IdempotencyKey[],
): KnownKey[] {
  const find = handle.prepare(KNOWN_KEY);
  return keys.flatMap(({ principal, key }) => {
    const row = find.get(stream, principal, key) as Pick<KnownKey, 'hash' | 'first'> | undefined;
    return row === undefined ? [] : [{ principal, key, ...row }];
  });
}

export function writeKeys(
  handle: DatabaseSyncInstance,
  stream: string,
  first: EventId,
  calls: readonly FreshCall[],
): void {
  const write = handle.prepare(WRITE_KEY);
  for (const { principal, key, hash, from, to } of calls) {
    write.run(stream, principal, key, hash, idPlus(first, from), idPlus(first, to));
  }
}

export function deleteKeys(
  handle: DatabaseSyncInstance,
  olderThanMs: number,
  limit: number,
): number {
  const age = `-${(olderThanMs / 1000).toFixed(3)} seconds`;
  return Number(handle.prepare(DELETE_KEYS).run(age, limit).changes);
}
