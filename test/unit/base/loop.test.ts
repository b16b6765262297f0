import { backoffMs } from '../../../src/base/backoff.ts';
import { Hint } from '../../../src/base/hint.ts';
import { type Service, startAll, stopAll } from '../../../src/base/lifecycle.ts';
import { Loop } from '../../../src/base/loop.ts';
import { Mutex } from '../../../src/base/mutex.ts';
import { nextSleepMs } from '../../../src/base/pace.ts';

const NEVER_MS = 3_600_000;

describe('Hint', () => {
  it('given before the wait is not lost', async () => {
    const hint = new Hint();
    hint.give();
    expect(await hint.wait(NEVER_MS, new AbortController().signal)).toBe('hinted');
  });

  it('ends a wait', async () => {
    const hint = new Hint();
    const waiting = hint.wait(NEVER_MS, new AbortController().signal);
    hint.give();
    expect(await waiting).toBe('hinted');
  });

  it('counts once', async () => {
    const hint = new Hint();
    hint.give();
    hint.give();
    const { signal } = new AbortController();
    await hint.wait(NEVER_MS, signal);
    expect(await hint.wait(1, signal)).toBe('waited');
  });

  it('waits no longer than the signal', async () => {
    const abort = new AbortController();
    const waiting = new Hint().wait(NEVER_MS, abort.signal);
    abort.abort();
    expect(await waiting).toBe('waited');
  });
});

describe('Loop', () => {
  const backoff = { firstMs: 1, maxMs: 2 };

  it('goes on after a failure, and tells of it', async () => {
    const errors: string[] = [];
    let rounds = 0;
    const done = deferred();
    const loop = new Loop({
      backoff,
      onError: (error, attempt) => errors.push(`${(error as Error).message} ${attempt}`),
      step: async () => {
        rounds += 1;
        if (rounds <= 2) throw new Error('weather');
        done.resolve();
        return NEVER_MS;
      },
    });
    await loop.start();
    await done.promise;
    await loop.stop();
    expect(errors).toEqual(['weather 0', 'weather 1']);
  });

  it('stops in the middle of a pause, twice if need be', async () => {
    const loop = new Loop({ backoff, onError: () => {}, step: async () => NEVER_MS });
    await loop.start();
    await loop.stop();
    await loop.stop();
  });

  it('tells nothing of a round that fails behind the stop', async () => {
    const errors: unknown[] = [];
    const begun = deferred();
    const loop = new Loop({
      backoff,
      onError: (error) => errors.push(error),
      step: async (signal) => {
        begun.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw new Error('taken away');
      },
    });
    await loop.start();
    await begun.promise;
    await loop.stop();
    expect(errors).toEqual([]);
  });

  it('begins its round at once when hinted', async () => {
    let rounds = 0;
    const second = deferred();
    const loop = new Loop({
      backoff,
      onError: () => {},
      step: async () => {
        rounds += 1;
        if (rounds === 2) second.resolve();
        return NEVER_MS;
      },
    });
    await loop.start();
    loop.hint();
    await second.promise;
    await loop.stop();
  });
});

describe('Mutex', () => {
  it('runs one at a time, in order, also after a failure', async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
      if (name === 'a') throw new Error(name);
      return name;
    };
    const results = await Promise.allSettled([mutex.run(work('a')), mutex.run(work('b'))]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });
});

describe('the life cycle', () => {
  const service = (name: string, log: string[], fails: string[] = []): Service => {
    const act = async (verb: string) => {
      log.push(`${verb} ${name}`);
      if (fails.includes(verb)) throw new Error(`${verb} ${name}`);
    };
    return { start: () => act('start'), stop: () => act('stop') };
  };

  it('stops what was started when something does not start', async () => {
    const log: string[] = [];
    const services = [service('a', log), service('b', log), service('c', log, ['start'])];
    await expect(startAll(services)).rejects.toThrow('start c');
    expect(log).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop a']);
  });

  it('stops everything, even if something does not stop', async () => {
    const log: string[] = [];
    const services = [service('a', log), service('b', log, ['stop']), service('c', log)];
    await expect(stopAll(services)).rejects.toThrow('stop b');
    expect(log).toEqual(['stop c', 'stop b', 'stop a']);
  });
});

describe('pace', () => {
  const limits = { sleepMsMin: 5, sleepMsMax: 20, sleepMsStep: 5 };

  it('is back at the minimum with anything that comes, and grows only while nothing does', () => {
    const nothing = [0, 5, 10, 15, 20].map((last) => nextSleepMs(last, 'nothing', limits));
    expect(nothing).toEqual([5, 10, 15, 20, 20]);
    expect(nextSleepMs(20, 'some', limits)).toBe(5);
    expect(nextSleepMs(20, 'full', limits)).toBe(0);
  });
});

describe('backoff', () => {
  it('doubles up to its maximum, its upper half at random', () => {
    const limits = { firstMs: 100, maxMs: 1000 };
    expect([0, 1, 2, 3, 4, 99].map((attempt) => backoffMs(attempt, limits, () => 1))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
    expect(backoffMs(1, limits, () => 0)).toBe(100);
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
