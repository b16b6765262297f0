import fc from 'fast-check';
import {
  checkDepth,
  itemsOf,
  membersOf,
  onOneLine,
  uniqueMembersOf,
} from '../../../src/contract/json-text.ts';

const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };
/** JSON text with any legal white space between its tokens. */
const spaced = fc
  .tuple(fc.jsonValue(), fc.array(fc.constantFrom('', ' ', '\n', '\t', '\r\n  ')))
  .map(([value, spaces]) => ({ value, text: withSpaces(JSON.stringify(value), spaces) }));

function withSpaces(text: string, spaces: readonly string[]): string {
  let nth = 0;
  const next = () => spaces[nth++ % Math.max(1, spaces.length)] ?? '';
  return text.replace(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g, (token) =>
    token.startsWith('"') ? token : `${next()}${token}${next()}`,
  );
}

describe('the JSON scanner', () => {
  it('finds the members of any object', () => {
    fc.assert(
      fc.property(spaced, spaced, (a, b) => {
        const text = ` { "a" : ${a.text},"b\\u0062":${b.text}}`;
        const found = membersOf(text, 0);
        expect(found.map((member) => member.key)).toEqual(['a', 'bb']);
        expect(found.map(({ start, end }) => JSON.parse(text.slice(start, end)))).toEqual([
          JSON.parse(a.text),
          JSON.parse(b.text),
        ]);
        for (const { start, end } of found) {
          expect(text.slice(start, end)).toBe(text.slice(start, end).trim());
        }
      }),
      seed,
    );
  });

  it('finds the items of any array', () => {
    fc.assert(
      fc.property(fc.array(spaced), (values) => {
        const text = `[${values.map((each) => each.text).join(',')}]`;
        const found = itemsOf(text, 0).map(({ start, end }) => JSON.parse(text.slice(start, end)));
        expect(found).toEqual(JSON.parse(text));
      }),
      seed,
    );
  });

  it('is not misled by quotes and backslashes', () => {
    const text = '{"\\\\":"\\\\\\"}","b":"]\\\\"}';
    const found = membersOf(text, 0);
    expect(found.map((member) => member.key)).toEqual(['\\', 'b']);
    expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([
      '"\\\\\\"}"',
      '"]\\\\"',
    ]);
  });

  it('knows empty objects and arrays', () => {
    expect(membersOf('{ }', 0)).toEqual([]);
    expect(itemsOf(' [\n]', 0)).toEqual([]);
  });

  it('refuses a key that is given twice, however it is written', () => {
    expect(() => uniqueMembersOf('{"data":1,"d\\u0061ta":2}', 0)).toThrow(/given twice/);
  });

  it('says the same on one line', () => {
    fc.assert(
      fc.property(spaced, ({ text }) => {
        const line = onOneLine(text);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(text));
      }),
      seed,
    );
  });

  it('counts how deep a value nests, not the brackets in its strings', () => {
    expect(() => checkDepth(`"${'['.repeat(600)}"`)).not.toThrow();
    expect(() => checkDepth('[{}],'.repeat(600))).not.toThrow();
    expect(() => checkDepth(`${'{"a":'.repeat(513)}1${'}'.repeat(513)}`)).toThrow(/512/);
  });
});
