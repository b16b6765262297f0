// `GET /streams/events`: what a client is given, and where it goes on when it comes again.
import { connect } from 'node:net';
import type { Settings } from '../../src/config/load.ts';
import { Store } from '../../src/store/store.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { SseClient } from '../support/sse.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const numbers = (from: number, upTo: number) =>
  Array.from({ length: Math.max(0, upTo - from + 1) }, (_, nth) => from + nth);

describeDrawnDatabase('events', (kind) => {
  let node: StartedApp;
  const clients: SseClient[] = [];
  const start = async (settings: Partial<Settings> = {}) => {
    node = await startApp(kind, { sseCheckpointMs: 100, checkpointMs: 100, ...settings });
  };
  const open = async (query = '', headers: Record<string, string> = {}, options = {}) => {
    const client = await SseClient.open(`${node.url}/streams/events${query}`, headers, options);
    clients.push(client);
    return client;
  };
  const add = (count: number, type = 'T') =>
    call(node.url, 'addEvents', { events: Array.from({ length: count }, () => ({ type })) });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await node.stop();
  });

  it('answers at once, with headers that keep proxies from holding it back', async () => {
    await start({ sseRetryMs: 1234 });
    const client = await open();
    expect(client.status).toBe(200);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    await until(() => client.retryMs === 1234);
  });

  it('gives what comes from now on, as a poll does', async () => {
    await start();
    await add(3);
    const client = await open();
    const data = [
      { n: 1, text: 'a\nb\rc\u2028d', like: 'event: x\ndata: y' },
      [1.5, null, {}],
      'plain',
    ];
    const ids: string[] = [];
    for (const each of data) {
      ids.push(await call(node.url, 'addEvent', { type: 'T', data: each }));
    }
    const frames = await client.have(3);
    expect(frames.map(({ id }) => id)).toEqual(ids);
    await call(node.url, 'registerConsumer', { component: 'c', from: { id: '3' } });
    const { events } = await call(node.url, 'pollEvents', { component: 'c' });
    expect(frames.map((frame) => frame.data)).toEqual(events);
    expect(frames.map((frame) => frame.data.data)).toEqual(data);
  });

  it('goes on behind the last id, by number', async () => {
    await start();
    await add(12);
    expect((await (await open('', { 'last-event-id': '9' })).have(3)).map(({ id }) => id)).toEqual([
      '10',
      '11',
      '12',
    ]);
    const byQuery = await open('?lastEventId=9&from=beginning');
    await byQuery.have(3);
    expect(byQuery.ids).toEqual([10, 11, 12]);
    // The header is what a client sends that comes again.
    const both = await open('?lastEventId=1&from=beginning', { 'last-event-id': '11' });
    await both.have(1);
    expect(both.ids).toEqual([12]);
    const beginning = await open('?from=beginning');
    await beginning.have(12);
    const behind = await open('?from=10');
    await behind.have(2);
    expect(behind.ids).toEqual([11, 12]);
  });

  it('says so when its position was discarded, lies ahead, or is none', async () => {
    await start({ discarder: true });
    await add(150);
    await call(node.url, 'registerConsumer', { component: 'c' });
    await call(node.url, 'pollEvents', { component: 'c', last_id: '100', limit: 1 });
    await until(async () => (await call(node.url, 'streamInfo')).discarded_up_to === '100');
    const old = await open('', { 'last-event-id': '5' });
    await old.have(50);
    expect(old.frames[0]).toEqual({
      event: 'reset',
      id: '100',
      data: { reason: 'discarded', requested: '5', oldest: '101' },
    });
    expect(old.ids).toEqual(numbers(101, 150));
    const fitting = await open('', { 'last-event-id': '100' });
    await fitting.have(50);
    expect(fitting.frames[0]?.event).toBeNull();
    const ahead = await open('', { 'last-event-id': '999' });
    expect(await ahead.named('reset')).toEqual({
      event: 'reset',
      id: '150',
      data: { reason: 'ahead', requested: '999', oldest: '151' },
    });
    await add(1);
    await ahead.have(1);
    expect(ahead.ids).toEqual([151]);
    for (const none of ['abc', '-1', '1'.repeat(19), '1.5', '01']) {
      const refused = await open('', { 'last-event-id': none });
      expect(refused.status).toBe(400);
      expect(JSON.parse(await refused.text())).toMatchObject({
        error: { data: { code: 'InvalidEventId' } },
      });
    }
  });

  it('takes an id without an epoch for one of the first, where a call takes it for one of the newest', async () => {
    await start();
    await add(3);
    const store = await Store.open({
      database: node.settings.databaseUrl,
      poolMax: 1,
      timeoutMs: 10_000,
    });
    await store.epochs.begin('main');
    await store.close();
    await add(3);
    for (const [query, headers] of [
      ['?from=5', {}],
      ['', { 'last-event-id': '5' }],
      ['?lastEventId=5', {}],
    ] as const) {
      const client = await open(query, headers);
      expect(await client.named('reset')).toMatchObject({
        data: { reason: 'forked', requested: '5', oldest: '4' },
      });
      await client.have(3);
      expect(client.frames.at(-1)?.id).toMatch(/^[1-9]\d*:6$/);
    }
    const [, epoch] = /^(\d+):/.exec((await (await open('?from=3')).have(3))[0]?.id ?? '') ?? [];
    const fitting = await open(`?from=${epoch}:5`);
    expect((await fitting.have(1)).map(({ id }) => id)).toEqual([`${epoch}:6`]);
    const polled = await call(node.url, 'pollEvents', { component: 'LIVE', last_id: '5' });
    expect(polled).toMatchObject({ after: '5', up_to: '6', epoch: Number(epoch) });
  });

  it('reads what was discarded from the warehouse', async () => {
    await start({ archiver: true, discarder: true });
    await add(150);
    await call(node.url, 'registerConsumer', { component: 'c' });
    await call(node.url, 'pollEvents', { component: 'c', last_id: '100', limit: 1 });
    await until(async () => (await call(node.url, 'streamInfo')).discarded_up_to === '100');
    const client = await open('', { 'last-event-id': '5' });
    await client.have(145);
    expect(client.frames.map(({ event }) => event)).toEqual(Array(145).fill(null));
    expect(client.ids).toEqual(numbers(6, 150));
  });

  it('lets types through, and says how far it is by checkpoints', async () => {
    await start();
    const client = await open('?types=A,B');
    await add(2, 'A');
    await add(150, 'NOISE');
    await add(1, 'B');
    await client.have(3);
    expect(client.events.map(({ data }) => data.type)).toEqual(['A', 'A', 'B']);
    await add(50, 'NOISE');
    await until(() => client.frames.at(-1)?.id === '203');
    expect(client.frames.at(-1)).toEqual({ event: 'checkpoint', id: '203', data: {} });
  });

  it('names frames by their types where that is asked for', async () => {
    await start();
    const client = await open('?event=type');
    await add(1, 'ORDER_PAID');
    expect((await client.named('ORDER_PAID')).data.type).toBe('ORDER_PAID');
  });

  it('lets a registered consumer go on by poll, push and SSE', async () => {
    await start();
    await call(node.url, 'registerConsumer', { component: 'c' });
    await add(20);
    const polled = await call(node.url, 'pollEvents', { component: 'c', limit: 5 });
    expect(polled.up_to).toBe('5');
    await call(node.url, 'pollEvents', { component: 'c', last_id: '5', limit: 1 });
    const client = await open('?component=c');
    await client.have(15);
    expect(client.ids).toEqual(numbers(6, 20));
    const cursor = async () => (await call(node.url, 'listConsumers'))[0].cursor;
    expect(await cursor()).toBe('5');
    client.close();
    const again = await open('?component=c', { 'last-event-id': '12' });
    await again.have(8);
    expect(again.ids).toEqual(numbers(13, 20));
    expect(await cursor()).toBe('12');
    // An older position moves nothing back.
    const older = await open('?component=c', { 'last-event-id': '3' });
    await older.have(8);
    expect(older.ids).toEqual(numbers(13, 20));
    await until(() => again.isEnded);
    expect(again.frames.at(-1)).toMatchObject({ event: 'closing', data: { reason: 'taken-over' } });
    const next = await call(node.url, 'pollEvents', { component: 'c', last_id: '20' });
    expect(next.events).toEqual([]);
    await add(1);
    await older.have(9);
    expect(older.ids.at(-1)).toBe(21);
    const unknown = await open('?component=nobody');
    expect([unknown.status, JSON.parse(await unknown.text()).error.data.code]).toEqual([
      404,
      'NotRegistered',
    ]);
  });

  it('tells the end of a sealed stream, and does not want its clients again', async () => {
    await start();
    await add(3);
    const client = await open('?from=beginning');
    await client.have(3);
    await call(node.url, 'sealStream', {});
    await client.ended;
    expect(client.frames.at(-1)).toEqual({ event: 'end', id: '3', data: {} });
    const again = await open('', { 'last-event-id': '3' });
    expect(again.status).toBe(204);
    const late = await open('?from=1');
    await late.ended;
    expect(late.frames.map(({ event, id }) => [event, id])).toEqual([
      [null, '2'],
      [null, '3'],
      ['end', '3'],
    ]);
  });

  it('reads other streams, and refuses what it does not know', async () => {
    await start({ streams: ['main', 'audit'] });
    const client = await open('?stream=audit');
    await add(1);
    await call(node.url, 'addEvent', { type: 'SEEN', data: 1, stream: 'audit' });
    await client.have(1);
    expect(client.events[0]?.data.type).toBe('SEEN');
    for (const [query, status, what] of [
      ['?stream=other', 404, /There is no stream other/],
      ['?type=A', 400, /there is no parameter type; perhaps types is meant/],
      ['?types=', 400, /types:/],
      ['?types=a,a', 400, /types:/],
      ['?from=yesterday', 400, /from: must be tail, beginning, or an event id, .* got .*yesterday/],
      ['?from=1&from=2', 400, /from: is there twice/],
      ['?event=name', 400, /event: must be type/],
      ['?component=a-b', 400, /component:/],
      ['?component=LIVE', 409, /LIVE/],
      ['?component=c&from=1', 400, /from:/],
    ] as const) {
      const refused = await open(query);
      expect([query, refused.status]).toEqual([query, status]);
      expect(await refused.text()).toMatch(what);
    }
    const nothing = await SseClient.open(`${node.url}/streams/nothing`);
    expect(nothing.status).toBe(404);
    const posted = await fetch(`${node.url}/streams/events`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('lets a silent client hear something in time, and never an event for it', async () => {
    await start({ sseHeartbeatMs: 200 });
    const lines: string[] = [];
    const { port } = new URL(node.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('data', (bytes) => lines.push(...bytes.toString().split('\n')));
    socket.write('GET /streams/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const startedMs = performance.now();
    await until(() => lines.some((line) => line.startsWith(':')), 2000);
    expect(performance.now() - startedMs).toBeGreaterThan(100);
    await until(() => lines.filter((line) => line.startsWith(':')).length >= 4, 2000);
    socket.destroy();
    expect(lines.filter((line) => line.startsWith('data'))).toEqual([]);
  });

  it('ends connections after their time, not all at once', async () => {
    await start({ sseConnectionMs: 300 });
    const times = await Promise.all(
      numbers(1, 50).map(async () => {
        const begunMs = performance.now();
        const client = await open();
        await client.ended;
        return performance.now() - begunMs;
      }),
    );
    expect(Math.min(...times)).toBeGreaterThan(250);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(10);
  });

  it('serves no more than it may', async () => {
    await start({ sseConnectionsMax: 3 });
    const own = await Promise.all(numbers(1, 3).map(() => open()));
    const refused = await open();
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(await refused.text()).toMatch(/StreamsFull/);
    own[0]?.close();
    await until(async () => (await open()).status === 200);
  });
});
