// The consumer of the published client over real sockets: push, poll and LIVE, one after the other and by a loop.
import {
  type Consumer,
  type ConsumerOptions,
  enough,
  type ReceivedBatch,
} from '../../src/client/index.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { clientOn, idsOf, upTo } from './client-on.ts';

const WAYS = ['push', 'poll'] as const;

describeDrawnDatabase('a consumer of the client', (kind) => {
  const own = clientOn(kind, { batchMax: 50, checkpointMs: 100, ackTimeoutMs: 5000 });
  /** Runs until the test is over; gives what it got, and the end of the run. */
  const read = (
    options: ConsumerOptions,
    onEvents: (batch: ReceivedBatch) => unknown = () => {},
  ) => {
    const batches: ReceivedBatch[] = [];
    const troubles: unknown[] = [];
    let isReady = false;
    const consumer = own.client.consumer({
      onReady: () => {
        isReady = true;
      },
      onTrouble: (error) => troubles.push(error),
      ...options,
    });
    const run = consumer.run(
      async (batch) => {
        const result = await onEvents(batch);
        batches.push(batch);
        return result;
      },
      { signal: own.stop.signal },
    );
    run.catch(() => {});
    return { consumer, batches, troubles, run, ready: () => until(() => isReady) };
  };

  describe.each(WAYS)('by %s', (by) => {
    it('gets all events in order, in batches that join, and acknowledges each', async () => {
      await own.add(120);
      const { batches } = read({ component: 'c', by });
      await until(() => idsOf(batches).length === 120);
      await own.add(30);
      await until(() => idsOf(batches).length === 150);
      expect(idsOf(batches)).toEqual(upTo(150));
      for (const [nth, batch] of batches.entries()) {
        expect(batch.seq).toBe(nth);
        expect(batch.missed).toBeNull();
        if (nth > 0) expect(batch.after).toBe(batches[nth - 1]?.upTo);
        expect(batch.events.length).toBeLessThanOrEqual(50);
      }
      own.stop.abort();
      await until(async () => (await own.cursorOf('c')) === '150');
    });

    it('is given a batch again when its handler rejects, with a pause, and nothing behind it before', async () => {
      await own.add(120);
      let refusals = 3;
      const seen: number[] = [];
      const { batches, troubles } = read({ component: 'c', by }, (batch) => {
        seen.push(...idsOf([batch]));
        if (idsOf([batch]).includes(60) && refusals-- > 0) throw new Error('not yet');
      });
      await until(() => idsOf(batches).length === 120);
      expect(idsOf(batches)).toEqual(upTo(120));
      expect(troubles).toHaveLength(3);
      expect(new Set(seen).size).toBe(120);
      expect(seen.filter((id) => id === 60)).toHaveLength(4);
      expect(Math.max(...seen.slice(0, seen.lastIndexOf(60)))).toBeLessThanOrEqual(100);
    });

    it('gets only what it wants, and is told how far it is beside that', async () => {
      const { batches, ready } = read({ component: 'c', by, want: ['WANTED'] });
      await ready();
      await own.add(100, 'OTHER');
      await own.add(3, 'WANTED');
      await own.add(100, 'OTHER');
      // A poll is answered with how far it is when its time is over, or when there is something wanted.
      const end = by === 'push' ? 203 : 103;
      await until(async () => Number(await own.cursorOf('c')) >= end);
      expect(idsOf(batches)).toEqual([101, 102, 103]);
      expect(batches.every((batch) => batch.missed === null)).toBe(true);
      expect(Number(batches.at(-1)?.upTo)).toBeGreaterThanOrEqual(end);
    });

    it('begins where it is told when it is new, and goes on from its cursor when it is not', async () => {
      await own.add(10);
      const first = read({ component: 'c', by, from: { id: '4' } }, () => enough('7'));
      await first.run;
      expect(first.consumer.position).toEqual({ id: '7', epoch: 1 });
      expect(await own.cursorOf('c')).toBe('7');
      const second = read({ component: 'c', by, from: 'beginning' });
      await until(() => idsOf(second.batches).length === 3);
      expect(idsOf(second.batches)).toEqual([8, 9, 10]);
    });

    it('goes on behind the last batch that it handled when it was stopped in the middle', async () => {
      await own.add(150);
      const stop = new AbortController();
      const handled: number[] = [];
      await own.client.consumer({ component: 'c', by }).run(
        async (batch) => {
          if (handled.length === 50) stop.abort();
          await new Promise((resolve) => setTimeout(resolve, 20));
          handled.push(...idsOf([batch]));
        },
        { signal: stop.signal },
      );
      // The batch at hand was handled to its end, and acknowledged.
      expect(handled).toEqual(upTo(100));
      expect(await own.cursorOf('c')).toBe('100');
    });

    it('reads by a loop; what the loop was left with is not acknowledged', async () => {
      await own.add(150);
      const got: number[] = [];
      for await (const batch of own.client.consumer({ component: 'c', by })) {
        if (got.length === 100) break;
        got.push(...idsOf([batch]));
      }
      expect(got).toEqual(upTo(100));
      expect(await own.cursorOf('c')).toBe('100');

      const stop = new AbortController();
      for await (const batch of own.client.consumer({ component: 'c', by }).batches(stop)) {
        got.push(...idsOf([batch]));
        stop.abort();
      }
      expect(got).toEqual(upTo(150));
      expect(await own.cursorOf('c')).toBe('150');
    });

    it('throws in the loop what no waiting can cure', async () => {
      const readAll = async () => {
        for await (const _ of own.client.consumer({ component: 'no:name', by }));
      };
      await expect(readAll()).rejects.toMatchObject({ code: 'InvalidRequest' });
    });

    it('reads LIVE: from now on, or behind an id, with nothing registered', async () => {
      await own.add(5);
      const now = read({ by });
      const behind = read({ by, from: { id: '3' } });
      await Promise.all([now.ready(), behind.ready()]);
      await own.add(5);
      await until(() => idsOf(now.batches).length === 5 && idsOf(behind.batches).length === 7);
      expect(idsOf(now.batches)).toEqual(upTo(5, 6));
      expect(idsOf(behind.batches)).toEqual(upTo(7, 4));
      expect(await own.client.listConsumers()).toEqual([]);
    });

    it('tries a LIVE batch again here, since no server sends it twice', async () => {
      let refusals = 2;
      const live = read({ by }, () => {
        if (refusals-- > 0) throw new Error('not yet');
      });
      await live.ready();
      await own.add(20);
      await until(() => idsOf(live.batches).length === 20);
      expect(idsOf(live.batches)).toEqual(upTo(20));
      expect(live.troubles).toHaveLength(2);
    });

    it('says what it missed when another reader of the same consumer has acknowledged it', async () => {
      await own.add(10);
      const { batches, consumer } = read({ component: 'c', by });
      await until(() => consumer.position?.id === '10');
      own.stop.abort();
      await own.add(10);
      await own.client.call('pollEvents', { component: 'c', last_id: '15' });
      own.stop = new AbortController();
      const late: ReceivedBatch[] = [];
      const again = own.client.consumer({ component: 'c', by, position: consumer.position });
      const run = again.run((batch) => late.push(batch), { signal: own.stop.signal });
      await until(() => idsOf(late).length === 5);
      expect(idsOf(batches)).toEqual(upTo(10));
      expect(late[0]?.missed).toEqual({ after: '10', upTo: '15' });
      own.stop.abort();
      await run;
    });

    it('ends with the error of a handler that says it is final, and acknowledges what was before', async () => {
      await own.add(100);
      const error = Object.assign(new Error('fenced'), { isFinal: true });
      const { run } = read({ component: 'c', by }, (batch) => {
        if (idsOf([batch]).includes(60)) throw error;
      });
      await expect(run).rejects.toBe(error);
      expect(await own.cursorOf('c')).toBe('50');
    });

    it('is not run without a function', async () => {
      // @ts-expect-error: forgotten
      await expect(own.client.consumer({ by }).run()).rejects.toMatchObject({
        code: 'InvalidRequest',
      });
    });

    it('is read by one run at a time', async () => {
      const { consumer } = read({ component: 'c', by });
      await expect(consumer.run(() => {})).rejects.toThrow('being read already');
    });
  });

  it('keeps several batches under way when it is asked to, and handles one at a time', async () => {
    await own.add(1000);
    let busy = 0;
    let most = 0;
    const { batches } = read({ component: 'c', batchesInFlightMax: 5 }, async () => {
      busy += 1;
      most = Math.max(most, busy);
      await new Promise((resolve) => setTimeout(resolve, 2));
      busy -= 1;
    });
    await until(() => idsOf(batches).length === 1000);
    expect(idsOf(batches)).toEqual(upTo(1000));
    expect(most).toBe(1);
  });

  it('is given all of a window of batches again behind a refused one, in order', async () => {
    await own.add(1000);
    const refused = new Set<number>();
    const { batches } = read({ component: 'c', batchesInFlightMax: 5 }, (batch) => {
      const first = idsOf([batch])[0] as number;
      if (first % 100 > 2 || refused.has(first)) return;
      refused.add(first);
      throw new Error('not yet');
    });
    await until(() => idsOf(batches).length >= 1000, 60_000);
    expect(idsOf(batches)).toEqual(upTo(1000));
  });

  it('ends when a newer reader of the same consumer has come', async () => {
    const first = read({ component: 'c' });
    await first.ready();
    const second = read({ component: 'c' });
    await expect(first.run).rejects.toMatchObject({ code: 'ConsumerBusy' });
    await second.ready();
  });

  it('ends when its consumer was unregistered', async () => {
    const { run, ready } = read({ component: 'c' });
    await ready();
    await own.client.unregisterConsumer('c');
    await expect(run).rejects.toMatchObject({ code: 'NotRegistered' });
  });

  it('goes from poll to push to LIVE and back in mid-stream, and has every event once', async () => {
    const got: number[] = [];
    const handle = (batch: ReceivedBatch) => {
      expect(batch.missed).toBeNull();
      got.push(...idsOf([batch]));
    };
    let isOver = false;
    const adding = (async () => {
      while (!isOver) await own.add(7);
    })();
    const ways: ConsumerOptions[] = [
      { component: 'c', by: 'poll' },
      { component: 'c', by: 'push' },
      { by: 'push' },
      { component: 'c', by: 'poll' },
      { by: 'poll' },
      { component: 'c', by: 'push' },
    ];
    let last: Consumer | null = null;
    for (const way of [...ways, ...ways]) {
      const stop = new AbortController();
      const consumer: Consumer = own.client.consumer({ ...way, position: last?.position });
      const from = got.length;
      const run = consumer.run(handle, { signal: stop.signal });
      await until(() => got.length > from + 60);
      stop.abort();
      await run;
      last = consumer;
    }
    isOver = true;
    await adding;
    expect(got).toEqual(upTo(got.length));
    expect(got.length).toBeGreaterThan(700);
  });
});
