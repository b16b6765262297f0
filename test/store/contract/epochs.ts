// Histories that fork: what was lost is told from what came in its place.

import { type EventId, NO_EVENT } from '../../../src/contract/event-id.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { expectDense, id, makeDrafts } from '../../support/events.ts';
import { loseEvents } from '../../support/lost-events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import type { Open } from './conformance.ts';

const ALL = { eventsMax: 1000, bytesMax: 4_194_304 };

export function epochsContract(kind: DatabaseKind, open: Open): void {
  describe('epochs', () => {
    let opened: OpenStore;
    let sql: SqlSession;
    const epoch = async () => (await opened.store.streamState('main')).epoch;
    const at = (position: EventId, of: number, cursor = NO_EVENT) =>
      opened.store.requirePosition('main', { id: position, epoch: of }, cursor);
    const forked = (at: string, newest: number) =>
      expect.objectContaining({ code: 'HistoryForked', details: { at, epoch: newest } });
    beforeEach(async () => {
      opened = await open(['main', 'orders']);
      sql = await openSqlSession(kind, opened.url);
      await opened.store.append('main', makeDrafts(10));
    });
    afterEach(async () => {
      await sql.close();
      await opened.close();
    });

    it('begin behind the newest event, each with a number of its own, on one stream', async () => {
      const { store } = opened;
      await store.epochs.begin('main');
      const first = await epoch();
      await store.append('main', makeDrafts(5));
      await store.epochs.begin('main');
      const { forks } = await store.streamState('main');
      expect(forks).toEqual([
        { epoch: first, beganAfter: '10' },
        { epoch: await epoch(), beganAfter: '15' },
      ]);
      expect(await epoch()).toBeGreaterThan(first);
      // As many seconds as since the beginning of 2026: no copy of this database comes to the same number.
      const seconds = (Date.now() - Date.UTC(2026, 0, 1)) / 1000;
      expect(Math.abs(first - seconds)).toBeLessThan(60);
      const listed = await store.epochs.list('main');
      expect(listed.slice(-2)).toMatchObject(forks);
      expect(Math.abs(Date.parse(listed.at(-1)?.at ?? '') - Date.now())).toBeLessThan(60_000);
      expect(await store.streamState('orders')).toMatchObject({ epoch: 1, forks: [] });
      await expect(store.epochs.begin('none')).rejects.toMatchObject({ code: 'StreamNotFound' });
    });

    it('share what was there before they began', async () => {
      const { store } = opened;
      await store.epochs.begin('main');
      const second = await epoch();
      await store.append('main', makeDrafts(10));
      await at(id(10), 1);
      await expect(at(id(11), 1)).rejects.toEqual(forked('10', second));
      await at(id(20), second);
      // An older position than the cursor is as good as it was.
      await at(id(5), 1, id(20));
      await expect(at(id(15), 1, id(20))).rejects.toEqual(forked('10', second));
      // A later epoch that began before takes back more, and an earlier one may have known of it.
      await loseEvents(sql, 5);
      await store.epochs.begin('main');
      const third = await epoch();
      await store.append('main', makeDrafts(20));
      await at(id(5), 1);
      await at(id(5), second);
      await expect(at(id(6), 1)).rejects.toEqual(forked('5', third));
      await expect(at(id(8), second)).rejects.toEqual(forked('5', third));
      // Of one that nobody here knows nothing is shared but what came before all that may have followed.
      await expect(at(id(1), 2)).rejects.toEqual(forked('0', third));
      await expect(at(id(6), third + 1)).rejects.toEqual(forked('5', third));
      await expect(store.registerConsumer('main', 'a:b', { id: id(6), epoch: 1 })).rejects.toEqual(
        forked('5', third),
      );
      await store.registerConsumer('main', 'a:b', { id: id(5), epoch: 1 });
    });

    it('are read apart, and nothing is read behind what is lost', async () => {
      const { store } = opened;
      await loseEvents(sql, 4);
      await expect(store.readAfter('main', id(8), ALL, 1)).rejects.toMatchObject({
        code: 'CursorAhead',
        details: { newest: '4' },
      });
      await store.epochs.beginWithout('main', { id: id(3), epoch: 1 });
      expect(await epoch()).toBe(1);
      await store.epochs.beginWithout('main', { id: id(8), epoch: 1 });
      const second = await epoch();
      expect((await store.streamState('main')).forks).toEqual([{ epoch: second, beganAfter: '4' }]);
      // Whoever finds the same later finds that it was done.
      await store.epochs.beginWithout('main', { id: id(8), epoch: 1 });
      expect(await epoch()).toBe(second);
      await store.append('main', makeDrafts(10));
      await expect(store.readAfter('main', id(8), ALL, 1)).rejects.toEqual(forked('4', second));
      expectDense(await store.readAfter('main', id(8), ALL, second), id(9));
      // The database is older than what was seen of it.
      await store.epochs.beginWithout('main', { id: id(1), epoch: second + 100 });
      expect(await epoch()).toBeGreaterThan(second + 100);
      await store.epochs.begin('main', { id: id(1), epoch: second + 200 });
      expect(await epoch()).toBeGreaterThan(second + 200);
    });

    it('move no cursor over what came in the place of what was lost', async () => {
      const { store } = opened;
      await store.registerConsumer('main', 'a:b', 'beginning');
      const consumerId = (await store.findConsumer('main', 'a:b'))?.id ?? '';
      const cursor = async () => (await store.findConsumer('main', 'a:b'))?.cursor;
      const move = (to: number, of: number) =>
        store.advanceCursors([{ consumerId, cursor: id(to), token: null, epoch: of }]);
      await move(11, 1);
      expect(await cursor()).toBe('0');
      await loseEvents(sql, 4);
      await store.epochs.begin('main');
      await store.append('main', makeDrafts(10));
      await move(8, 1);
      expect(await cursor()).toBe('0');
      // Of an epoch that this database knows nothing of, as one of a server that is gone again.
      await move(8, 2);
      expect(await cursor()).toBe('0');
      await move(6, (await epoch()) + 1);
      expect(await cursor()).toBe('0');
      await move(4, 1);
      expect(await cursor()).toBe('4');
      await move(4, (await epoch()) + 1);
      await move(8, await epoch());
      expect(await cursor()).toBe('8');
    });

    if (kind !== 'sqlite') {
      it('begin by themselves, before the first step in another database', async () => {
        const { store } = opened;
        const [own] = await store.epochs.list('main');
        expect(own).toMatchObject({ epoch: 1, beganAfter: '0' });
        const node = await opened.another();
        await node.append('main', makeDrafts(1));
        expect(await epoch()).toBe(1);
        await sql.run("update evt_epochs set identity = 'another' where stream = 'main'");
        // Two that find it at the same time.
        const nodes = await Promise.all([opened.another(), opened.another()]);
        await Promise.all(nodes.map((each) => each.append('main', makeDrafts(3))));
        const { forks, newest } = await store.streamState('main');
        expect(forks).toEqual([{ epoch: await epoch(), beganAfter: '11' }]);
        expect(newest).toBe('17');
      });
    }
  });
}
