import { Lookahead } from '../../../src/store/dialects/mysql/lookahead.ts';

describe('a look ahead', () => {
  it('takes what fits, and one row however large', () => {
    const lookahead = new Lookahead();
    expect(lookahead.fitting([4, 4, 4], 9)).toBe(2);
    expect(lookahead.fitting([10, 1], 9)).toBe(1);
    expect(lookahead.fitting([], 9)).toBe(0);
  });

  it('goes only a little further than what fits, until all fits again', () => {
    const lookahead = new Lookahead();
    expect(lookahead.rows(500)).toBe(500);
    lookahead.fitting(Array(500).fill(1), 20);
    expect(lookahead.rows(500)).toBe(40);
    lookahead.fitting(Array(40).fill(20), 20);
    expect(lookahead.rows(500)).toBe(8);
    lookahead.fitting(Array(8).fill(1), 20);
    expect(lookahead.rows(500)).toBe(500);
  });
});
