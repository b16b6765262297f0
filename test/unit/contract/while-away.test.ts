// How long calls wait for a database that is away.
import { type ErrorCode, ServiceError } from '../../../src/contract/errors.ts';
import { whileAway } from '../../../src/contract/while-away.ts';

describe('work on a database that is away', () => {
  let tries: number;
  beforeEach(() => {
    jest.useFakeTimers();
    tries = 0;
  });
  afterEach(() => jest.useRealTimers());

  /** Fails in this way until it was tried so often. */
  const failing =
    (code: ErrorCode, times: number, details = {}) =>
    async () => {
      tries += 1;
      if (tries <= times) throw new ServiceError(code, { details });
      return 'done';
    };
  /** What it ends with, and after how many milliseconds. */
  const endOf = async (running: Promise<string>) => {
    const startedMs = performance.now();
    let end: [string, number] | null = null;
    const note = (what: string) => {
      end = [what, Math.round(performance.now() - startedMs)];
    };
    running.then(note, (error) => note(error.code));
    while (end === null) await jest.advanceTimersByTimeAsync(1);
    return end as [string, number];
  };

  it('is done when it is back', async () => {
    const [what, ms] = await endOf(whileAway(1000, failing('StoreUnavailable', 3)));
    expect([what, tries]).toEqual(['done', 4]);
    expect(ms).toBeLessThan(200);
  });

  it('is told so when the time is up, with a last try then', async () => {
    const [what, ms] = await endOf(whileAway(1000, failing('StoreUnavailable', 1000)));
    expect(what).toBe('StoreUnavailable');
    expect(ms).toBeGreaterThanOrEqual(999);
    expect(ms).toBeLessThan(1010);
    expect(tries).toBeGreaterThan(5);
  });

  it.each([
    ['may have been done', 'OutcomeUnknown', {}],
    ['was refused', 'StreamNotFound', {}],
    ['needs the warehouse', 'StoreUnavailable', { database: 'warehouse' }],
  ] as const)('is not tried again when it %s', async (_, code, details) => {
    const [what, ms] = await endOf(whileAway(1000, failing(code, 1, details)));
    expect([what, tries]).toEqual([code, 1]);
    expect(ms).toBeLessThan(10);
  });

  it('is not waited for any longer when nobody wants it any more', async () => {
    const over = new AbortController();
    const running = whileAway(1000, failing('StoreUnavailable', 1000), over.signal);
    setTimeout(() => over.abort(), 100);
    const [what, ms] = await endOf(running);
    expect(what).toBe('StoreUnavailable');
    expect(ms).toBeLessThanOrEqual(102);
  });

  it('is tried once when nothing shall wait', async () => {
    const [what] = await endOf(whileAway(0, failing('StoreUnavailable', 1)));
    expect([what, tries]).toEqual(['StoreUnavailable', 1]);
  });
});
