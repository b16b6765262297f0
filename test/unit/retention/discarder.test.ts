import { NO_EVENT } from '../../../src/contract/event-id.ts';
import { Discarder } from '../../../src/retention/discarder.ts';
import type { DiscardLimits, Store } from '../../../src/store/store.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { createTelemetry } from '../../../src/telemetry/telemetry.ts';

describe('Discarder', () => {
  /** The windows that it asks for, where the rows of each take so long, or it fails; the last is not full. */
  const windowsFor = async (limit: number, outcomes: readonly (number | Error)[]) => {
    const asked: number[] = [];
    const left = [...outcomes];
    const discard = async (_: string, { limit: window }: DiscardLimits) => {
      asked.push(window);
      const deleteMs = left.shift();
      if (deleteMs instanceof Error) throw deleteMs;
      return { count: window, upTo: NO_EVENT, hasMore: left.length > 0, deleteMs };
    };
    const discarder = new Discarder({
      store: { discard } as unknown as Store,
      stream: 'main',
      limit,
      retainMs: 0,
      setAsideMs: 0,
      periodMs: 1000,
      ...createTelemetry(createLogger('silent')),
    });
    while (left.length > 0) await discarder.round().catch(() => {});
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

  it('takes more again when the rows get small, and fewer after a failure', async () => {
    expect(await windowsFor(9000, [20, 20, 1, 1, 1])).toEqual([1000, 500, 250, 500, 1000]);
    expect(await windowsFor(9000, [1, new Error('too slow'), 5])).toEqual([1000, 2000, 1000]);
  });
});
