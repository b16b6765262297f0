// What is known of a segment's lines: added up as they are written, or by reading them once.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { EventId } from '../../../contract/event-id.ts';
import { HEAD_BYTES, type Line, readHead } from './lines.ts';

const NEWLINE = 10;
const CHUNK_BYTES = 256 * 1024;

export class Tally {
  first: EventId | null = null;
  last: EventId | null = null;
  count = 0;
  bytes = 0;
  readonly #types = new Map<string, number>();
  #hash: Hash = createHash('sha256');

  /** Up to the last newline: what stands behind it is a line that was torn. Of memory it takes a chunk. */
  static async of(path: string): Promise<Tally> {
    const tally = new Tally();
    // What is hashed runs ahead to the end; what is kept of it ends at a newline.
    const hash = createHash('sha256');
    let head = '';
    let readBytes = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      const bytes = chunk as Buffer;
      let from = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
        head += beginning(bytes, from, end, head);
        tally.#add(head, path);
        head = '';
        from = end + 1;
      }
      hash.update(bytes.subarray(0, from));
      if (from > 0) {
        tally.#hash = hash.copy();
        tally.bytes = readBytes + from;
      }
      hash.update(bytes.subarray(from));
      head += beginning(bytes, from, bytes.length, head);
      readBytes += bytes.length;
    }
    return tally;
  }

  /** `bytes` are those of the lines, in one piece. */
  take(lines: readonly Line[], bytes: Buffer): void {
    for (const { id, type } of lines) this.#count(id, type);
    this.#hash.update(bytes);
    this.bytes += bytes.length;
  }

  /** May be asked for once. */
  facts() {
    const { first, last, count, bytes } = this;
    const sha256 = this.#hash.digest('hex');
    return { first, last, count, bytes, sha256, types: [...this.#types.keys()].sort() };
  }

  /** How many are of that type. */
  countOf(type: string): number {
    return this.#types.get(type) ?? 0;
  }

  #add(head: string, path: string): void {
    const known = readHead(head);
    if (known === null)
      throw new Error(`${path}: line ${this.count + 1} is no event of a file sink.`);
    this.#count(known.id, known.type);
  }

  #count(id: EventId, type: string): void {
    this.first ??= id;
    this.last = id;
    this.count += 1;
    this.#types.set(type, this.countOf(type) + 1);
  }
}

/** As much of the line as its head still lacks. */
function beginning(bytes: Buffer, from: number, end: number, head: string): string {
  return bytes.toString('latin1', from, Math.min(end, from + HEAD_BYTES - head.length));
}
