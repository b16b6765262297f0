// A message from the network, parsed once. Before it is parsed it is looked at for what would make parsing slow: text
// of 8 MiB that only nests takes JSON.parse seconds.
import { isUtf8 } from 'node:buffer';
import { ServiceError } from '../../contract/errors.ts';
import { MESSAGE_DEPTH_MAX } from '../../contract/limits.ts';

export interface Message {
  readonly text: string;
  readonly parsed: unknown;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Throws `ParseError` for what is not UTF-8 or not JSON, `InvalidRequest` for what nests too deep. */
export function readMessage(data: Buffer): Message {
  if (!isUtf8(data)) throw new ServiceError('ParseError');
  if (nestsDeeper(data, MESSAGE_DEPTH_MAX)) {
    throw new ServiceError('InvalidRequest', {
      message: `The message nests deeper than ${MESSAGE_DEPTH_MAX}.`,
    });
  }
  const text = data.toString('utf8');
  try {
    return { text, parsed: JSON.parse(text) };
  } catch (cause) {
    throw new ServiceError('ParseError', { cause });
  }
}

/** How many calls a message holds. */
export function callsIn({ parsed }: Message): number {
  return Array.isArray(parsed) ? Math.max(1, parsed.length) : 1;
}

function nestsDeeper(data: Buffer, depthMax: number): boolean {
  if (data.length <= depthMax) return false;
  let depth = 0;
  for (let at = 0; at < data.length; at += 1) {
    const code = data[at];
    if (code === QUOTE) at = endOfString(data, at);
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}

/** The place of the closing quote; behind everything when there is none. */
function endOfString(data: Buffer, from: number): number {
  for (let at = data.indexOf(QUOTE, from + 1); at >= 0; at = data.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (data[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return data.length;
}
