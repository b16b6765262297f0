import { NO_EVENT } from '../../../src/contract/event-id.ts';
import { Discarder } from '../../../src/retention/discarder.ts';
import type { Store } from '../../../src/store/store.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

describe('Discarder', () => {
  /** The windows that it asks for, where each is full and holds the stream's row for so long. */
  const windowsFor = async (limit: number, heldMs: readonly number[]) => {
    const asked: number[] = [];
    const left = [...heldMs];
    const discard = async (_: string, window: number) => {
      asked.push(window);
      return { count: window, upTo: NO_EVENT, hasMore: left.length > 1, heldMs: left.shift() };
    };
    const discarder = new Discarder({
      store: { discard } as unknown as Store,
      stream: 'main',
      limit,
      periodMs: 1000,
      metrics: createMetrics(),
      logger: createLogger('silent'),
    });
    while (await discarder.round());
    return asked;
  };

  it('takes more at once while that is quick, up to the limit', async () => {
    expect(await windowsFor(5000, [1, 1, 1, 1])).toEqual([1000, 2000, 4000, 5000]);
    expect(await windowsFor(7, [1, 1])).toEqual([7, 7]);
  });

  it('takes fewer when it has held up others for long, one at least', async () => {
    expect(await windowsFor(5000, [5, 11, 5])).toEqual([1000, 1000, 500]);
    expect(await windowsFor(3, [90, 90, 90, 90])).toEqual([3, 2, 1, 1]);
  });
});
