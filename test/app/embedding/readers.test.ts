// An app without a server: everything happens inside this process.
import type { NoticeMap, ReceivedBatch } from '../../../src/index.ts';
import { idsOf, upTo } from '../../client/client-on.ts';
import { describeDrawnDatabase } from '../../support/databases.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import { until } from '../../support/until.ts';
import { embedded } from './embedded.ts';

describeDrawnDatabase('an app without a server', (kind) => {
  const own = embedded(kind);
  const add = async (count: number, type = 'T') => {
    const events = Array.from({ length: count }, (_, nth) => ({ type, data: nth }));
    for (let at = 0; at < count; at += 1000) {
      await own.app.generator.addEvents(events.slice(at, at + 1000));
    }
  };

  it('generates, pushes and is polled LIVE in one process, as the original in its complete example', async () => {
    const { app } = own;
    const pushed: ReceivedBatch[] = [];
    const polled: number[] = [];
    await app.subscribe({ component: 'push', onEvents: (batch) => pushed.push(batch) });
    let isOver = false;
    const generating = (async () => {
      for (let nth = 0; nth < 500; nth += 1) await app.generator.addEvent('EVT', 'data');
    })();
    const polling = (async () => {
      let lastId: string | null = null;
      while (!isOver || polled.length < 500) {
        const batch: ReceivedBatch = await app.pollEvents({ lastId, waitMs: 100 });
        polled.push(...idsOf([batch]));
        lastId = batch.upTo;
      }
    })();
    await generating;
    isOver = true;
    await polling;
    await until(() => idsOf(pushed).length === 500);
    expect(idsOf(pushed)).toEqual(upTo(500));
    expect(polled).toEqual(upTo(500));
    expect(pushed[0]?.events[0]).toMatchObject({ id: '1', type: 'EVT', data: 'data' });
    expect(() => app.url).toThrow('has no server');
  });

  it('hands over up to 1000 events a batch, which join, each when the one before is handled', async () => {
    await add(2500);
    const batches: ReceivedBatch[] = [];
    let busy = 0;
    const { stop } = await own.app.subscribe({
      component: 'c',
      onEvents: async (batch) => {
        busy += 1;
        expect(busy).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        busy -= 1;
        batches.push(batch);
      },
    });
    await until(() => idsOf(batches).length === 2500);
    expect(idsOf(batches)).toEqual(upTo(2500));
    expect(batches.map(({ events }) => events.length)).toEqual([1000, 1000, 500]);
    expect(batches.map(({ after, missed }) => [after, missed])).toEqual([
      ['0', null],
      ['1000', null],
      ['2000', null],
    ]);
    await stop();
  });

  it('gives events again one by one when the handler throws, after pauses that grow, and tells of it', async () => {
    await add(5);
    const errors: NoticeMap['receiverError'][] = [];
    const refused: NoticeMap['pushError'][] = [];
    own.app.on('receiverError', (notice) => errors.push(notice));
    own.app.on('pushError', (notice) => refused.push(notice));
    const at: number[] = [];
    const got: ReceivedBatch[] = [];
    await own.app.subscribe({
      component: 'c',
      onEvents: (batch) => {
        at.push(performance.now());
        if (at.length < 5) throw new Error('not yet');
        got.push(batch);
      },
    });
    await until(() => idsOf(got).length === 5);
    expect(idsOf(got)).toEqual(upTo(5));
    const pauses = at.slice(1).map((each, nth) => each - (at[nth] as number));
    // From 100 ms on, doubling; half of each is drawn at random.
    expect(pauses[0]).toBeGreaterThan(45);
    expect(pauses[3]).toBeGreaterThan(350);
    expect(errors.map(({ consumer, error }) => [consumer, (error as Error).message])).toEqual(
      Array.from({ length: 4 }, () => ['internal:c', 'not yet']),
    );
    expect(refused).toHaveLength(4);
  });

  it('says what it missed when the first event of all is parked', async () => {
    await add(2);
    const batches: ReceivedBatch[] = [];
    await own.app.subscribe({
      component: 'c',
      parkAfter: 1,
      onEvents: (batch) => {
        batches.push(batch);
        if (idsOf([batch]).includes(1)) throw new Error('never');
      },
    });
    await until(() => batches.at(-1)?.upTo === '2' && batches.length > 1);
    expect(batches.at(-1)?.missed).toEqual({ after: '0', upTo: '1' });
  });

  it('goes on behind what was acknowledged, in another app too', async () => {
    await add(10);
    const first = await own.app.subscribe({ component: 'c', onEvents: () => {} });
    await until(async () => (await own.app.pollEvents({ component: 'c' })).after === '10');
    await first.stop();
    expect(await first.ended).toBe('stopped');
    await add(5);
    const other = await own.another();
    const batches: ReceivedBatch[] = [];
    await other.subscribe({ component: 'c', onEvents: (batch) => batches.push(batch) });
    await until(() => idsOf(batches).length === 5);
    expect(idsOf(batches)).toEqual(upTo(5, 11));
  });

  it('ends with its signal when the batch at hand is handled, and has acknowledged that', async () => {
    await add(1500);
    const stop = new AbortController();
    const got: number[] = [];
    const { ended } = await own.app.subscribe({
      component: 'c',
      signal: stop.signal,
      onEvents: async (batch) => {
        stop.abort();
        await new Promise((resolve) => setTimeout(resolve, 50));
        got.push(...idsOf([batch]));
      },
    });
    expect(await ended).toBe('stopped');
    expect(got).toEqual(upTo(1000));
    await until(async () => (await own.app.pollEvents({ component: 'c' })).after === '1000');
  });

  it('lets a handler finish when it stops, and a next one begins behind its batch', async () => {
    await add(1500);
    const got: number[] = [];
    let begun = false;
    await own.app.subscribe({
      component: 'c',
      onEvents: async (batch) => {
        begun = true;
        await new Promise((resolve) => setTimeout(resolve, 100));
        got.push(...idsOf([batch]));
      },
    });
    await until(() => begun);
    await own.app.stop();
    expect(got).toEqual(upTo(1000));
    const other = await own.another();
    const rest: ReceivedBatch[] = [];
    await other.subscribe({ component: 'c', onEvents: (batch) => rest.push(batch) });
    await until(() => idsOf(rest).length === 500);
    expect(idsOf(rest)).toEqual(upTo(500, 1001));
  });

  it('is told when a newer reader of the same consumer has come', async () => {
    const errors: NoticeMap['receiverError'][] = [];
    own.app.on('receiverError', (notice) => errors.push(notice));
    const first = await own.app.subscribe({ component: 'c', onEvents: () => {} });
    await own.app.subscribe({ component: 'c', onEvents: () => {} });
    expect(await first.ended).toBe('taken-over');
    expect(errors.map(({ error }) => error)).toMatchObject([{ code: 'ConsumerBusy' }]);
  });

  it('ends when its handler says that no repetition helps', async () => {
    await add(5);
    let calls = 0;
    const { ended } = await own.app.subscribe({
      component: 'c',
      onEvents: () => {
        calls += 1;
        throw Object.assign(new Error('fenced'), { isFinal: true });
      },
    });
    expect(await ended).toBe('failed');
    expect(calls).toBe(1);
    expect((await own.app.pollEvents({ component: 'c' })).after).toBe('0');
  });

  it('reads LIVE from now on, tries a refused batch again, and registers nothing', async () => {
    await add(5);
    const batches: ReceivedBatch[] = [];
    let refusals = 2;
    await own.app.subscribe({
      onEvents: (batch) => {
        if (refusals-- > 0) throw new Error('not yet');
        batches.push(batch);
      },
    });
    for (let nth = 0; nth < 10; nth += 1) await add(1);
    await until(() => idsOf(batches).length === 10);
    expect(idsOf(batches)).toEqual(upTo(10, 6));
  });

  it('gets only what it wants', async () => {
    const batches: ReceivedBatch[] = [];
    await own.app.subscribe({
      component: 'c',
      want: ['A'],
      onEvents: (batch) => batches.push(batch),
    });
    await add(2, 'B');
    await add(2, 'A');
    await until(() => idsOf(batches).length === 2);
    expect(idsOf(batches)).toEqual([3, 4]);
  });

  it('takes data as values or as text, and gives both', async () => {
    const { JsonText } = await import('../../../src/index.ts');
    const { generator } = own.app;
    expect(await generator.addEvent('A', { n: 1.5, list: [null, 'ä'] })).toBe('1');
    expect(await generator.addEvent('A', new JsonText('{"n": 1.0, "big": 9007199254740993}'))).toBe(
      '2',
    );
    expect(await generator.addEvent('A')).toBe('3');
    const batch = await own.app.pollEvents();
    expect(batch.events.map(({ data }) => data)).toEqual([
      { n: 1.5, list: [null, 'ä'] },
      { n: 1, big: 9007199254740992 },
      null,
    ]);
    expect(batch.asWritten()[1]?.data).toBe('{"n": 1.0, "big": 9007199254740993}');
  });

  it('adds nothing twice under one key', async () => {
    const { generator } = own.app;
    const idempotencyKey = 'order-7';
    expect(await generator.addEvent('A', 1, { idempotencyKey })).toBe('1');
    expect(await generator.addEvent('A', 1, { idempotencyKey })).toBe('1');
    await expect(generator.addEvent('A', 2, { idempotencyKey })).rejects.toMatchObject({
      code: 'IdempotencyConflict',
    });
  });

  it('is told of events of the application by its hints', async () => {
    const { addEvent } = await import('../../../src/generator/index.ts');
    const batches: ReceivedBatch[] = [];
    await own.app.subscribe({ component: 'c', onEvents: (batch) => batches.push(batch) });
    const sql = await openSqlSession(kind, own.database.url);
    await sql.run("insert into evt_inbox (type, data) values ('A', '1')");
    own.app.hints.give();
    await until(() => idsOf(batches).length === 1);
    await sql.close();
    expect(typeof addEvent).toBe('function');
  });

  it('lists its consumers and forgets one, also while it reads', async () => {
    const { app } = own;
    const { ended } = await app.subscribe({ component: 'c', onEvents: () => {} });
    await app.registerConsumer('d');
    await add(3);
    const listed = () => app.listConsumers();
    await until(async () => (await listed())[0]?.cursor === '3');
    expect(await listed()).toMatchObject([
      { principal: 'internal', component: 'c', lag: 0, isConnected: true, isStale: false },
      { principal: 'internal', component: 'd', cursor: '0', lag: 3, isConnected: false },
    ]);
    expect(await app.unregisterConsumer('d', { dryRun: true })).toEqual({
      cursor: '0',
      lag: 3,
      parked: 0,
    });
    expect(await app.unregisterConsumer('d')).toEqual({ cursor: '0', lag: 3, parked: 0 });
    await app.unregisterConsumer('c');
    expect(await ended).toBe('unregistered');
    expect(await listed()).toEqual([]);
    await expect(app.unregisterConsumer('c')).rejects.toMatchObject({ code: 'NotRegistered' });
  });

  it('refuses what makes no sense, in its words', async () => {
    const { app } = own;
    const onEvents = () => {};
    const refusals: [Promise<unknown>, string][] = [
      // @ts-expect-error: misspelt
      [app.subscribe({ component: 'c', onEvent: onEvents }), 'InvalidRequest'],
      [app.subscribe({ component: 'a:b', onEvents }), 'InvalidRequest'],
      [app.subscribe({ component: 'c', want: [], onEvents }), 'InvalidRequest'],
      [app.subscribe({ component: 'c', stream: 'none', onEvents }), 'StreamNotFound'],
      [app.subscribe({ component: 'd', from: { id: '99' }, onEvents }), 'CursorAhead'],
      [app.registerConsumer('LIVE'), 'LiveNotAllowed'],
      [app.pollEvents({ component: 'nobody' }), 'NotRegistered'],
      [app.pollEvents({ lastId: '7' }), 'CursorAhead'],
      [app.pollEvents({ limit: 1001 }), 'InvalidRequest'],
      [app.generator.addEvent('no spaces', 1), 'InvalidRequest'],
      [app.generator.addEvent('A', 10n), 'InvalidRequest'],
      [app.generator.addEvent('A', 'x'.repeat(2_097_152)), 'PayloadTooLarge'],
      [app.generator.addEvents([]), 'InvalidRequest'],
      [app.generator.addEvent('A', 1, { idempotencyKey: '' }), 'InvalidRequest'],
      [app.generator.addEvent('A', 1, { stream: 'none' }), 'StreamNotFound'],
    ];
    for (const [refused, code] of refusals) await expect(refused).rejects.toMatchObject({ code });
    expect((await app.pollEvents()).events).toEqual([]);
  });
});
