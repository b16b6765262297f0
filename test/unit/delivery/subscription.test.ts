import type { Hint } from '../../../src/base/hint.ts';
import type { EventRow } from '../../../src/contract/event.ts';
import { EventList } from '../../../src/contract/event-list.ts';
import type { AckWriter } from '../../../src/delivery/ack-writer.ts';
import type { Channel } from '../../../src/delivery/channel.ts';
import { Subscription } from '../../../src/delivery/subscription.ts';
import type { Cut } from '../../../src/feed/cut.ts';
import type { Feed } from '../../../src/feed/feed.ts';
import type { Ack, Lease } from '../../../src/store/store.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { id } from '../../support/events.ts';

const TS = '2026-11-20T21:32:25.123Z';
const limits = { batchMax: 1, bytesMax: 1e6, ackTimeoutMs: 60_000, checkpointMs: 60_000 };

describe('Subscription', () => {
  it('takes what was acknowledged before the connection went, though a read holds it up', async () => {
    const gone = new AbortController();
    const posted: Ack[] = [];
    let answer: (isAccepted: boolean) => void = () => {};
    let readOn: (cut: Cut) => void = () => {};
    const cuts = [
      Promise.resolve({ events: new EventList([[id(1), 'T', '1', TS] as EventRow]), upTo: id(1) }),
      new Promise<Cut>((resolve) => {
        readOn = resolve;
      }),
    ];
    const feed = {
      stream: 'main',
      epoch: 1,
      newest: id(2),
      attach: () => () => {},
      cut: () => cuts.shift(),
    };
    const channel = {
      send: () =>
        new Promise<boolean>((resolve) => {
          answer = resolve;
        }),
      sendsCheckpoints: true,
      forget: () => {},
      isWritable: true,
      attach: (_: Hint) => () => {},
      close: () => {},
      closed: gone.signal,
    } satisfies Channel;
    const subscription = new Subscription({
      feed: feed as unknown as Feed,
      channel,
      filter: null,
      batchesInFlightMax: 2,
      limits,
      metrics: createMetrics(),
      logger: createLogger('silent'),
      lease: { consumerId: '7', token: '3', cursor: id(0) } as Lease,
      findCursor: async () => id(0),
      acks: { post: (ack: Ack) => posted.push(ack) } as unknown as AckWriter,
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(cuts).toEqual([]);
    answer(true);
    await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    readOn({ events: new EventList([]), upTo: id(1) });
    await subscription.ended;
    expect(posted).toEqual([{ consumerId: '7', token: '3', cursor: '1' }]);
  });
});
