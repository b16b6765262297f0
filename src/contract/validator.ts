// What a validator that was compiled ahead looks like, and what its code calls: `generated/validators.ts` and the
// settings' in config are made by `scripts/gen/validators.mjs`.

/** Why a value does not fit, in the words of JSON Schema. */
export interface SchemaFault {
  /** A JSON pointer to what is wrong; empty for the whole. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** True when the value fits; else `errors` says why, until the next call. */
export interface Validator {
  (value: unknown): boolean;
  readonly errors?: readonly SchemaFault[] | null;
}

/** A pair of surrogates is one character, as in JSON Schema's `maxLength`. */
export function characterCount(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    const isPair = isSurrogate(text, at, 0xdc00) && isSurrogate(text, at - 1, 0xd800);
    if (isPair) count--;
  }
  return count;
}

function isSurrogate(text: string, at: number, from: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === from;
}

/** Whether two values out of JSON are the same, for `uniqueItems`; the order of names does not matter. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isNested(one) || !isNested(other) || Array.isArray(one) !== Array.isArray(other))
    return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameJson(one[name], other[name]))
  );
}

function isNested(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
