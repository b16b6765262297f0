// The event that every measurement writes: 200 bytes of JSON, about what an order says. `n` tells the events of one
// run apart, so that what arrives can be told from what was written.

const TYPE = 'ORDER_PAID';
const REST =
  '"order":"0190a7f3-5c2e-7b1d-9f64-2d8e3a41c7b0","customer":"C-204417","currency":"EUR",' +
  '"total":"149.90","items":[{"sku":"A-1001","count":2},{"sku":"B-2002","count":1}]}';

/** The draft number `n`. */
export function draftOf(n) {
  return { type: TYPE, data: `{"n":${n},${REST}` };
}

/** The drafts from `first` on. */
export function draftsFrom(first, count) {
  return Array.from({ length: count }, (_, place) => draftOf(first + place));
}

/** The number of the draft whose data this text is. */
export function numberOf(text) {
  return Number(/^\{"n":(\d+),/.exec(text)?.[1]);
}
