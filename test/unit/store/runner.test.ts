// How long work is tried again, and what is said then.
import type { Dialect, Outcome } from '../../../src/store/dialect.ts';
import { Runner } from '../../../src/store/runner.ts';

const SECOND = 1000;

/** Work that takes a while and then fails in the given ways, the last one for ever. */
function failing(...outcomes: Outcome[]) {
  let tries = 0;
  const dialect = { outcomeOf: (error) => (error as Error).message } as Dialect;
  const work = async () => {
    const outcome = outcomes[Math.min(tries, outcomes.length - 1)];
    tries += 1;
    await new Promise((resolve) => setTimeout(resolve, SECOND));
    throw new Error(outcome);
  };
  return { runner: new Runner(dialect, 'active'), work, tries: () => tries };
}

describe('work that fails again and again', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
  afterEach(() => jest.useRealTimers());

  /** The error's code, and after how many seconds it came. */
  async function endOf(running: Promise<unknown>): Promise<[string, number]> {
    const startedMs = performance.now();
    let code: string | null = null;
    running.catch((error) => {
      code = error.code;
    });
    while (code === null) await jest.advanceTimersByTimeAsync(100);
    return [code, Math.round((performance.now() - startedMs) / SECOND)];
  }

  it('is given up when it was rolled back for half a minute', async () => {
    const { runner, work } = failing('rolled-back');
    const [code, seconds] = await endOf(runner.once('verb', work));
    expect(code).toBe('StoreUnavailable');
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThanOrEqual(33);
  });

  it('is refused, and not tried again, once the runner is closed', async () => {
    const { runner, work, tries } = failing('rolled-back');
    const running = endOf(runner.once('verb', work));
    runner.close();
    expect(await running).toEqual(['ShuttingDown', 1]);
    expect(await endOf(runner.repeatable('verb', work))).toEqual(['ShuttingDown', 0]);
    expect(tries()).toBe(1);
  });

  it('keeps its unknown outcome when the runner is closed', async () => {
    const { runner, work, tries } = failing('unknown');
    const running = endOf(runner.untilKnown('verb', work));
    runner.close();
    expect(await running).toEqual(['OutcomeUnknown', 1]);
    expect(tries()).toBe(1);
  });

  it('is not tried again when it may have been carried out', async () => {
    const { runner, work, tries } = failing('unknown');
    expect(await endOf(runner.once('verb', work))).toEqual(['OutcomeUnknown', 1]);
    expect(tries()).toBe(1);
  });

  it.each([
    ['rolled back', 'rolled-back'],
    ['not run', 'not-run'],
  ] as const)(
    'after an unknown outcome stays unknown after some 5 s, though it is %s then',
    async (_, outcome) => {
      const { runner, work } = failing('unknown', outcome);
      const [code, seconds] = await endOf(runner.untilKnown('verb', work));
      expect(code).toBe('OutcomeUnknown');
      expect(seconds).toBeGreaterThanOrEqual(6);
      expect(seconds).toBeLessThanOrEqual(8);
    },
  );
});

describe('a database that is away', () => {
  it('has been away since the first failure, whatever is answered that began before it', async () => {
    const { runner, work } = failing('not-run');
    let answer = () => {};
    const began = runner.once('verb', () => new Promise<void>((resolve) => (answer = resolve)));
    await expect(runner.once('verb', work)).rejects.toMatchObject({ code: 'StoreUnavailable' });
    const since = runner.awaySince;
    expect(since).not.toBeNull();
    answer();
    await began;
    expect(runner.awaySince).toBe(since);
    await expect(runner.once('verb', work)).rejects.toMatchObject({ code: 'StoreUnavailable' });
    expect(runner.awaySince).toBe(since);
    await runner.once('verb', async () => {});
    expect(runner.awaySince).toBeNull();
  });
});
