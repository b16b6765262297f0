// Looks through MessagePack without decoding it: a decoder makes room for as many items as an array claims to have,
// so five bytes could ask for gigabytes, and it makes something of text that is no UTF-8. Source: the MessagePack
// specification, table of formats.
import { isUtf8 } from 'node:buffer';
import { MESSAGE_DEPTH_MAX } from '../../contract/limits.ts';

/** Bytes behind the first one, for formats of fixed size from 0xc0 to 0xdf; -1: the size or a count follows. */
const FIXED: readonly number[] = [
  0, 0, 0, 0, -1, -1, -1, -1, -1, -1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, -1, -1, -1, -1,
  -1, -1, -1,
];

/** Throws unless all that is claimed is there (each item still owed takes a byte at least), and all text is UTF-8. */
export function requireSoundMsgpack(data: Buffer): void {
  const owed = [1];
  let owedInAll = 1;
  let at = 0;
  while (owed.length > 0) {
    const left = owed.pop() as number;
    if (left === 0) continue;
    owed.push(left - 1);
    const { next, items, textFrom } = readHead(data, at);
    if (textFrom !== undefined && !isUtf8(data.subarray(textFrom, next))) {
      throw new Error('It is no UTF-8.');
    }
    at = next;
    owedInAll += items - 1;
    if (owedInAll > data.length - at) throw new Error('Less is there than is claimed.');
    if (items > 0) owed.push(items);
    if (owed.length > MESSAGE_DEPTH_MAX + 2) throw new Error('It nests too deep.');
  }
}

interface Head {
  /** Where the next value begins. */
  readonly next: number;
  /** How many values this one holds. */
  readonly items: number;
  /** Where its text begins, when it is text. */
  readonly textFrom?: number;
}

function readHead(data: Buffer, at: number): Head {
  const first = data.readUInt8(at);
  const next = at + 1;
  if (first < 0x80 || first >= 0xe0) return { next, items: 0 };
  if (first < 0x90) return { next, items: 2 * (first & 0x0f) };
  if (first < 0xa0) return { next, items: first & 0x0f };
  if (first < 0xc0) return text(next, first & 0x1f);
  const fixed = FIXED[first - 0xc0] as number;
  return fixed >= 0 ? { next: next + fixed, items: 0 } : readSized(data, first, next);
}

function text(from: number, bytes: number): Head {
  return { next: from + bytes, items: 0, textFrom: from };
}

function readSized(data: Buffer, first: number, next: number): Head {
  switch (first) {
    case 0xc4: // bin 8
      return { next: next + 1 + data.readUInt8(next), items: 0 };
    case 0xc5: // bin 16
      return { next: next + 2 + data.readUInt16BE(next), items: 0 };
    case 0xc6: // bin 32
      return { next: next + 4 + data.readUInt32BE(next), items: 0 };
    case 0xd9: // str 8
      return text(next + 1, data.readUInt8(next));
    case 0xda: // str 16
      return text(next + 2, data.readUInt16BE(next));
    case 0xdb: // str 32
      return text(next + 4, data.readUInt32BE(next));
    case 0xc7: // ext 8, with one byte for its kind
      return { next: next + 2 + data.readUInt8(next), items: 0 };
    case 0xc8: // ext 16
      return { next: next + 3 + data.readUInt16BE(next), items: 0 };
    case 0xc9: // ext 32
      return { next: next + 5 + data.readUInt32BE(next), items: 0 };
    case 0xdc: // array 16
      return { next: next + 2, items: data.readUInt16BE(next) };
    case 0xdd: // array 32
      return { next: next + 4, items: data.readUInt32BE(next) };
    case 0xde: // map 16
      return { next: next + 2, items: 2 * data.readUInt16BE(next) };
    default: // map 32
      return { next: next + 4, items: 2 * data.readUInt32BE(next) };
  }
}
