// What the generated validators call in place of ajv's own.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { characterCount, isSameJson } from '../../../src/contract/validator.ts';

const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };
/** Few letters and names, so that equal values are drawn often. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 0, 1, '', 'a', '1'),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('0', 'a', 'b'), tie('value'), { noNullPrototype: true }),
  ),
}));

describe('the length of a text', () => {
  it.each([
    ['', 0],
    ['é', 1],
    ['😀😀', 2],
    ['\ud83d', 1],
    ['\ude00\ud83d', 2],
    ['\ud83d\ud83d\ude00', 2],
  ])('%j is counted in characters', (text, count) => {
    expect(characterCount(text)).toBe(count);
  });

  it('is that of its characters for any text', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '\ud83d', '\ude00', '\ud7ff', '\ue000') });
    const isRight = (text: string) => characterCount(text) === [...text].length;
    fc.assert(fc.property(texts, isRight), seed);
  });
});

describe('two values', () => {
  it('are the same when they would be the same JSON, whatever the order of names', () => {
    expect(isSameJson({ a: [1], b: null }, { b: null, a: [1] })).toBe(true);
    expect(isSameJson(['a'], { 0: 'a' })).toBe(false);
    expect(isSameJson({ a: 1 }, { b: 1 })).toBe(false);
    expect(isSameJson(JSON.parse('{"__proto__":{}}'), { a: 1 })).toBe(false);
  });

  it('are the same as Node says for any values', () => {
    const agrees = (one: unknown, other: unknown) =>
      isSameJson(one, other) === isDeepStrictEqual(one, other);
    fc.assert(fc.property(value, value, agrees), { ...seed, numRuns: 2000 });
  });
});
