// Events as lines in the words of the application. However it encodes, a line stays one line; and in files it begins
// as it always does, since by that the files say where they stand.
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import { HEAD_BYTES, type Line, lineOf, readHead } from './file/lines.ts';

/** An event as a sink's `encode` is given it. */
export interface EncodedEvent {
  /** Its place in the stream. */
  readonly id: EventId;
  /** What happened, in the application's words. */
  readonly type: string;
  /** When the database stored it: UTC, `2026-11-20T21:32:25.123Z`. */
  readonly ts: string;
  /** The data as JSON text, on one line. */
  readonly data: string;
  /** The line as it is without `encode`, and without the line break. */
  readonly line: string;
}

/**
 * Gives the line of an event, without its line break; a line break in it is refused. The same event is encoded again
 * behind a failure, and has to give the same line.
 */
export type Encode = (event: EncodedEvent) => string | Uint8Array;

const NEWLINE = 10;
const RETURN = 13;

export function lineMaker(encode: Encode | undefined): (row: EventRow) => Line {
  return encode === undefined ? lineOf : (row) => encodedLine(encode, row);
}

/** The same for lines that are read back by their beginning. */
export function headedLineMaker(encode: Encode | undefined): (row: EventRow) => Line {
  const make = lineMaker(encode);
  if (encode === undefined) return make;
  return (row) => {
    const line = make(row);
    const head = readHead(line.bytes.toString('latin1', 0, HEAD_BYTES));
    if (head?.id === line.id && head.type === line.type) return line;
    throw new Error(
      `encode: in files the line of event ${line.id} has to begin as event.line does, up to "data".`,
    );
  };
}

function encodedLine(encode: Encode, row: EventRow): Line {
  const [id, type, , ts] = row;
  const line = lineOf(row).bytes.toString('utf8').slice(0, -1);
  const data = line.slice(line.indexOf('"data":') + '"data":'.length, -1);
  const given: unknown = encode({ id, type, ts, data, line });
  if (typeof given !== 'string' && !(given instanceof Uint8Array)) {
    throw new TypeError(`encode must give a string or a Uint8Array, got ${typeof given}.`);
  }
  const bytes = Buffer.from(given as string);
  if (bytes.includes(NEWLINE) || bytes.includes(RETURN)) {
    throw new Error(`encode: the line of event ${id} has a line break.`);
  }
  return { id, type, bytes: Buffer.concat([bytes, Buffer.from([NEWLINE])]) };
}
