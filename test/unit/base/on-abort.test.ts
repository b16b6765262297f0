import { onAbort } from '../../../src/base/on-abort.ts';

describe('onAbort', () => {
  it('calls everybody back once, and nobody who has left', () => {
    const stop = new AbortController();
    const called: number[] = [];
    for (let nth = 0; nth < 100; nth += 1) onAbort(stop.signal, () => called.push(nth));
    const leave = onAbort(stop.signal, () => called.push(-1));
    leave();
    stop.abort();
    expect(called).toEqual(Array.from({ length: 100 }, (_, nth) => nth));
  });

  it('calls back at once when it is too late', () => {
    let isCalled = false;
    onAbort(AbortSignal.abort(), () => {
      isCalled = true;
    });
    expect(isCalled).toBe(true);
  });

  it('never calls back without a signal', () => {
    expect(onAbort(undefined, () => {})()).toBeUndefined();
  });

  it('warns of nothing, however many wait', () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    for (let nth = 0; nth < 1000; nth += 1) onAbort(signal, () => {});
    return new Promise((resolve) => setImmediate(resolve)).then(() => {
      process.off('warning', onWarning);
      expect(warnings).toEqual([]);
    });
  });
});
