// An event as it travels: a row of texts from the database, spliced into wire text without being parsed.
import type { EventId } from './event-id.ts';
import { onOneLine } from './json-text.ts';

/** Id, type, data as JSON text, ts. An array because that is what drivers deliver fastest. */
export type EventRow = readonly [id: EventId, type: string, data: string, ts: string];

/** An event without id and ts; `data` is JSON text, validated, on one line. */
export interface Draft {
  readonly type: string;
  readonly data: string;
}

/** Events together with the range they answer for: every wanted event with `after < id <= upTo`. */
export interface Batch {
  readonly rows: readonly EventRow[];
  readonly after: EventId;
  readonly upTo: EventId;
  readonly epoch: number;
}

/** The event's JSON, on one line; its parts are JSON-safe by the time they are stored. */
function eventText([id, type, data, ts]: EventRow): string {
  return `{"id":"${id}","type":"${type}","data":${onOneLine(data)},"ts":"${ts}"}`;
}

export function eventListText(rows: readonly EventRow[]): string {
  return `[${rows.map(eventText).join(',')}]`;
}

/** What a row costs in memory and on the wire, in bytes, near enough for a bound. */
export function rowBytes(row: EventRow): number {
  return row[1].length + row[2].length + 100;
}
