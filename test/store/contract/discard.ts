// Nothing is discarded before every consumer and the archive have it, and no reader meets a silent hole.
import { ARCHIVER } from '../../../src/contract/consumer.ts';
import type { ConsumerRow } from '../../../src/store/store.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { id, makeDraft, makeDrafts, readAll } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { openSqlSession, timeInHours } from '../../support/sql-session.ts';
import type { Open } from './conformance.ts';

export function discardContract(kind: DatabaseKind, open: Open): void {
  describe('discard', () => {
    let opened: OpenStore;
    const acknowledge = async (ident: string, upTo: number) => {
      const consumerId = (await opened.store.findConsumer('main', ident))?.id ?? '';
      await opened.store.advanceCursors([{ consumerId, cursor: id(upTo), token: null, epoch: 1 }]);
    };
    beforeEach(async () => {
      opened = await open();
      await opened.store.append('main', makeDrafts(10));
    });
    afterEach(() => opened.close());

    it('does nothing while no consumer is registered', async () => {
      expect(await opened.store.discard('main', { limit: 100 })).toMatchObject({
        count: 0,
        upTo: '0',
        hasMore: false,
      });
      await opened.store.requireArchive('main');
      await acknowledge(ARCHIVER, 10);
      expect((await opened.store.discard('main', { limit: 100 })).count).toBe(0);
    });

    it('stops at the slowest consumer', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:fast', 'now');
      await store.registerConsumer('main', 'a:slow', 'beginning');
      expect((await store.discard('main', { limit: 100 })).count).toBe(0);
      await acknowledge('a:slow', 4);
      expect(await store.discard('main', { limit: 100 })).toMatchObject({
        count: 4,
        upTo: '4',
        hasMore: false,
      });
      expect((await readAll(store, id(4))).map((row) => row[0])[0]).toBe('5');
      expect((await store.streamState('main')).discardedUpTo).toBe('4');
    });

    it('takes no more than its limit at once', async () => {
      await opened.store.registerConsumer('main', 'a:b', 'now');
      expect(await opened.store.discard('main', { limit: 4 })).toMatchObject({
        count: 4,
        upTo: '4',
        hasMore: true,
      });
      expect(await opened.store.discard('main', { limit: 4 })).toMatchObject({
        count: 4,
        upTo: '8',
        hasMore: true,
      });
      expect(await opened.store.discard('main', { limit: 4 })).toMatchObject({
        count: 2,
        upTo: '10',
        hasMore: false,
      });
    });

    it('waits for the archive once it is required', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', 'now');
      await store.requireArchive('main');
      expect((await store.streamState('main')).isArchiveRequired).toBe(true);
      expect((await store.discard('main', { limit: 100 })).count).toBe(0);
      await acknowledge(ARCHIVER, 3);
      expect((await store.discard('main', { limit: 100 })).upTo).toBe('3');
    });

    it('leaves what is younger than it has to be, and what stands behind that', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', 'now');
      const sql = await openSqlSession(kind, opened.url);
      const hourAgo = timeInHours[kind](-1);
      await sql.run(`update evt_queue set ts = ${hourAgo} where id in (1, 2, 3, 4, 6, 7, 8, 9)`);
      const retainMs = 60_000;
      expect(await store.discard('main', { limit: 3, retainMs })).toMatchObject({
        count: 3,
        upTo: '3',
        hasMore: true,
      });
      expect(await store.discard('main', { limit: 3, retainMs })).toMatchObject({
        count: 1,
        upTo: '4',
        hasMore: false,
      });
      expect((await store.discard('main', { limit: 3, retainMs })).count).toBe(0);
      expect((await store.discard('main', { limit: 100, retainMs: 2 * 3_600_000 })).count).toBe(0);
      await sql.run(`update evt_queue set ts = ${hourAgo} where id = 5`);
      await sql.close();
      expect(await store.discard('main', { limit: 100, retainMs })).toMatchObject({
        count: 5,
        upTo: '9',
        hasMore: false,
      });
    });

    it('does not wait for who was set aside, until it moves', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:fast', 'now');
      await store.registerConsumer('main', 'a:slow', { id: id(2) });
      const slow = await store.findConsumer('main', 'a:slow');
      if (slow === null) throw new Error('It was registered.');
      expect(await store.setAside('main', slow)).toBe('no-archive');
      await store.requireArchive('main');
      await acknowledge(ARCHIVER, 8);
      expect((await store.discard('main', { limit: 100 })).upTo).toBe('2');
      expect(await store.setAside('main', { ...slow, cursor: id(1) })).toBe('has-moved');
      expect(await store.setAside('main', slow)).toBe('set-aside');
      expect(await store.setAside('main', slow)).toBe('has-moved');
      const isAside = async () =>
        (await store.listConsumers('main'))
          .filter((each) => each.isSetAside)
          .map((each) => each.ident);
      expect(await isAside()).toEqual(['a:slow']);
      expect((await store.discard('main', { limit: 3 })).upTo).toBe('5');
      await acknowledge('a:slow', 4);
      expect(await isAside()).toEqual([]);
      expect((await store.discard('main', { limit: 100 })).count).toBe(0);
      await acknowledge('a:slow', 7);
      expect((await store.discard('main', { limit: 100 })).upTo).toBe('7');
    });

    it('waits again for who is attached to, though it was set aside', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', 'beginning');
      await store.requireArchive('main');
      await acknowledge(ARCHIVER, 10);
      const row = await store.findConsumer('main', 'a:b');
      expect(await store.setAside('main', row as ConsumerRow)).toBe('set-aside');
      const lease = { stream: 'main', ident: 'a:b', node: 'here', leaseMs: 1000, onlyIfFree: true };
      expect(await store.leases.take(lease)).not.toBeNull();
      expect((await store.discard('main', { limit: 100 })).count).toBe(0);
    });

    it('leaves ids going on when the queue is empty', async () => {
      await opened.store.registerConsumer('main', 'a:b', 'now');
      await opened.store.discard('main', { limit: 100 });
      expect(await readAll(opened.store, id(10))).toEqual([]);
      expect((await opened.store.streamState('main')).newest).toBe('10');
      expect((await opened.store.append('main', [makeDraft()])).first).toBe('11');
    });

    it('is told to who reads from a discarded position', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', 'now');
      await store.discard('main', { limit: 6 });
      const tooOld = { code: 'CursorTooOld', details: { earliest: '7' } };
      await expect(readAll(store, id(5))).rejects.toMatchObject(tooOld);
      await expect(store.registerConsumer('main', 'a:c', { id: id(5) })).rejects.toMatchObject(
        tooOld,
      );
      await store.registerConsumer('main', 'a:d', 'beginning');
      expect((await store.findConsumer('main', 'a:d'))?.cursor).toBe('6');
      expect((await readAll(store, id(6))).length).toBe(4);
    });

    it.each([
      [1, 0],
      [5, 0],
      [5, 4],
    ])(
      'is not what took event %i away by hand: who reads behind %i is told',
      async (gone, after) => {
        const sql = await openSqlSession(kind, opened.url);
        await sql.run(`delete from evt_queue where id = ${gone}`);
        await sql.close();
        await expect(readAll(opened.store, id(after))).rejects.toMatchObject({
          code: 'InternalError',
          message: expect.stringMatching(/has a hole/),
        });
        expect((await readAll(opened.store, id(gone))).length).toBe(10 - gone);
      },
    );

    it('never makes a silent hole for those who register and read meanwhile', async () => {
      const { store } = opened;
      const other = await opened.another();
      const node = (nth: number) => (nth % 2 === 0 ? store : other);
      await store.registerConsumer('main', 'a:keeper', 'beginning');
      let isRunning = true;
      const discarding = (async () => {
        while (isRunning) {
          await acknowledge('a:keeper', Number((await store.streamState('main')).newest));
          await other.discard('main', { limit: 7 });
          await store.append('main', makeDrafts(9));
        }
      })();
      await Promise.all(
        [0, 1, 2, 3].map(async (reader) => {
          for (let round = 0; round < 60; round += 1) {
            const ident = `a:r${reader}_${round}`;
            await node(reader).registerConsumer('main', ident, 'beginning');
            const start = (await store.findConsumer('main', ident))?.cursor ?? id(0);
            const rows = await node(reader).readAfter('main', start, {
              eventsMax: 20,
              bytesMax: 1e6,
            });
            expect(rows.map((row) => row[0])).toEqual(
              rows.map((_, nth) => String(Number(start) + nth + 1)),
            );
            await node(reader).unregisterConsumer('main', ident, {
              isDryRun: false,
              dropsParked: false,
            });
            // Unregistered, it has no claim any more: it may be told, but must not meet a hole.
            const late = await node(reader)
              .readAfter('main', start, { eventsMax: 20, bytesMax: 1e6 })
              .catch((error) => error.code as string);
            if (late === 'CursorTooOld') continue;
            expect(late[0]?.[0] ?? String(Number(start) + 1)).toBe(String(Number(start) + 1));
          }
        }),
      );
      isRunning = false;
      await discarding;
    });
  });
}
