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

/** The event's JSON, on one line; its parts are JSON-safe by the time they are stored. */
export function eventText([id, type, data, ts]: EventRow): string {
  return `{"id":"${id}","type":"${type}","data":${onOneLine(data)},"ts":"${ts}"}`;
}

const TEXT = /^\{"id":"([1-9]\d{0,17})","type":"([^"\\]+)","data":(.+),"ts":"([^"\\]+)"\}$/s;

/** What `eventText` was made of; null = it is no such text. */
export function readEventText(text: string): EventRow | null {
  const [, id, type, data, ts] = TEXT.exec(text) ?? [];
  if (id === undefined || type === undefined || data === undefined || ts === undefined) return null;
  return [id as EventId, type, data, ts];
}

export function eventListText(rows: readonly EventRow[]): string {
  return `[${rows.map(eventText).join(',')}]`;
}

/** Texts up to this length are taken for as large as they can be: 1000 of them stay far below any bound. */
const SHORT = 256;
const UNIT_BYTES_MAX = 3;

/**
 * Longer ones are counted once, however many readers ask: 1000 ASCII characters take 0.6 µs and Chinese ones 2.7, a
 * look into the map 0.01. A new row in the map costs 1.3 µs, hence not for the short.
 */
const sizes = new WeakMap<EventRow, number>();

/** What a row costs in memory and on the wire, in bytes of UTF-8: never too little, and near enough for a bound. */
export function rowBytes(row: EventRow): number {
  const [, type, data] = row;
  if (data.length <= SHORT) return type.length + data.length * UNIT_BYTES_MAX + 100;
  let bytes = sizes.get(row);
  if (bytes === undefined) {
    bytes = type.length + utf8Bytes(data) + 100;
    sizes.set(row, bytes);
  }
  return bytes;
}

const NOT_ASCII = /[\u0080-\uffff]/;

/** The expression alone is four times as fast as the count, and most text has nothing to count. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  if (!NOT_ASCII.test(text)) return bytes;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // Two units of a pair make four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
