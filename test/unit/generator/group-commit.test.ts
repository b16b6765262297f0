import { ServiceError } from '../../../src/contract/errors.ts';
import type { EventId } from '../../../src/contract/event-id.ts';
import type { CheckedDraft } from '../../../src/generator/draft.ts';
import { GroupCommit } from '../../../src/generator/group-commit.ts';
import type { KeyedCall } from '../../../src/store/store.ts';

const draft = (data = '1', bytes = 1): CheckedDraft => ({ type: 'T', data, bytes });

/** A database that is slow until it is let go. */
function slowDatabase() {
  const flushes: (readonly CheckedDraft[])[] = [];
  const holds: (() => void)[] = [];
  let next = 1;
  return {
    flushes,
    letGo: () => holds.shift()?.(),
    append: async (drafts: readonly CheckedDraft[]) => {
      flushes.push(drafts);
      await new Promise<void>((resolve) => holds.push(resolve));
      if (drafts.some(({ data }) => data === 'fails')) throw new Error('no');
      const first = String(next) as EventId;
      next += drafts.length;
      return { first, moved: 0 };
    },
    appendKeyed: async (calls: readonly KeyedCall[]) => {
      flushes.push(calls.flatMap((call) => call.drafts as CheckedDraft[]));
      await new Promise<void>((resolve) => holds.push(resolve));
      return calls.map(({ key, drafts }) => {
        if (key === 'conflict') return new ServiceError('IdempotencyConflict');
        const first = String(next) as EventId;
        next += drafts.length;
        return first;
      });
    },
  };
}

const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const limits = { queueMax: 5000, queueBytesMax: 100_000_000 };

describe('GroupCommit', () => {
  it('flushes together what came in one turn, and then what came meanwhile', async () => {
    const database = slowDatabase();
    const commit = new GroupCommit({ ...database, ...limits });
    const ids = [commit.add([draft()]), commit.add([draft()])];
    await settle();
    ids.push(commit.add([draft(), draft()]), commit.add([draft()]));
    database.letGo();
    await settle();
    expect(database.flushes.map((flush) => flush.length)).toEqual([2, 3]);
    database.letGo();
    expect(await Promise.all(ids)).toEqual(['1', '2', '3', '5']);
  });

  it('saves a lone caller that comes back the turn, but does not keep others out', async () => {
    let next = 1;
    const append = async () => {
      const first = String(next) as EventId;
      next += 1;
      return { first, moved: 0 };
    };
    const commit = new GroupCommit({ append, appendKeyed: async () => [], ...limits });
    let turns = 0;
    let isDone = false;
    const counting = (async () => {
      while (!isDone) {
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
      }
    })();
    const startedMs = performance.now();
    let calls = 0;
    while (performance.now() - startedMs < 100) {
      await commit.add([draft()]);
      calls += 1;
    }
    isDone = true;
    await counting;
    expect(turns).toBeGreaterThan(5);
    expect(calls).toBeGreaterThan(2 * turns);
  });

  it('bounds a flush in events and bytes, keeps calls whole, and always takes one', async () => {
    const database = slowDatabase();
    const commit = new GroupCommit({ ...database, ...limits });
    const held = commit.add([draft()]);
    await settle();
    const calls = [
      held,
      commit.add(Array(600).fill(draft())),
      commit.add(Array(600).fill(draft())),
      commit.add([draft('x', 3_000_000)]),
      commit.add([draft('x', 3_000_000)]),
    ];
    for (let flush = 0; flush < 4; flush += 1) {
      database.letGo();
      await settle();
    }
    database.letGo();
    await Promise.all(calls);
    expect(database.flushes.map((flush) => flush.length)).toEqual([1, 600, 601, 1]);
  });

  it('tells a failure to the callers of that flush only', async () => {
    const database = slowDatabase();
    const commit = new GroupCommit({ ...database, ...limits });
    const failing = commit.add([draft('fails')]);
    await settle();
    const fine = commit.add([draft()]);
    database.letGo();
    await expect(failing).rejects.toThrow('no');
    await settle();
    database.letGo();
    expect(await fine).toBe('1');
  });

  it('flushes calls with keys apart, and keeps the order of each source', async () => {
    const database = slowDatabase();
    const commit = new GroupCommit({ ...database, ...limits });
    const [a, b] = [{}, {}];
    const key = (text: string) => ({ principal: 'p', key: text });
    const held = commit.add([draft('held')]);
    await settle();
    const calls = [
      held,
      commit.add([draft('a1')], { source: a }),
      commit.add([draft('a2')], { source: a, key: key('a2') }),
      commit.add([draft('b1')], { source: b, key: key('b1') }),
      commit.add([draft('b2')], { source: b }),
      commit.add([draft('a3')], { source: a }),
      commit.add([draft('c1')], { source: {} }),
    ];
    for (let flush = 0; flush < 4; flush += 1) {
      database.letGo();
      await settle();
    }
    expect(await Promise.all(calls)).toEqual(['1', '2', '4', '5', '6', '7', '3']);
    const data = database.flushes.map((flush) => flush.map((each) => each.data));
    expect(data).toEqual([['held'], ['a1', 'c1'], ['a2', 'b1'], ['b2', 'a3']]);
  });

  it('tells a conflict to its own caller only', async () => {
    const database = slowDatabase();
    const commit = new GroupCommit({ ...database, ...limits });
    const held = commit.add([draft()]);
    await settle();
    const add = (key: string) => commit.add([draft()], { key: { principal: 'p', key } });
    const calls = [add('a'), add('conflict'), add('b')];
    const told = Promise.allSettled(calls);
    database.letGo();
    await held;
    await settle();
    database.letGo();
    expect((await told).map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('refuses calls when too much waits, and takes them again later', async () => {
    const database = slowDatabase();
    const commit = new GroupCommit({ ...database, queueMax: 3, queueBytesMax: 100 });
    const first = commit.add([draft()]);
    await settle();
    const second = commit.add([draft(), draft(), draft()]);
    expect(() => commit.add([draft()])).toThrow(
      expect.objectContaining({ code: 'DefenseRejected' }),
    );
    database.letGo();
    await first;
    await settle();
    const third = commit.add([draft('x', 99)]);
    expect(() => commit.add([draft('x', 2)])).toThrow(
      expect.objectContaining({ code: 'DefenseRejected' }),
    );
    database.letGo();
    await second;
    await settle();
    database.letGo();
    await third;
  });

  it('refuses a call that could never be flushed', () => {
    const commit = new GroupCommit({ ...slowDatabase(), ...limits });
    expect(() => commit.add([draft('x', 5_000_000)])).toThrow(
      expect.objectContaining({ code: 'PayloadTooLarge' }),
    );
  });

  it('answers those it has taken before it is closed, and takes no more', async () => {
    const database = slowDatabase();
    const commit = new GroupCommit({ ...database, ...limits });
    const held = commit.add([draft()]);
    await settle();
    const calls = [held, commit.add([draft()])];
    const closed = commit.close();
    expect(() => commit.add([draft()])).toThrow(expect.objectContaining({ code: 'ShuttingDown' }));
    database.letGo();
    await settle();
    database.letGo();
    await closed;
    expect(await Promise.all(calls)).toEqual(['1', '2']);
  });
});
