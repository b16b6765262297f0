// Text that was cut out of a request and stays longer than it.

const LARGE = 65_536;

/** The same text as `text.slice(start, end)`, but not a view that keeps a much larger request in memory. */
export function ownedSlice(text: string, start: number, end: number): string {
  const slice = text.slice(start, end);
  if (text.length < LARGE || slice.length * 2 > text.length) return slice;
  return Buffer.from(slice).toString();
}
