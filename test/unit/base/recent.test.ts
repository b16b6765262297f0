import { Recent } from '../../../src/base/recent.ts';

describe('Recent', () => {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs, sleep: async () => {} };
  const open = (weightMax: number, countMax: number) =>
    new Recent<string>({ weightMax, countMax, idleMs: 1000, clock });

  it('forgets the least recently used first, by weight and by count', () => {
    const byWeight = open(10, 100);
    for (const key of ['a', 'b', 'c']) byWeight.set(key, key, 4);
    expect(['a', 'b', 'c'].map((key) => byWeight.get(key))).toEqual([undefined, 'b', 'c']);
    const byCount = open(100, 2);
    byCount.set('a', 'a', 1);
    byCount.set('b', 'b', 1);
    byCount.get('a');
    byCount.set('c', 'c', 1);
    expect(['a', 'b', 'c'].map((key) => byCount.get(key))).toEqual(['a', undefined, 'c']);
  });

  it('does not keep what alone is too heavy', () => {
    const recent = open(10, 100);
    recent.set('a', 'a', 11);
    expect([recent.get('a'), recent.size]).toEqual([undefined, 0]);
  });

  it('counts a key once, however often it is set', () => {
    const recent = open(10, 100);
    for (const value of ['1', '2', '3', '4']) recent.set('a', value, 4);
    recent.set('b', 'b', 4);
    expect([recent.get('a'), recent.get('b')]).toEqual(['4', 'b']);
  });

  it('forgets what nobody has used for a while', () => {
    const recent = open(10, 100);
    recent.set('a', 'a', 1);
    recent.set('b', 'b', 1);
    nowMs += 900;
    recent.get('a');
    nowMs += 200;
    recent.forgetIdle();
    expect([recent.find((value) => value === 'b'), recent.get('a')]).toEqual([null, 'a']);
  });
});
