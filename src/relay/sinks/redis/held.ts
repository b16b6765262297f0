// What a stream of Redis holds for a sink: the greatest id that it has ever given says up to where, also when entries
// were trimmed away.
import type { EventRow } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import { fits } from '../../../contract/validate.ts';
import type { SinkPosition } from '../../sink.ts';
import { sinkOccupied } from '../refusals.ts';
import type { RedisLink } from './link.ts';
import type { RedisPlace } from './settings.ts';

/** Whose key it is. */
export interface Owner {
  /** As sentences begin with it. */
  readonly title: string;
  readonly stream: string;
  readonly place: RedisPlace;
}

/** Of a stream in which nothing ever was. */
export const NOTHING = '0-0';
const NO_SUCH_KEY = /no such key/;

/** null = there is nothing; `epoch` is that of the stream, for a key that holds no entry. */
export async function readHeld(
  link: RedisLink,
  owner: Owner,
  epoch: number,
): Promise<SinkPosition | null> {
  const { key } = owner.place;
  const answer = await link.send(['XINFO', 'STREAM', key]).catch((error: Error) => {
    if (NO_SUCH_KEY.test(error.message)) return null;
    throw error;
  });
  if (answer === null) return null;
  const facts = pairsOf(answer);
  const last = String(facts.get('last-generated-id'));
  if (last === NOTHING) return null;
  const id = idOf(last);
  const entry = facts.get('last-entry');
  const said = entry ? ownerOf(entry) : { stream: owner.stream, epoch };
  if (id === null || said === null) {
    throw sinkOccupied(owner.title, `the key ${key} ends with an entry of somebody else`);
  }
  if (said.stream !== owner.stream) {
    throw sinkOccupied(owner.title, `the key ${key} is of the stream ${said.stream}`);
  }
  return { id, epoch: said.epoch };
}

/** What `XRANGE` gives. */
export type Entry = readonly [id: string, fields: readonly string[]];

/** null = it is no entry of ours. */
export function rowOf([entry, fields]: Entry): EventRow | null {
  const id = idOf(entry);
  const said = pairsOf(fields);
  const [type, data, ts] = ['type', 'data', 'ts'].map((name) => said.get(name));
  const isEvent = [type, data, ts].every((value) => typeof value === 'string');
  return id !== null && isEvent ? [id, String(type), String(data), String(ts)] : null;
}

export function entryId(id: EventId): string {
  return `${id}-0`;
}

function idOf(entry: string): EventId | null {
  const [id, rest] = entry.split('-');
  return rest === '0' && fits('event-id', id) ? (id as EventId) : null;
}

function ownerOf(entry: unknown): { stream: string; epoch: number } | null {
  const fields = pairsOf((entry as readonly unknown[])[1]);
  const [stream, epoch] = [fields.get('stream'), Number(fields.get('epoch'))];
  return typeof stream === 'string' && fits('epoch', epoch) ? { stream, epoch } : null;
}

/** Names and values take turns. */
function pairsOf(answer: unknown): ReadonlyMap<string, unknown> {
  const items = answer as readonly unknown[];
  const pairs = new Map<string, unknown>();
  for (let at = 0; at < items.length; at += 2) pairs.set(String(items[at]), items[at + 1]);
  return pairs;
}
