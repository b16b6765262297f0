import { NO_EVENTS } from '../../../src/contract/event-list.ts';
import type { Channel } from '../../../src/delivery/channel.ts';
import type { Delivery, FollowRequest, Opening } from '../../../src/delivery/delivery.ts';
import { StateNews } from '../../../src/server/streams/state-news.ts';
import { stateSourceOf } from '../../../src/server/streams/state-source.ts';
import type { StateView } from '../../../src/state/state-view.ts';
import { id } from '../../support/events.ts';

describe('kinds of the application’s own', () => {
  it('are told that something was passed over, also where nothing follows it', async () => {
    let channel: Channel | null = null;
    const opening: Opening = { start: id(5), epoch: 1, reset: null, isEnd: false };
    const follow = async ({ openChannel }: FollowRequest) => {
      channel = openChannel(opening);
      return 'attached' as const;
    };
    const told: string[] = [];
    const news = new StateNews({
      ...{ delivery: { follow } as Delivery, stream: 'main', view: null },
      ...{ invalidating: ['A'], batchMax: 10 },
      publish: {
        publishAll: (stream) => void told.push(stream),
        publishItem: () => {},
        invalidate: () => {},
      },
    });
    await news.start();
    const { sendsCheckpoints, send } = channel as unknown as Channel;
    expect(sendsCheckpoints).toBe(true);
    const range = { seq: 0, events: NO_EVENTS, after: id(5), upTo: id(9), epoch: 1 };
    expect(await send({ ...range, passedFrom: id(5) })).toBe(true);
    expect(told).toEqual(['main', 'main']);
    await send(range);
    expect(told.length).toBe(2);
    news.stop();
  });

  it('cannot be told what has changed since a position of another history', async () => {
    const view = {
      epoch: 2,
      projection: { kinds: ['a'] },
      changedSince: async () => ({ position: id(9), epoch: 2, generation: 1, items: [] }),
    } as unknown as StateView;
    const source = stateSourceOf(new Map([['main', view]]));
    expect(await source.since('1:5')).toBeNull();
    expect(await source.since('2:5')).toEqual({ position: '2:9', items: [] });
  });
});
