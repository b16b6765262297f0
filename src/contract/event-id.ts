// Event ids are decimal strings from column to wire, so the path has no conversion: compared by length, then
// by character. "0" stands before the first event. 18 digits fit a signed 64 bit column with room to spare.

declare const brand: unique symbol;
/**
 * The id of an event: a decimal string of at most 18 digits, dense and increasing within its stream; `'0'` stands
 * before the first event. It is a plain string with a mark for the compiler, and may be given wherever an id is asked
 * for. Never make a number of it: beyond 2^53 that loses digits.
 *
 * @see FTN18, EventID
 */
export type EventId = string & { readonly [brand]: 'EventId' };

export const NO_EVENT = '0' as EventId;

/** Negative, zero or positive, as `a` stands before, at or after `b`. */
export function compareIds(a: EventId, b: EventId): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function minId(a: EventId, b: EventId): EventId {
  return compareIds(a, b) <= 0 ? a : b;
}

export function maxId(a: EventId, b: EventId): EventId {
  return compareIds(a, b) >= 0 ? a : b;
}

/** The id `count` places after `id`; `count` may be negative. */
export function idPlus(id: EventId, count: number): EventId {
  // Number arithmetic is exact up to 15 digits and far cheaper than BigInt.
  if (id.length < 16) return String(Number(id) + count) as EventId;
  return String(BigInt(id) + BigInt(count)) as EventId;
}

/** How many ids lie in (after, upTo]; negative when `upTo` stands before `after`. */
export function idDistance(after: EventId, upTo: EventId): number {
  if (after.length < 16 && upTo.length < 16) return Number(upTo) - Number(after);
  return Number(BigInt(upTo) - BigInt(after));
}
