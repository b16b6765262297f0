// Consumers: registration, cursors, leases.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseKind } from '../../support/databases.ts';
import { drainInbox, id, makeDrafts } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import { until } from '../../support/until.ts';
import type { Open } from './conformance.ts';

export function cursorsContract(kind: DatabaseKind, open: Open): void {
  describe('consumers', () => {
    let opened: OpenStore;
    const lease = (node: string, onlyIfFree = false) =>
      opened.store.leases.take({ stream: 'main', ident: 'a:b', node, leaseMs: 5000, onlyIfFree });
    const cursor = async () => (await opened.store.findConsumer('main', 'a:b'))?.cursor;
    beforeEach(async () => {
      opened = await open(['main', 'orders']);
      await opened.store.append('main', makeDrafts(10));
    });
    afterEach(() => opened.close());

    it('begin where they ask to', async () => {
      const { store } = opened;
      const time =
        (await store.readAfter('main', id(4), { eventsMax: 1, bytesMax: 1 }))[0]?.[3] ?? '';
      await store.registerConsumer('main', 'a:beginning', 'beginning');
      await store.registerConsumer('main', 'a:now', 'now');
      await store.registerConsumer('main', 'a:id', { id: id(7) });
      await store.registerConsumer('main', 'a:time', { time });
      await store.registerConsumer('main', 'a:future', { time: '2999-01-01T00:00:00Z' });
      await store.registerConsumer('main', 'a:past', { time: '2000-01-01T00:00:00.123456Z' });
      const cursors = Object.fromEntries(
        (await store.listConsumers('main')).map((consumer) => [consumer.ident, consumer.cursor]),
      );
      expect(cursors).toEqual({
        'a:beginning': '0',
        'a:now': '10',
        'a:id': '7',
        'a:time': '0',
        'a:future': '10',
        'a:past': '0',
      });
    });

    describe('who begin at a time', () => {
      let sql: SqlSession;
      beforeEach(async () => {
        sql = await openSqlSession(kind, opened.url);
      });
      afterEach(() => sql.close());

      it.each([
        ['2001-02-03T04:05:06Z', '0'],
        ['2001-02-03T04:05:06.0Z', '0'],
        ['2001-02-03T04:05:06.000000001Z', '1'],
        ['2001-02-03T04:05:06.5Z', '1'],
        ['2001-02-03T04:05:06.50Z', '1'],
        ['2001-02-03T04:05:06.500Z', '1'],
        ['2001-02-03T04:05:06.5000001Z', '2'],
        ['2001-02-03T04:05:06.502Z', '3'],
      ])('miss nothing and get nothing older: %s', async (time, cursorThere) => {
        const { store } = opened;
        for (const millisecond of ['000', '500', '501']) {
          const ts = `2001-02-03T04:05:06.${millisecond}Z`;
          const own = kind === 'mysql' ? ts.replace('T', ' ').replace('Z', '') : ts;
          await sql.run(
            `insert into evt_orders_inbox (type, data, ts) values ('OLD', '1', '${own}')`,
          );
        }
        await drainInbox(store, 'orders');
        expect(await store.resolveStart('orders', { time })).toBe(cursorThere);
        await store.registerConsumer('orders', 'a:b', { time });
        expect((await store.findConsumer('orders', 'a:b'))?.cursor).toBe(cursorThere);
      });

      it.each(['2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z'])(
        'are told that %s is none',
        async (time) => {
          const invalid = { code: 'InvalidRequest', details: { in: 'params' } };
          await expect(
            opened.store.registerConsumer('main', 'a:b', { time }),
          ).rejects.toMatchObject(invalid);
          await expect(opened.store.resolveStart('main', { time })).rejects.toMatchObject(invalid);
        },
      );

      it('begin behind what was discarded while their place was looked for', async () => {
        const { store } = opened;
        await sql.run(kind === 'sqlite' ? 'begin immediate' : 'begin');
        await sql.run("update evt_streams set discarded_up_to = 4 where name = 'main'");
        const registering = store.registerConsumer('main', 'a:b', { time: '2000-01-01T00:00:00Z' });
        await sleep(300);
        await sql.run('delete from evt_queue where id <= 4');
        await sql.run('commit');
        await registering;
        expect(await cursor()).toBe('4');
      });

      it('are found where they stand when they register again', async () => {
        const { store } = opened;
        await store.registerConsumer('main', 'a:b', { id: id(7) });
        const time = '2000-01-01T00:00:00Z';
        expect(await store.registerConsumer('main', 'a:b', { time })).toBe(false);
        expect(await cursor()).toBe('7');
      });

      if (kind !== 'sqlite') {
        it('hold nobody up while their place is looked for', async () => {
          const { store } = opened;
          await sql.run('begin');
          await sql.run(LOCK_QUEUE[kind]);
          const scanning = store.registerConsumer('main', 'a:b', { time: '2000-01-01T00:00:00Z' });
          const watcher = await openSqlSession(kind, opened.url);
          await until(async () => (await watcher.run(WAITING[kind])).length > 0);
          await watcher.close();
          const startedMs = performance.now();
          expect(await store.registerConsumer('main', 'a:c', 'now')).toBe(true);
          expect(performance.now() - startedMs).toBeLessThan(2000);
          await sql.run(kind === 'mysql' ? 'unlock tables' : 'commit');
          expect(await scanning).toBe(true);
        });
      }
    });

    it('refuse to begin beyond the newest event', async () => {
      await expect(
        opened.store.registerConsumer('main', 'a:b', { id: id(11) }),
      ).rejects.toMatchObject({ code: 'CursorAhead' });
      await expect(
        opened.store.registerConsumer('main', 'a:b', { id: id(5), epoch: 2 }),
      ).rejects.toMatchObject({ code: 'HistoryForked' });
    });

    it('change nothing when they register again, and burn no id', async () => {
      const { store } = opened;
      expect(await store.registerConsumer('main', 'a:b', 'now')).toBe(true);
      for (let again = 0; again < 5; again += 1) {
        expect(await store.registerConsumer('main', 'a:b', 'beginning')).toBe(false);
      }
      expect(await cursor()).toBe('10');
      await store.registerConsumer('main', 'a:c', 'now');
      const ids = (await store.listConsumers('main')).map((consumer) => Number(consumer.id));
      expect(Math.max(...ids) - Math.min(...ids)).toBe(1);
    });

    it('register once, however many do it at the same time', async () => {
      const nodes = [opened.store, await opened.another()];
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, call) =>
          (nodes[call % 2] ?? opened.store).registerConsumer('main', 'a:b', 'beginning'),
        ),
      );
      expect(answers.filter(Boolean).length).toBe(1);
      expect((await opened.store.listConsumers('main')).length).toBe(1);
    });

    it('tell idents apart by case', async () => {
      await opened.store.registerConsumer('main', 'a:Abc', { id: id(3) });
      await opened.store.registerConsumer('main', 'a:abc', { id: id(4) });
      expect((await opened.store.findConsumer('main', 'a:Abc'))?.cursor).toBe('3');
      expect((await opened.store.findConsumer('main', 'a:abc'))?.cursor).toBe('4');
    });

    it('belong to one stream', async () => {
      await opened.store.registerConsumer('orders', 'a:b', 'beginning');
      expect(await opened.store.findConsumer('main', 'a:b')).toBeNull();
    });

    it('move forward and never back', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', 'beginning');
      const consumerId = (await store.findConsumer('main', 'a:b'))?.id ?? '';
      await store.advanceCursors([{ consumerId, cursor: id(6), token: null, epoch: 1 }]);
      await store.advanceCursors([{ consumerId, cursor: id(4), token: null, epoch: 1 }]);
      expect(await cursor()).toBe('6');
      const listed = (await store.listConsumers('main'))[0];
      expect(listed?.lastTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(listed?.idleMs).toBeLessThan(10_000);
    });

    it('move many at once, each to its own place', async () => {
      const { store } = opened;
      for (let nth = 0; nth < 10; nth += 1) {
        await store.registerConsumer('main', `a:c${nth}`, 'beginning');
      }
      const known = await store.listConsumers('main');
      await store.advanceCursors(
        known.map((consumer, nth) => ({
          consumerId: consumer.id,
          cursor: id(nth),
          token: null,
          epoch: 1,
        })),
      );
      expect((await store.listConsumers('main')).map((consumer) => consumer.cursor)).toEqual(
        known.map((_, nth) => String(nth)),
      );
    });

    it('are forgotten when they unregister', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', { id: id(4) });
      expect(
        await store.unregisterConsumer('main', 'a:b', { isDryRun: true, dropsParked: false }),
      ).toEqual({ cursor: '4', lag: 6, parked: 0 });
      expect(await cursor()).toBe('4');
      expect(
        await store.unregisterConsumer('main', 'a:b', { isDryRun: false, dropsParked: false }),
      ).toEqual({ cursor: '4', lag: 6, parked: 0 });
      expect(await store.findConsumer('main', 'a:b')).toBeNull();
      expect(
        await store.unregisterConsumer('main', 'a:b', { isDryRun: false, dropsParked: false }),
      ).toBeNull();
    });

    it('obey the newest lease only', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', 'beginning');
      const older = await lease('n1');
      const newer = await lease('n2');
      expect([older?.isTakeover, newer?.isTakeover]).toEqual([false, true]);
      const consumerId = newer?.consumerId ?? '';
      await store.advanceCursors([
        { consumerId, cursor: id(9), token: older?.token ?? '', epoch: 1 },
      ]);
      expect(await cursor()).toBe('0');
      await store.advanceCursors([
        { consumerId, cursor: id(5), token: newer?.token ?? '', epoch: 1 },
      ]);
      expect(await cursor()).toBe('5');
      const held = [older, newer].map((each) => ({ consumerId, token: each?.token ?? '' }));
      const lost = { ...held[0], newest: newer?.token };
      expect((await store.leases.renew(held, 5000)).lost).toEqual([lost]);
      expect((await store.listConsumers('main'))[0]?.isConnected).toBe(true);
      await store.leases.release({ consumerId, token: older?.token ?? '' });
      expect((await store.listConsumers('main'))[0]?.isConnected).toBe(true);
      await store.leases.release({ consumerId, token: newer?.token ?? '' });
      expect((await store.listConsumers('main'))[0]?.isConnected).toBe(false);
    });

    it('renew more leases than a statement takes values', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', 'beginning');
      const held = await lease('n1');
      const others = Array.from({ length: 40_000 }, (_, nth) => ({
        consumerId: String(1_000_000 + nth),
        token: '1',
      }));
      const own = { consumerId: held?.consumerId ?? '', token: held?.token ?? '' };
      const { lost } = await store.leases.renew([...others, own], 5000);
      expect(lost).toEqual(others.map((each) => ({ ...each, newest: null })));
    });

    it('give a lease that is held to nobody who asks for a free one', async () => {
      await opened.store.registerConsumer('main', 'a:b', 'beginning');
      const held = await lease('n1', true);
      expect(await lease('n2', true)).toBeNull();
      expect((await lease('n1', true))?.token).not.toBe(held?.token);
    });

    it('have no lease when they are not registered', async () => {
      expect(await lease('n1')).toBeNull();
    });
  });
}

const LOCK_QUEUE = {
  postgres: 'lock table evt_queue in access exclusive mode',
  mysql: 'lock tables evt_queue write',
};

/** Somebody waits for a lock on a table. */
const WAITING = {
  postgres: "select 1 from pg_locks where locktype = 'relation' and not granted",
  mysql: `select 1 from information_schema.processlist
    where db = database() and state like '%table metadata lock%'`,
};
