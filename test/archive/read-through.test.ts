// What was discarded is read from the warehouse, in the same order and as it stood in the queue, by whoever begins
// below it: by poll, push, LIVE, and by sinks.
import { createApp } from '../../src/app/create-app.ts';
import { type Client, createClient, type ReceivedBatch } from '../../src/client/index.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const COUNT = 2500;
const idsOf = (batches: readonly { events: readonly { id: string }[] }[]) =>
  batches.flatMap(({ events }) => events.map(({ id }) => Number(id)));
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, nth) => first + nth);

describeDrawnDatabase('an archive', (warehouseKind) => {
  describeDrawnDatabase('of a stream', (kind) => {
    let node: StartedApp;
    let warehouse: TestDatabase;
    let client: Client;
    let stop: AbortController;
    const add = async (count: number) => {
      for (let left = count; left > 0; left -= 1000) {
        const drafts = Array.from({ length: Math.min(left, 1000) }, (_, nth) => ({
          type: nth % 3 === 0 ? 'THIRD' : 'OTHER',
          data: { nth, text: `é "' \\ ${'x'.repeat(nth % 50)}` },
        }));
        await client.addEvents(drafts);
      }
    };
    /** A consumer has acknowledged up to there, and so far all is discarded. */
    const discardUpTo = async (last: number) => {
      const last_id = String(last);
      await client.call('pollEvents', { component: 'first', last_id, limit: 1 });
      await until(async () => (await client.streamInfo()).discarded_up_to === last_id);
    };
    const readAll = async (component: string, by: 'poll' | 'push', last = COUNT) => {
      const batches: ReceivedBatch[] = [];
      const end = new AbortController();
      const run = client
        .consumer({ component, by, from: { id: '0' } })
        .run((batch) => void batches.push(batch), { signal: end.signal });
      await until(() => idsOf(batches).length >= last);
      end.abort();
      await run;
      return batches;
    };
    beforeEach(async () => {
      warehouse = await createDatabase(warehouseKind);
      const workers = { archiver: true, discarder: true, workerPeriodMs: 20, discardLimit: 1000 };
      node = await startApp(kind, { warehouseUrl: warehouse.url, ...workers });
      client = createClient({ url: node.url });
      stop = new AbortController();
      await client.registerConsumer('first');
      await add(COUNT);
    });
    afterEach(async () => {
      stop.abort();
      await node.stop();
      await warehouse.drop();
    });

    it('and its queue are read as one, by poll and by push', async () => {
      const before = (await readAll('before', 'poll')).flatMap((batch) => [...batch.events]);
      await client.unregisterConsumer('before');
      await discardUpTo(2000);
      const adding = add(100);
      for (const by of ['poll', 'push'] as const) {
        const batches = await readAll(by, by);
        expect(idsOf(batches).slice(0, COUNT)).toEqual(upTo(COUNT));
        expect(batches.flatMap(({ events }) => [...events]).slice(0, COUNT)).toEqual(before);
        for (const [nth, batch] of batches.entries()) {
          expect(batch.missed).toBeNull();
          expect(batch.after).toBe(batches[nth - 1]?.upTo ?? '0');
        }
      }
      await adding;
    });

    // What does not depend on where the history is.
    if (kind !== warehouseKind) return;

    it('keeps what a reader of it has not acknowledged, and no more is discarded', async () => {
      await discardUpTo(2000);
      await client.registerConsumer('late', { from: { id: '10' } });
      const [late] = (await client.listConsumers()).filter(({ component }) => component === 'late');
      expect(late?.cursor).toBe('10');
      await client.call('pollEvents', { component: 'first', last_id: String(COUNT) });
      const { events, up_to } = await client.call('pollEvents', { component: 'late', limit: 3 });
      expect([idsOf([{ events }]), up_to]).toEqual([[11, 12, 13], '13']);
      expect((await client.streamInfo()).discarded_up_to).toBe('2000');
      await client.call('pollEvents', { component: 'late', last_id: String(COUNT) });
      await until(async () => (await client.streamInfo()).discarded_up_to === String(COUNT));
    });

    it('is read by types, and from a time', async () => {
      await discardUpTo(2000);
      const middle = await client.call('pollEvents', {
        component: 'LIVE',
        last_id: '999',
        limit: 1,
      });
      const asked = { component: 'LIVE', last_id: '0', want: ['THIRD'] as ['THIRD'] };
      const third = await client.call('pollEvents', asked);
      const thirds = upTo(Number(third.up_to)).filter((id) => ((id - 1) % 1000) % 3 === 0);
      expect(thirds.length).toBeGreaterThan(0);
      expect(idsOf([third])).toEqual(thirds);
      const time = middle.events[0]?.ts ?? '';
      await client.registerConsumer('timed', { from: { time } });
      const { events } = await client.call('pollEvents', { component: 'timed', limit: 1 });
      expect(Number(events[0]?.id)).toBeLessThanOrEqual(1000);
      expect(events[0]?.ts).toBe(time);
    });

    it.each(['push', 'poll'] as const)('is where a LIVE reader begins, by %s', async (by) => {
      await discardUpTo(COUNT);
      expect(await client.streamInfo()).toMatchObject({ first: '0', readable_after: '0' });
      const batches: ReceivedBatch[] = [];
      const { signal } = stop;
      const run = client
        .consumer({ by, from: { id: '2400' } })
        .run((batch) => void batches.push(batch), { signal });
      await until(() => idsOf(batches).length === 100);
      await add(3);
      await until(() => idsOf(batches).length === 103);
      expect(idsOf(batches)).toEqual(upTo(COUNT + 3, 2401));
      stop.abort();
      await run;
    });

    it('is not read where nobody has said where it is: the begin is refused', async () => {
      await discardUpTo(2000);
      const other = await node.another({ archiver: false, discarder: false });
      const blind = createClient({ url: other.url });
      await expect(blind.registerConsumer('late', { from: { id: '5' } })).rejects.toMatchObject({
        code: 'CursorTooOld',
        details: { earliest: '2001' },
      });
      const reader = await node.another({
        archiver: false,
        discarder: false,
        readArchive: true,
      });
      await createClient({ url: reader.url }).registerConsumer('late', { from: { id: '5' } });
    });

    it('that was pruned is read from what it has left', async () => {
      await discardUpTo(2000);
      const sql = await openSqlSession(warehouseKind, warehouse.url);
      /** A node that has nothing in memory. */
      const fresh = async () => {
        const { url } = await node.another({
          archiver: false,
          discarder: false,
          readArchive: true,
        });
        return createClient({ url });
      };
      const tooOld = (earliest: string) => ({ code: 'CursorTooOld', details: { earliest } });
      await sql.run('delete from evt_history where id <= 700');
      await expect(client.registerConsumer('late', { from: { id: '699' } })).rejects.toMatchObject(
        tooOld('701'),
      );
      await client.registerConsumer('late', { from: { id: '700' } });
      await sql.run('delete from evt_history where id <= 800');
      const pruned = (await fresh()).call('pollEvents', { component: 'late' });
      await expect(pruned).rejects.toMatchObject(tooOld('801'));
      const pushed = (await fresh()).consumer({ component: 'late' });
      await expect(pushed.run(() => {})).rejects.toMatchObject(tooOld('801'));
      await sql.run('delete from evt_history where id = 900');
      await sql.close();
      const holed = (await fresh()).call('pollEvents', { component: 'late', last_id: '850' });
      await expect(holed).rejects.toMatchObject({ code: 'InternalError' });
    });

    it('that is pruned before a reader tells him so, by push and in the process', async () => {
      // More than a reader is given and what is read ahead for him.
      await add(2000);
      await discardUpTo(4500);
      // It has nothing in memory.
      const { app, url } = await node.another({
        archiver: false,
        discarder: false,
        readArchive: true,
      });
      const reader = createClient({ url });
      const prune = async () => {
        const sql = await openSqlSession(warehouseKind, warehouse.url);
        await sql.run('delete from evt_history where id <= 4400');
        await sql.close();
      };
      let isPruned = false;
      const pruneOnce = async () => {
        if (!isPruned) await prune();
        isPruned = true;
      };
      const read: ReceivedBatch[] = [];
      await reader.registerConsumer('late', { from: { id: '0' } });
      await app.registerConsumer('inside', { from: { id: '0' } });
      const inside = await app.subscribe({
        component: 'inside',
        onEvents: async (batch) => {
          read.push(batch);
          await pruneOnce();
        },
      });
      const pushed = reader.consumer({ component: 'late' }).run(pruneOnce, { signal: stop.signal });
      await expect(pushed).rejects.toMatchObject({ code: 'CursorTooOld' });
      expect(await inside.ended).toBe('discarded');
      expect(idsOf(read)).toEqual(upTo(idsOf(read).length));
      await expect(
        app.subscribe({ component: 'inside', onEvents: () => {} }),
      ).rejects.toMatchObject({ code: 'CursorTooOld', details: { earliest: '4401' } });
    });

    it('is handed to a sink that begins at the first event', async () => {
      await discardUpTo(2000);
      const got: number[] = [];
      const app = createApp({
        database: node.settings.databaseUrl,
        warehouse: warehouse.url,
        readArchive: true,
        services: [],
        logLevel: 'silent',
        sinks: [
          {
            name: 'all',
            from: { id: '0' },
            sink: {
              write: async ({ events }) => void got.push(...events.map(({ id }) => Number(id))),
            },
          },
        ],
      });
      await app.start();
      await until(() => got.length === COUNT);
      await app.stop();
      expect(got).toEqual(upTo(COUNT));
    });
  });
});
