// Finds values inside JSON text without parsing them, so that data is stored as its caller wrote it
// (`JSON.parse` loses `1.0`, 2^53+1 and `1e400`). Every function here takes text that JSON.parse has already
// accepted: that is what makes so small a scanner safe.
import { ServiceError } from './errors.ts';
import { DATA_DEPTH_MAX } from './limits.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Member extends Span {
  readonly key: string;
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const isSpace = (code: number) => code === 32 || code === 10 || code === 13 || code === 9;
const isOpening = (code: number) => code === 123 || code === 91;
const isClosing = (code: number) => code === 125 || code === 93;

/** The members of the object whose text begins at `start`, keys decoded, in their order. */
export function membersOf(text: string, start: number): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, skipSpace(text, start) + 1);
  while (!isClosing(text.charCodeAt(at))) {
    const keyEnd = endOfString(text, at);
    const key = decodeKey(text.slice(at + 1, keyEnd - 1));
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, valueStart);
    members.push({ key, start: valueStart, end });
    at = skipComma(text, end);
  }
  return members;
}

/** The items of the array whose text begins at `start`. */
export function itemsOf(text: string, start: number): Span[] {
  const items: Span[] = [];
  let at = skipSpace(text, skipSpace(text, start) + 1);
  while (!isClosing(text.charCodeAt(at))) {
    const end = endOfValue(text, at);
    items.push({ start: at, end });
    at = skipComma(text, end);
  }
  return items;
}

/** Like `membersOf`, by key; a key that is given twice is refused, since readers disagree about which one counts. */
export function uniqueMembersOf(text: string, start: number): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const member of membersOf(text, start)) {
    if (members.has(member.key)) {
      throw new ServiceError('InvalidRequest', {
        message: `params: ${JSON.stringify(member.key)} is given twice`,
        details: { in: 'params' },
      });
    }
    members.set(member.key, member);
  }
  return members;
}

/** The value on one line: JSON allows line breaks only between tokens, so a space says the same. */
export function onOneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\n\r]/g, ' ') : text;
}

/** JSON text in the place of a value: `JSON.stringify` would turn `1.0` into `1`, and cannot write 2^53+1. */
export class JsonText {
  /** The text as it was given. */
  readonly text: string;

  /**
   * Takes the text of one JSON value.
   *
   * @throws SyntaxError unless the text is JSON
   */
  constructor(text: string) {
    JSON.parse(text);
    this.text = text;
  }
}

/**
 * The JSON text of a value of the application's, or the text that it gives in place of one; left out, it is null.
 * Throws `InvalidRequest` when it has none.
 */
export function jsonTextOf(data: unknown): string {
  if (data === undefined) return 'null';
  if (data instanceof JsonText) return data.text;
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (cause) {
    throw new ServiceError('InvalidRequest', { message: 'data: has no JSON form', cause });
  }
  if (text === undefined)
    throw new ServiceError('InvalidRequest', { message: 'data: has no JSON form' });
  return text;
}

/** Refuses text that nests deeper than the databases' own JSON checks follow. */
export function checkDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (isClosing(code)) depth -= 1;
    else if (isOpening(code)) {
      depth += 1;
      if (depth > DATA_DEPTH_MAX) {
        throw new ServiceError('InvalidRequest', {
          message: `data: nested deeper than ${DATA_DEPTH_MAX}`,
          details: { in: 'params' },
        });
      }
    }
  }
}

/** Takes what stands between the quotes; hardly any key holds an escape. */
function decodeKey(written: string): string {
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function skipComma(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
}

/** `from` stands on the opening quote; gives the place behind the closing one. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    at = text.indexOf('"', at);
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    at += 1;
    if (backslashes % 2 === 0) return at;
  }
}

function endOfValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return endOfString(text, from);
  if (isOpening(first)) return endOfNested(text, from);
  let at = from;
  while (at < text.length && !isEndOfScalar(text.charCodeAt(at))) at += 1;
  return at;
}

function isEndOfScalar(code: number): boolean {
  return code === COMMA || isClosing(code) || isSpace(code);
}

function endOfNested(text: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else {
      if (isOpening(code)) depth += 1;
      else if (isClosing(code)) depth -= 1;
      at += 1;
    }
  } while (depth > 0);
  return at;
}
