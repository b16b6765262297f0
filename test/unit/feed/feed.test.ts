import { Hint } from '../../../src/base/hint.ts';
import { ServiceError } from '../../../src/contract/errors.ts';
import { NO_EVENT } from '../../../src/contract/event-id.ts';
import { Feed } from '../../../src/feed/feed.ts';
import type { Store } from '../../../src/store/store.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { createTelemetry } from '../../../src/telemetry/telemetry.ts';
import { until } from '../../support/until.ts';

describe('Feed', () => {
  it('cuts ahead for a few readers, whoever of them waits', async () => {
    const store = {
      syncedState: async () => ({ newest: NO_EVENT, epoch: 1 }),
      readAfter: async () => [],
      mayBeInvalid: async () => false,
    };
    const feed = new Feed({
      store: store as unknown as Store,
      stream: 'main',
      pace: { sleepMsMin: 5, sleepMsMax: 100, sleepMsStep: 5 },
      limits: { windowEventsMax: 10, windowBytesMax: 1e6, checkpointMs: 1000 },
      ...createTelemetry(createLogger('silent')),
    });
    await feed.start();
    const stop = new AbortController();
    const waits = Array.from({ length: 8 }, () => {
      feed.attach();
      const wait = { hint: new Hint(), ms: 60_000, signal: stop.signal };
      return feed.waitBeyond({ after: NO_EVENT, seen: NO_EVENT, filter: null }, wait);
    });
    const bounds = { eventsMax: 10, bytesMax: 1e6 };
    expect(await feed.cutAhead(NO_EVENT, null, bounds)).not.toBeNull();
    const detach = feed.attach();
    expect(await feed.cutAhead(NO_EVENT, null, bounds)).toBeNull();
    detach();
    expect(await feed.cutAhead(NO_EVENT, null, bounds)).not.toBeNull();
    stop.abort();
    await Promise.allSettled(waits);
    await feed.stop();
  });

  it('finds the end anew when what came behind the last one was discarded unseen', async () => {
    let state = { newest: '10', epoch: 1, status: 'sealed' };
    let isDiscarded = false;
    const store = {
      syncedState: async () => state,
      readAfter: async (_: string, after: string) => {
        if (!isDiscarded || after === '20') return [];
        throw new ServiceError('CursorTooOld', { details: { earliest: '21' } });
      },
      seemsSealed: () => true,
      mayBeInvalid: async () => false,
    };
    const feed = new Feed({
      store: store as unknown as Store,
      stream: 'main',
      pace: { sleepMsMin: 5, sleepMsMax: 100, sleepMsStep: 5 },
      limits: { windowEventsMax: 10, windowBytesMax: 1e6, checkpointMs: 1000 },
      ...createTelemetry(createLogger('silent')),
    });
    await feed.start();
    try {
      await until(() => feed.end === '10');
      state = { ...state, newest: '20' };
      isDiscarded = true;
      await until(() => feed.end === '20', 2000);
    } finally {
      await feed.stop();
    }
  });
});
