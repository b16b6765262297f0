// A batch as it came off the wire. Events keep their own text beside their parts: parsing data would lose what its
// writer wrote.
import type { EventId } from '../contract/event-id.ts';
import { itemsOf, membersOf } from '../contract/json-text.ts';

export interface ReceivedEvent {
  readonly id: EventId;
  readonly type: string;
  readonly ts: string;
  /** The data as JSON text, exactly as it was written. */
  readonly data: string;
  /** The whole event as JSON text, exactly as it was received. */
  readonly text: string;
}

/** Every wanted event with `after < id <= upTo`. */
export interface ReceivedBatch {
  readonly seq: number;
  readonly events: readonly ReceivedEvent[];
  readonly after: EventId;
  readonly upTo: EventId;
  readonly epoch: number;
}

/** Reads the params of an onEvents whose text begins at `start` in text that JSON.parse has accepted. */
export function readBatch(text: string, start: number): ReceivedBatch {
  const parts = partsOf(text, start);
  const events = parts.get('events') ?? '[]';
  return {
    seq: parsed(parts, 'seq'),
    events: itemsOf(events, 0).map((item) => readEvent(events.slice(item.start, item.end))),
    after: parsed(parts, 'after'),
    upTo: parsed(parts, 'up_to'),
    epoch: parsed(parts, 'epoch'),
  };
}

function readEvent(text: string): ReceivedEvent {
  const parts = partsOf(text, 0);
  return {
    id: parsed(parts, 'id'),
    type: parsed(parts, 'type'),
    ts: parsed(parts, 'ts'),
    data: parts.get('data') ?? 'null',
    text,
  };
}

function partsOf(text: string, start: number): ReadonlyMap<string, string> {
  return new Map(
    membersOf(text, start).map((member) => [member.key, text.slice(member.start, member.end)]),
  );
}

/** Trusts the server to keep its own contract. */
function parsed<T>(parts: ReadonlyMap<string, string>, key: string): T {
  return JSON.parse(parts.get(key) ?? 'null') as T;
}
