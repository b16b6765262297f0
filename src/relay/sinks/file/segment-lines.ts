// The lines of a segment in order, whatever its size, as many at a time as a chunk of it has, which with a line is all
// the memory that it takes. One at a time would cost more than all that is done with them.
import { createReadStream } from 'node:fs';

const NEWLINE = 10;
const CHUNK_BYTES = 256 * 1024;

export interface SegmentLine {
  /** From 1. */
  readonly number: number;
  /** With the newline. */
  readonly bytes: Buffer;
  /** False for what stands behind the last newline. */
  readonly isWhole: boolean;
}

export async function* segmentLines(path: string): AsyncGenerator<readonly SegmentLine[]> {
  let number = 0;
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const bytes = chunk as Buffer;
    const lines: SegmentLine[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      number += 1;
      const last = bytes.subarray(from, end + 1);
      lines.push({
        number,
        bytes: rest.length === 0 ? last : Buffer.concat([...rest, last]),
        isWhole: true,
      });
      rest = [];
      from = end + 1;
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
    yield lines;
  }
  if (rest.length > 0) yield [{ number: number + 1, bytes: Buffer.concat(rest), isWhole: false }];
}
