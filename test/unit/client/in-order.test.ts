import { InOrder } from '../../../src/client/in-order.ts';

describe('InOrder', () => {
  const handled: string[] = [];
  let refused: string | null = null;
  const open = (heldMax = 3) =>
    new InOrder<string, false>(async (item) => {
      if (item === refused) return false;
      handled.push(item);
      return true;
    }, heldMax);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  beforeEach(() => {
    handled.length = 0;
    refused = null;
  });

  it('handles in the order of the numbers, whatever order they come in', async () => {
    const batches = open();
    const answers = [batches.take(2, 'c'), batches.take(0, 'a'), batches.take(1, 'b')];
    expect(await Promise.all(answers)).toEqual([true, true, true]);
    expect(handled).toEqual(['a', 'b', 'c']);
  });

  it('handles one at a time', async () => {
    let busy = 0;
    const batches = new InOrder<number, false>(async () => {
      busy += 1;
      expect(busy).toBe(1);
      await settled();
      busy -= 1;
      return true;
    }, 10);
    await Promise.all(Array.from({ length: 10 }, (_, seq) => batches.take(seq, seq)));
  });

  it('forgets what stood behind a refused one, until that comes again', async () => {
    const batches = open(5);
    refused = 'b';
    const answers: unknown[] = [];
    for (const [seq, item] of ['a', 'b', 'c'].entries()) {
      void batches.take(seq, item).then((isTaken) => answers.push([item, isTaken]));
    }
    await settled();
    // Sent before its sender had heard of the refusal.
    void batches.take(3, 'stale').then((isTaken) => answers.push(['stale', isTaken]));
    await settled();
    expect(answers).toEqual([
      ['a', true],
      ['b', false],
    ]);
    refused = null;
    expect(await batches.take(1, 'b again')).toBe(true);
    expect(await batches.take(2, 'c again')).toBe(true);
    expect(await batches.take(3, 'd')).toBe(true);
    expect(handled).toEqual(['a', 'b again', 'c again', 'd']);
  });

  it('says so when one must be lost', async () => {
    const batches = open(2);
    void batches.take(1, 'b');
    void batches.take(2, 'c');
    await expect(batches.take(3, 'd')).rejects.toMatchObject({ code: 'CommError' });
    expect(handled).toEqual([]);
  });

  it('tells whose handler rejects, and goes on with the same number when that comes again', async () => {
    const failure = new Error('the handler');
    let isBroken = true;
    const batches = new InOrder<string, false>(async () => {
      if (isBroken) throw failure;
      return true;
    }, 3);
    await expect(batches.take(0, 'a')).rejects.toBe(failure);
    isBroken = false;
    expect(await batches.take(0, 'a')).toBe(true);
    expect(await batches.take(1, 'b')).toBe(true);
  });
});
