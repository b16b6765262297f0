// The rows of an answer of readEvents, with data as it stands in the answer: parsing would lose `1.0` and 2^53+1.
import type { EventRow } from '../../contract/event.ts';
import { itemsOf, type Member, membersOf } from '../../contract/json-text.ts';

/** Trusts the server to keep its own contract. `text` is JSON. */
export function eventRowsOf(text: string): EventRow[] {
  const events = membersOf(text, 0).findLast(({ key }) => key === 'events');
  return events === undefined
    ? []
    : itemsOf(text, events.start).map(({ start }) => row(text, start));
}

function row(text: string, start: number): EventRow {
  const members = membersOf(text, start);
  const [id, type, ts] = ['id', 'type', 'ts'].map((key) => plain(text, find(members, key)));
  const { start: from, end } = find(members, 'data');
  return [id, type, text.slice(from, end), ts] as unknown as EventRow;
}

function find(members: readonly Member[], key: string): Member {
  const found = members.findLast((member) => member.key === key);
  if (found === undefined) throw new Error(`The server has sent an event without ${key}.`);
  return found;
}

/** What a string says; hardly any of these holds an escape. */
function plain(text: string, { start, end }: Member): string {
  const written = text.slice(start + 1, end - 1);
  return written.includes('\\') ? JSON.parse(text.slice(start, end)) : written;
}
