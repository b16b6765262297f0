// Faults of the original server that lost events for good, with nobody told: each test would lose some there.
import { describeDatabase, describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { bench, idsOf } from './judge/bench.ts';
import type { Receiver } from './judge/judge.ts';

const range = (count: number) => Array.from({ length: count }, (_, nth) => String(nth + 1));
/** Delivery takes milliseconds; the faults take seconds, or for ever. */
const DELIVERY_MS_MAX = 5000;

for (const kind of ['postgres', 'mysql'] as const) {
  describeDatabase(kind, 'beside an open transaction, FutoIn consumers', () => {
    const own = bench(kind);

    it('get what others add at once, and what it wrote when it has committed', async () => {
      const { gen, poll, target } = own;
      await poll.registerConsumer('polling');
      const reliable = await own.receive('reliable');
      const live = await own.receive('LIVE');
      await Promise.all([reliable.ready(), live.ready()]);
      const polled: string[] = [];
      const pollMore = async () => {
        const page = await poll.pollEvents('polling', polled.at(-1) ?? null);
        polled.push(...idsOf(page));
        types.push(...page.map((event) => event.type));
      };
      const types: string[] = [];
      const got = (receiver: Receiver) => receiver.events.map((event) => event.type);

      const session = await openSqlSession(kind, target.databaseUrl);
      await session.run('begin');
      await target.insert(session, 'EARLY', '1');
      await gen.addEvent('LATE', 2);
      try {
        await until(async () => {
          await pollMore();
          return types.length > 0 && got(reliable).length > 0 && got(live).length > 0;
        }, DELIVERY_MS_MAX);
        expect([types, got(reliable), got(live)]).toEqual([['LATE'], ['LATE'], ['LATE']]);
      } finally {
        await session.run('commit');
        await session.close();
      }
      await until(async () => {
        await pollMore();
        return types.length > 1 && got(reliable).length > 1 && got(live).length > 1;
      }, DELIVERY_MS_MAX);
      const both = ['LATE', 'EARLY'];
      expect([types, got(reliable), got(live)]).toEqual([both, both, both]);
    });
  });
}

describeDrawnDatabase('FutoIn consumers lose nothing', (kind) => {
  describe('with usual settings', () => {
    const own = bench(kind);

    it('when they connect again and again while events are added', async () => {
      const { gen } = own;
      const total = 1500;
      let added = 0;
      const adding = Array.from({ length: 8 }, async () => {
        while (added < total) {
          added += 1;
          await gen.addEvent('A', null);
        }
      });
      const receivers: Receiver[] = [];
      let isAdding = true;
      const done = Promise.all(adding).then(() => {
        isAdding = false;
      });
      while (isAdding) {
        const receiver = await own.receive('again');
        receivers.push(receiver);
        await until(() => receiver.batches.length > 1 || !isAdding);
        await receiver.stop();
      }
      await done;
      const last = await own.receive('again');
      const newest = await gen.addEvent('LAST', null);
      await until(() => last.events.at(-1)?.id === newest);
      // Only now: the client tells its application of a batch after it has acknowledged it, and so perhaps after its stop.
      const got = new Set([...receivers, last].flatMap(({ events }) => idsOf(events)));
      const missing = range(Number(newest)).filter((id) => !got.has(id));
      expect(missing).toEqual([]);
    });

    it('when the database gives rows back in another order than that of their ids', async () => {
      const { gen, poll, target } = own;
      for (let nth = 0; nth < 300; nth += 1) await gen.addEvent(nth % 2 ? 'ODD' : 'EVEN', nth);
      // New versions of rows come to lie behind the others.
      const session = await openSqlSession(kind, target.databaseUrl);
      await session.run('update evt_queue set data = data where id <= 150');
      await session.close();
      for (const [component, want] of [
        ['all', null],
        ['odd', ['ODD']],
      ] as const) {
        await poll.registerConsumer(component);
        const got: string[] = [];
        for (;;) {
          const page = await poll.pollEvents(component, got.at(-1) ?? null, want);
          if (page.length === 0) break;
          got.push(...idsOf(page));
        }
        const wanted = range(300).filter((id) => want === null || Number(id) % 2 === 0);
        expect([component, got]).toEqual([component, wanted]);
      }
    });
  });

  describe('with a short queue', () => {
    const own = bench(kind, { queueMax: 1000 });

    it('when more is added than the queue holds while a short history is in flight', async () => {
      const { gen } = own;
      for (let nth = 0; nth < 5; nth += 1) await gen.addEvent('HISTORY', nth);
      let take: (verdict: null) => void = () => {};
      let isHeld = true;
      const receiver = await own.receive('short', {}, () =>
        isHeld ? new Promise<null>((resolve) => (take = resolve)) : null,
      );
      await until(() => receiver.batches.length === 1);
      const witness = await own.receive('witness');
      for (let round = 0; round < 30; round += 1) {
        await Promise.all(Array.from({ length: 100 }, (_, nth) => gen.addEvent('A', nth)));
      }
      const newest = await gen.addEvent('LAST', null);
      await until(() => witness.events.at(-1)?.id === newest, 30_000);
      isHeld = false;
      take(null);
      await until(() => receiver.events.at(-1)?.id === newest, 30_000);
      expect(idsOf(receiver.events)).toEqual(range(Number(newest)));
    });
  });
});
