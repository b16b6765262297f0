import { insertStatements, packetsOf } from '../../../src/store/dialects/mysql/packets.ts';

describe('packets', () => {
  it('hold as many statements as fit, in their order', () => {
    expect(packetsOf(['aaaa', 'bbbb', 'cccc', 'd'], 12)).toEqual([
      ['aaaa', 'bbbb'],
      ['cccc', 'd'],
    ]);
  });

  it('count bytes and not characters', () => {
    expect(packetsOf(['éééé', 'éééé'], 12)).toEqual([['éééé'], ['éééé']]);
  });

  it('split the rows of an insert', () => {
    expect(insertStatements('insert ', ['(11)', '(22)', '(33)'], 21)).toEqual([
      'insert (11), (22)',
      'insert (33)',
    ]);
    expect(insertStatements('insert ', [], 21)).toEqual([]);
  });

  it('may be larger for a row that goes alone', () => {
    const large = `(${'x'.repeat(20)})`;
    expect(insertStatements('insert ', ['(1)', large, '(2)'], 21, 40)).toEqual([
      'insert (1)',
      `insert ${large}`,
      'insert (2)',
    ]);
    expect(() => insertStatements('insert ', [large], 21, 30)).toThrow(/30 bytes/);
  });

  it('refuse a row that is too large for any', () => {
    expect(() => insertStatements('insert ', ['(1)', `(${'x'.repeat(20)})`], 21)).toThrow(
      expect.objectContaining({ code: 'PayloadTooLarge' }),
    );
  });
});
