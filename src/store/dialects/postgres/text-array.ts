// A list of texts as PostgreSQL's binary form of a one-dimensional array. The driver's own form is text in which every
// quote and backslash is escaped, and JSON is full of quotes: more work on our side, and on the server's.
// Source: array_recv in the server's src/backend/utils/adt/arrayfuncs.c.

/** The types of an element, by their OIDs in pg_type. */
export const TEXT = 25;
export const JSON_TEXT = 114;

const HEAD_BYTES = 20;
const LENGTH_BYTES = 4;
/** A lower bound of 1, as SQL counts. */
const FIRST = 1;

/** Neither null nor a character that is no UTF-8 can be said by it. */
export function textArray(texts: readonly string[], elementType: number): Buffer {
  const bytes = texts.reduce((sum, text) => sum + LENGTH_BYTES + Buffer.byteLength(text), 0);
  const array = Buffer.allocUnsafe(HEAD_BYTES + bytes);
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(0, 4); // there is no null
  array.writeInt32BE(elementType, 8);
  array.writeInt32BE(texts.length, 12);
  array.writeInt32BE(FIRST, 16);
  let at = HEAD_BYTES;
  for (const text of texts) {
    const length = array.write(text, at + LENGTH_BYTES);
    array.writeInt32BE(length, at);
    at += LENGTH_BYTES + length;
  }
  return array;
}
