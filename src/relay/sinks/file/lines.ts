// An event as a line of a segment, and what is read back of one. Checksums of an archive are those of the same lines.
import type { EventRow } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import { onOneLine } from '../../../contract/json-text.ts';

export interface Line {
  readonly id: EventId;
  readonly type: string;
  /** With the newline. */
  readonly bytes: Buffer;
}

/** What stands in front comes first, so that a line is known by its beginning, however long its data is. */
export function lineOf(row: EventRow): Line {
  const [id, type] = row;
  return { id, type, bytes: Buffer.from(lineText(row)) };
}

/** With the newline. */
export function lineText([id, type, data, ts]: EventRow): string {
  return `{"id":"${id}","type":"${type}","ts":"${ts}","data":${onOneLine(data)}}\n`;
}

/** As much of a line as its id and type can need. */
export const HEAD_BYTES = 256;

const HEAD = /^\{"id":"(0|[1-9]\d{0,17})","type":"([^"\\]+)","ts":"/;

/** null = it is no line of ours. */
export function readHead(text: string): Pick<Line, 'id' | 'type'> | null {
  const [, id, type] = HEAD.exec(text) ?? [];
  return id === undefined || type === undefined ? null : { id: id as EventId, type };
}

const LINE = /^\{"id":"([1-9]\d{0,17})","type":"([^"\\]+)","ts":"([^"\\]+)","data":(.+)\}$/s;

/** A whole line, without its newline, as the row that it was made of; null = it is no line of ours. */
export function readLine(text: string): EventRow | null {
  const [, id, type, ts, data] = LINE.exec(text) ?? [];
  if (id === undefined || type === undefined || ts === undefined || data === undefined) return null;
  return [id as EventId, type, data, ts];
}
