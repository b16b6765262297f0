// The lines of a segment, one after the other, whatever its size: of memory it takes a chunk and a line.
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

export async function* segmentLines(path: string): AsyncGenerator<SegmentLine> {
  let number = 0;
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const bytes = chunk as Buffer;
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      number += 1;
      yield {
        number,
        bytes: Buffer.concat([...rest, bytes.subarray(from, end + 1)]),
        isWhole: true,
      };
      rest = [];
      from = end + 1;
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
  }
  if (rest.length > 0) yield { number: number + 1, bytes: Buffer.concat(rest), isWhole: false };
}
