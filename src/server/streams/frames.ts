// The text of server-sent events (WHATWG HTML, 9.2): fields on lines of their own, an empty line behind each frame.
//
// Whatever says how far the client is has a name and data besides its id: some clients pass over a frame without data,
// and its id with it.
import { type EventRow, eventText } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import { onOneLine } from '../../contract/json-text.ts';
import type { StreamFrame } from '../stream-kinds.ts';

export const commentFrame = ':\n\n';

export function retryFrame(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/** Events as frames; the same function for the same choice, so that readers share what it makes of their events. */
export type Wording = (rows: readonly EventRow[]) => Buffer;

/** A frame of our own; `data` is worded on one line. */
export function namedFrame(name: string, id: string | null, data: unknown): string {
  const place = id === null ? '' : `id: ${id}\n`;
  return `event: ${name}\n${place}data: ${JSON.stringify(data)}\n\n`;
}

/** A frame of the application's; its name and id stay on their lines. */
export function frameOf({ event, id, data }: StreamFrame): string {
  const name = event === undefined ? '' : `event: ${onOneLine(event)}\n`;
  const place = id === undefined ? '' : `id: ${onOneLine(id)}\n`;
  return `${name}${place}data: ${JSON.stringify(data) ?? 'null'}\n\n`;
}

/** A position as clients carry it: the id alone in the first epoch, behind it with the epoch in front. */
export function positionText(id: EventId, epoch: number): string {
  return epoch === 1 ? id : `${epoch}:${id}`;
}

const wordings = new Map<string, Wording>();

/** Events with the same JSON as everywhere, under no name, or each under that of its type. */
export function eventsWording(epoch: number, isNamed: boolean): Wording {
  const key = `${epoch} ${isNamed}`;
  let wording = wordings.get(key);
  if (wording === undefined) {
    wording = (rows) => Buffer.from(rows.map((row) => eventFrame(row, epoch, isNamed)).join(''));
    wordings.set(key, wording);
  }
  return wording;
}

function eventFrame(row: EventRow, epoch: number, isNamed: boolean): string {
  const [id, type] = row;
  const name = isNamed ? `event: ${type}\n` : '';
  return `${name}id: ${positionText(id, epoch)}\ndata: ${eventText(row)}\n\n`;
}
