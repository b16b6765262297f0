// A stream that is sealed, or copied into, as its readers and writers see it over real sockets, with two nodes.
import { createClient, type ReceivedBatch } from '../../src/client/index.ts';
import { Store } from '../../src/store/store.ts';
import { clientOn, idsOf, upTo } from '../client/client-on.ts';
import { describeDatabases } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

describeDatabases('a stream with an end', (kind) => {
  const own = clientOn(kind, { batchMax: 50, checkpointMs: 100 });
  const opened: Store[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  const openStore = async () => {
    const { databaseUrl } = own.node.settings;
    const store = await Store.open({ database: databaseUrl, poolMax: 2, timeoutMs: 10_000 });
    opened.push(store);
    return store;
  };
  const read = (by: 'push' | 'poll', component?: string, from?: 'beginning') => {
    const batches: ReceivedBatch[] = [];
    const ends: string[] = [];
    const troubles: unknown[] = [];
    const run = own.client
      .consumer({
        component,
        by,
        from,
        onEnd: ({ id }) => ends.push(id),
        onTrouble: (error) => troubles.push(error),
      })
      .run((batch) => batches.push(batch), { signal: own.stop.signal });
    run.catch(() => {});
    return { batches, ends, troubles, run };
  };

  it('is read to its end by everybody, and by who comes back when it is open again', async () => {
    const other = await own.node.another();
    await own.add(120);
    const before = [
      read('push', 'pushed'),
      read('poll', 'polled'),
      read('push', undefined, 'beginning'),
    ];
    await until(() => before.every(({ batches }) => idsOf(batches).length === 120));
    await own.add(30);
    const { status, last } = await createClient({ url: other.url }).call('sealStream', {});
    expect({ status, last }).toEqual({ status: 'sealed', last: '150' });
    const late = [read('push', 'late_push'), read('poll', 'late_poll')];
    for (const { run, batches, ends, troubles } of [...before, ...late]) {
      await run;
      expect(idsOf(batches)).toEqual(upTo(150));
      expect(ends).toEqual(['150']);
      expect(batches.filter(({ isEnd }) => isEnd)).toEqual([batches.at(-1)]);
      expect(troubles).toEqual([]);
    }
    for (const component of ['pushed', 'polled', 'late_push', 'late_poll']) {
      expect(await own.cursorOf(component)).toBe('150');
    }
    expect(await own.client.streamInfo()).toMatchObject({ status: 'sealed', last: '150' });
    await expect(own.client.addEvent('T')).rejects.toMatchObject({
      code: 'StreamSealed',
    });
    await createClient({ url: other.url }).call('unsealStream', {});
    const again = read('push', 'pushed');
    await own.add(10);
    await until(() => idsOf(again.batches).length === 10);
    expect(idsOf(again.batches)).toEqual(upTo(10, 151));
    expect(again.ends).toEqual([]);
  });

  it('is told to a poll at once, with a filter and without events too, and not before all is read', async () => {
    await own.add(60, 'A');
    await own.client.call('registerConsumer', { component: 'c' });
    await own.client.call('sealStream', {});
    const poll = (last_id: string | null, want?: string[]) =>
      own.client.call('pollEvents', {
        component: 'c',
        last_id,
        wait_ms: 20_000,
        ...(want && { want: want as [string] }),
      });
    const first = await poll(null);
    expect(first).not.toHaveProperty('sealed');
    expect(await poll('50')).toMatchObject({ up_to: '60', sealed: true });
    const beganMs = Date.now();
    expect(await poll('60')).toMatchObject({ events: [], up_to: '60', sealed: true });
    expect(await poll(null, ['B'])).toMatchObject({ events: [], up_to: '60', sealed: true });
    expect(Date.now() - beganMs).toBeLessThan(10_000);
  });

  it('wakes a poll that waits, and a subscription, when it is sealed', async () => {
    await own.add(3);
    await own.client.call('registerConsumer', { component: 'c' });
    const params = { component: 'c', last_id: '3', wait_ms: 30_000 };
    const waiting = own.client.call('pollEvents', params);
    const pushed = read('push', 'pushed');
    await until(() => idsOf(pushed.batches).length === 3);
    await own.client.call('sealStream', {});
    expect(await waiting).toMatchObject({ events: [], up_to: '3', sealed: true });
    await pushed.run;
    expect(pushed.ends).toEqual(['3']);
  });

  it('ends readers of the process itself', async () => {
    const { app } = own.node;
    const batches: ReceivedBatch[] = [];
    const reliable = await app.subscribe({
      component: 'c',
      onEvents: (batch) => batches.push(batch),
    });
    const live = await app.subscribe({ onEvents: () => {} });
    await own.add(5);
    await own.client.call('sealStream', {});
    expect(await reliable.ended).toBe('sealed');
    expect(await live.ended).toBe('sealed');
    expect(idsOf(batches)).toEqual(upTo(5));
    await until(async () => {
      const [consumer] = await app.listConsumers();
      return consumer?.cursor === '5';
    });
    expect(await app.pollEvents({ lastId: '5' })).toMatchObject({ events: [], isEnd: true });
  });

  it('makes everybody wait while it is copied into, and all go on by themselves', async () => {
    const store = await openStore();
    await own.add(20);
    const [pushed, polled] = [read('push', 'pushed'), read('poll', 'polled')];
    await until(() => [pushed, polled].every(({ batches }) => idsOf(batches).length === 20));
    await store.statuses.beginCopying('main');
    const sql = await openSqlSession(kind, own.node.settings.databaseUrl);
    await sql.insertEvent('WAITING', '1');
    // As a copy does it.
    const next = "(select next_id from evt_streams where name = 'main')";
    const ts = kind === 'sqlite' ? "'2026-01-01T00:00:00.000Z'" : "'2026-01-01 00:00:00.000'";
    await sql.run(
      `insert into evt_queue (id, type, data, ts) values (${next}, 'COPIED', '1', ${ts})`,
    );
    await sql.run("update evt_streams set next_id = next_id + 1 where name = 'main'");
    const busy = { code: 'StreamBusy' };
    const params = { component: 'polled', last_id: '20' };
    await expect(own.client.call('pollEvents', params)).rejects.toMatchObject(busy);
    await expect(own.client.call('pollEvents', { component: 'LIVE' })).rejects.toMatchObject(busy);
    await expect(own.node.app.generator.addEvent('T')).rejects.toMatchObject(busy);
    await expect(own.node.app.subscribe({ onEvents: () => {} })).rejects.toMatchObject(busy);
    await expect(own.client.call('sealStream', {})).rejects.toMatchObject(busy);
    await until(() => polled.troubles.length > 0);
    expect(polled.troubles[0]).toMatchObject(busy);
    expect(await own.client.streamInfo()).toMatchObject({ status: 'copying', inbox: 1 });
    expect(idsOf(pushed.batches)).toEqual(upTo(20));
    for (const component of ['pushed', 'polled']) expect(await own.cursorOf(component)).toBe('20');
    // The client's own generator tries again until it is over.
    const adding = own.client.addEvent('CALLED');
    await store.statuses.endCopying('main', 'open');
    await adding;
    await until(() => [pushed, polled].every(({ batches }) => idsOf(batches).length === 23));
    for (const { batches } of [pushed, polled]) {
      const types = batches.flatMap(({ events }) => events.map(({ type }) => type)).slice(20);
      expect(types).toEqual(['COPIED', 'WAITING', 'CALLED']);
    }
    await sql.close();
  });

  it('lets only administrators seal it, and lists what there is', async () => {
    const store = await openStore();
    await store.migrate(['unserved']);
    await own.add(2);
    expect(await own.client.call('listStreams', {})).toEqual([
      { stream: 'main', status: 'open', last: '2', discarded_up_to: '0', served: true },
      { stream: 'unserved', status: 'open', last: '0', discarded_up_to: '0', served: false },
    ]);
    await expect(own.client.call('sealStream', { stream: 'unserved' })).rejects.toMatchObject({
      code: 'StreamNotFound',
    });
  });
});
