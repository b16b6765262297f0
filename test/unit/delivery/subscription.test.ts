import type { Hint } from '../../../src/base/hint.ts';
import type { EventRow } from '../../../src/contract/event.ts';
import type { EventId } from '../../../src/contract/event-id.ts';
import { EventList } from '../../../src/contract/event-list.ts';
import type { Channel, NumberedBatch } from '../../../src/delivery/channel.ts';
import { LiveSubscription } from '../../../src/delivery/live-subscription.ts';
import { Subscription } from '../../../src/delivery/subscription.ts';
import type { Cut } from '../../../src/feed/cut.ts';
import type { Feed } from '../../../src/feed/feed.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { createTelemetry } from '../../../src/telemetry/telemetry.ts';
import { id } from '../../support/events.ts';
import { until } from '../../support/until.ts';

const TS = '2026-11-20T21:32:25.123Z';
const limits = { batchMax: 1, bytesMax: 1e6, ackTimeoutMs: 60_000, checkpointMs: 60_000 };

describe('Subscription', () => {
  it('takes what was acknowledged before the connection went, though a read holds it up', async () => {
    const gone = new AbortController();
    const posted: EventId[] = [];
    let answer: (answer: true) => void = () => {};
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
      isFollowing: () => true,
      cut: () => cuts.shift(),
    };
    const channel = {
      ...openChannel(gone.signal),
      send: () =>
        new Promise<true>((resolve) => {
          answer = resolve;
        }),
    };
    const subscription = subscribe({ feed, channel, batchesInFlightMax: 2, posted });
    await turn();
    expect(cuts).toEqual([]);
    answer(true);
    await turn();
    gone.abort();
    readOn({ events: new EventList([]), upTo: id(1) });
    await subscription.ended;
    expect(posted).toEqual(['1']);
  });

  it('has the next batch worded while the consumer works, whatever the reading meets', async () => {
    const gone = new AbortController();
    const posted: EventId[] = [];
    const lists = [1, 2, 3].map((nth) => new EventList([[id(nth), 'T', '1', TS] as EventRow]));
    const cutBehind = async (after: string) => {
      const events = lists[Number(after)] ?? new EventList([]);
      return { events, upTo: events.rows[0]?.[0] ?? after };
    };
    const feed = {
      stream: 'main',
      epoch: 1,
      newest: id(3),
      attach: () => () => {},
      isFollowing: () => true,
      cut: cutBehind,
      cutAhead: async (after: string) => {
        if (after === id(2)) throw new Error('The database is away.');
        return cutBehind(after);
      },
      waitBeyond: () => new Promise(() => {}),
    };
    const answers: ((answer: true) => void)[] = [];
    const sent: EventList[] = [];
    const prepared: EventList[] = [];
    const channel = {
      ...openChannel(gone.signal),
      prepare: (events: EventList) => prepared.push(events),
      send: ({ events }: NumberedBatch) => {
        sent.push(events);
        return new Promise<true>((resolve) => answers.push(resolve));
      },
    };
    subscribe({ feed, channel, batchesInFlightMax: 1, posted });
    await turn();
    expect([sent, prepared]).toEqual([[lists[0]], [lists[1]]]);
    answers[0]?.(true);
    await turn();
    expect([sent, prepared]).toEqual([[lists[0], lists[1]], [lists[1]]]);
    answers[1]?.(true);
    await turn();
    expect(sent).toEqual(lists);
    expect(posted).toEqual(['1', '2']);
    gone.abort();
  });

  it.each(['a consumer', 'LIVE'])('tells %s the end when the database is back', async (reader) => {
    const gone = new AbortController();
    const ends = [Promise.reject(new Error('The database is away.')), Promise.resolve(true)];
    const feed = {
      stream: 'main',
      epoch: 1,
      newest: id(0),
      end: id(0),
      attach: () => () => {},
      isFollowing: () => true,
      cut: async () => ({ events: new EventList([]), upTo: id(0) }),
      endsAt: () => ends.shift(),
      waitBeyond: (_: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(id(0)))),
    };
    const sent: NumberedBatch[] = [];
    const channel = {
      ...openChannel(gone.signal),
      send: async (batch: NumberedBatch): Promise<true> => {
        sent.push(batch);
        return true;
      },
    };
    const options = { feed, channel, batchesInFlightMax: 1, posted: [] };
    const subscription =
      reader === 'LIVE'
        ? new LiveSubscription({ ...optionsOf(options), start: id(0) })
        : subscribe(options);
    await until(() => ends.length === 0, 2000).finally(() => gone.abort());
    await subscription.ended;
    expect(sent).toMatchObject([{ isEnd: true, upTo: '0' }]);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function openChannel(closed: AbortSignal) {
  return {
    prepare: () => {},
    sendsCheckpoints: true,
    forget: () => {},
    isWritable: true,
    attach: (_: Hint) => () => {},
    close: () => {},
    closed,
  };
}

interface Parts {
  readonly feed: object;
  readonly channel: Channel;
  readonly batchesInFlightMax: number;
  readonly posted: EventId[];
}

function optionsOf({ feed, channel, batchesInFlightMax }: Parts) {
  return {
    feed: feed as Feed,
    channel,
    consumer: 'local:shop',
    filter: null,
    batchesInFlightMax,
    limits,
    ...createTelemetry(createLogger('silent')),
  };
}

function subscribe(parts: Parts): Subscription {
  const { posted } = parts;
  return new Subscription(optionsOf(parts), {
    start: id(0),
    findCursor: async () => id(0),
    failures: null,
    onAcknowledged: (upTo) => posted.push(upTo),
    by: 'push',
    whenDiscarded: 'end',
  });
}
