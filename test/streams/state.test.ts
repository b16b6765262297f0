// `/streams/state`, `/streams/ping` and `/state`: what the events of a stream come to.
import type { Settings } from '../../src/config/load.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { type Frame, SseClient } from '../support/sse.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const ORDERS = {
  name: 'orders',
  upsert: ['ORDER_SET'],
  remove: ['ORDER_GONE'],
  replace: ['ORDERS_LOADED'],
};
const FLAGS = { name: 'flags', upsert: ['FLAG_SET'], key: '/flag/name', value: '/flag/value' };

describeDrawnDatabase('the state', (kind) => {
  let node: StartedApp;
  const clients: SseClient[] = [];
  const start = async (settings: Partial<Settings> = {}) => {
    const stateKinds = [ORDERS, FLAGS] as Settings['stateKinds'];
    node = await startApp(kind, { stateKinds, sseCheckpointMs: 100, ...settings });
  };
  const open = async (path = 'state', headers: Record<string, string> = {}, url = node.url) => {
    const client = await SseClient.open(`${url}/streams/${path}`, headers);
    clients.push(client);
    return client;
  };
  const add = (type: string, data: unknown) => call(node.url, 'addEvent', { type, data });
  const frame = (client: SseClient, nth: number) => until(() => client.frames[nth]);
  const changes = (client: SseClient) =>
    client.frames.filter(({ event }) => event !== 'checkpoint' && event !== null);
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${node.url}${path}`, { headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
  const isReady = () => until(async () => (await get('/state')).status === 200);
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await node.stop();
  });

  it('is given whole, then change by change, with the versions of the events', async () => {
    await start();
    await isReady();
    const client = await open();
    expect(await frame(client, 0)).toEqual({
      event: 'put',
      id: '0',
      data: { path: '/', data: { orders: {}, flags: {} } },
    });
    await add('ORDER_SET', { id: 17, total: 1.5 });
    await add('ORDER_SET', { id: 17, total: 2 });
    await add('ORDER_GONE', { id: '17' });
    await add('FLAG_SET', { flag: { name: 'a/b', value: [true] } });
    await add('OTHER', { id: 1 });
    await until(() => changes(client).length === 5);
    expect(changes(client).slice(1)).toEqual([
      patch('1', '/orders/17', { id: 17, total: 1.5 }),
      patch('2', '/orders/17', { id: 17, total: 2 }),
      { event: 'delete', id: '3', data: { path: '/orders/17', version: '3' } },
      patch('4', '/flags/a~1b', [true]),
    ]);
    await until(async () => (await get('/state')).text === '{"orders":{},"flags":{"a/b":[true]}}');
    const fresh = await open();
    expect((await frame(fresh, 0)).data.data).toEqual({ orders: {}, flags: { 'a/b': [true] } });
  });

  it('tells who comes again what has changed, removed items too, and no more', async () => {
    await start();
    await isReady();
    for (const id of [1, 2, 3]) await add('ORDER_SET', { id });
    const client = await open();
    await until(() => client.frames.at(-1)?.id === '3');
    client.close();
    await add('ORDER_SET', { id: 2, more: 1 });
    await add('ORDER_GONE', { id: 3 });
    await add('FLAG_SET', { flag: { name: 'x', value: 1 } });
    await until(async () => (await get('/state/flags/x')).text === '1');
    const again = await open('state', { 'last-event-id': '3' });
    await until(() => changes(again).length === 3);
    expect(changes(again)).toEqual([
      patch('4', '/orders/2', { id: 2, more: 1 }),
      { event: 'delete', id: '5', data: { path: '/orders/3', version: '5' } },
      patch('6', '/flags/x', 1),
    ]);
    const upToDate = await open('state', { 'last-event-id': '6' });
    await add('ORDER_SET', { id: 9 });
    await until(() => changes(upToDate).length === 1);
    expect(changes(upToDate)).toEqual([patch('7', '/orders/9', { id: 9 })]);
  });

  it('replaces all items of a kind at once', async () => {
    await start();
    await isReady();
    await add('ORDER_SET', { id: 1 });
    const client = await open();
    await until(() => client.frames.at(-1)?.id === '1');
    await add('ORDERS_LOADED', [{ id: 5 }, { id: 6 }]);
    await until(() => changes(client).some(({ id }) => id === '2'));
    expect(changes(client).at(-1)).toMatchObject({
      event: 'put',
      data: { path: '/orders', data: { 5: { id: 5 }, 6: { id: 6 } }, version: '2' },
    });
    await until(async () => (await get('/state/orders/6')).status === 200);
    const again = await open('state', { 'last-event-id': '1' });
    await until(() => changes(again).length === 3);
    // The place of the event is told when all of it has been.
    expect(changes(again).map(({ event, id, data }) => [event, id, data.path])).toEqual(
      expect.arrayContaining(
        [
          ['delete', null, '/orders/1'],
          ['patch', null, '/orders/5'],
          ['patch', '2', '/orders/6'],
        ].map((each) => expect.arrayContaining([each[0], each[2]])),
      ),
    );
    expect(changes(again).map(({ id }) => id)).toEqual([null, null, '2']);
    await add('ORDERS_LOADED', { 7: {}, 8: null });
    await until(async () => (await get('/state/orders')).text === '{"7":{},"8":null}');
  });

  it('keeps the text of values as it was written', async () => {
    await start();
    await isReady();
    const text = '{"id":"x","n":9007199254740993,"f":1.0}';
    const params = `{"type":"ORDER_SET","data":${text}}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"addEvent","params":${params}}`;
    await fetch(`${node.url}/rpc`, { method: 'POST', body });
    await until(async () => (await get('/state/orders/x')).status === 200);
    expect((await get('/state/orders/x')).text).toBe(text);
  });

  it('can be had in part, by kinds, and one kind by short paths', async () => {
    await start();
    await isReady();
    const some = await open('state?kinds=flags');
    const short = await open('state/orders');
    await add('ORDER_SET', { id: 1 });
    await add('FLAG_SET', { flag: { name: 'x', value: 1 } });
    await until(() => changes(some).length === 2 && changes(short).length === 2);
    expect(changes(some)).toEqual([
      { event: 'put', id: '0', data: { path: '/', data: { flags: {} } } },
      patch('2', '/flags/x', 1),
    ]);
    expect(changes(short)).toEqual([
      { event: 'put', id: '0', data: { path: '/', data: {} } },
      patch('1', '/1', { id: 1 }),
    ]);
    expect((await open('state?kinds=nothing')).status).toBe(404);
    expect((await open('state/nothing')).status).toBe(404);
    expect((await open('state/orders?kinds=flags')).status).toBe(400);
    expect((await open('state?stream=other')).status).toBe(404);
    expect((await open('state?types=A')).status).toBe(400);
  });

  it('is what all events come to, whatever is discarded', async () => {
    await start({ discarder: true });
    await isReady();
    const expected: Record<string, unknown> = {};
    for (let batch = 0; batch < 10; batch += 1) {
      const events = Array.from({ length: 100 }, (_, nth) => {
        const id = (batch * 37 + nth * 13) % 97;
        const isGone = (batch + nth) % 5 === 0;
        if (isGone) delete expected[id];
        else expected[id] = { id, batch };
        return { type: isGone ? 'ORDER_GONE' : 'ORDER_SET', data: { id, batch } };
      });
      await call(node.url, 'addEvents', { events });
    }
    await call(node.url, 'registerConsumer', { component: 'c', from: 'now' });
    await until(async () => (await call(node.url, 'streamInfo')).discarded_up_to === '1000');
    expect(JSON.parse((await get('/state/orders')).text)).toEqual(expected);
    const client = await open('state/orders');
    expect((await frame(client, 0)).data.data).toEqual(expected);
    const later = await node.another();
    expect(await (await fetch(`${later.url}/state/orders`)).json()).toEqual(expected);
  });

  it('says when nothing has changed', async () => {
    await start();
    await isReady();
    await add('ORDER_SET', { id: 1 });
    await until(async () => (await get('/state/orders/1')).status === 200);
    const first = await get('/state');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') as string;
    const asked = { 'if-none-match': etag };
    await add('OTHER', {});
    expect(await get('/state', asked)).toMatchObject({ status: 304, text: '' });
    await add('ORDER_SET', { id: 1 });
    await until(async () => (await get('/state', asked)).status === 200);
    expect((await get('/state/flags')).headers.get('etag')).not.toBe(etag);
    for (const path of ['/state/nothing', '/state/orders/2', '/state/a/b/c', '/state//']) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
    expect((await fetch(`${node.url}/state`, { method: 'POST' })).status).toBe(405);
  });

  it('is worded once for however many come', async () => {
    await start({ ssePrincipalMax: 200 });
    await isReady();
    for (const id of [1, 2, 3]) await add('ORDER_SET', { id });
    await until(async () => (await get('/state/orders/3')).status === 200);
    const built = async () =>
      Number(/state_puts_built_total\{[^}]*\} (\d+)/.exec((await get('/metrics')).text)?.[1] ?? 0);
    const before = await built();
    const all = await Promise.all(Array.from({ length: 100 }, () => open('state?kinds=orders')));
    await Promise.all(all.map((client) => frame(client, 0)));
    expect(await built()).toBe(before + 1);
    await add('OTHER', {});
    expect((await frame(await open('state?kinds=orders'), 0)).event).toBe('put');
    expect(await built()).toBe(before + 1);
  });

  it('is made of the events that are there; until then clients wait', async () => {
    await start({ stateKinds: [] });
    expect((await get('/state')).status).toBe(404);
    for (let batch = 0; batch < 20; batch += 1) {
      await call(node.url, 'addEvents', {
        events: Array.from({ length: 500 }, (_, nth) => ({
          type: 'ORDER_SET',
          data: { id: nth, batch },
        })),
      });
    }
    const stateKinds = [ORDERS] as Settings['stateKinds'];
    const later = await node.another({ stateKinds, sseHeartbeatMs: 20 });
    const client = await open('state', {}, later.url);
    expect(client.status).toBe(200);
    const asked = await fetch(`${later.url}/state`);
    if (asked.status !== 200) {
      expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '1']);
    }
    const { data } = await frame(client, 0);
    expect(Object.keys(data.data.orders)).toHaveLength(500);
    expect(data.data.orders[499]).toEqual({ id: 499, batch: 19 });
  });

  it('is made anew when its kinds are others, and who comes again is given the whole', async () => {
    await start({ archiver: true, discarder: true });
    await isReady();
    await add('ORDER_SET', { id: 1, name: 'a' });
    await add('ORDER_SET', { id: 2, name: 'b' });
    await call(node.url, 'registerConsumer', { component: 'c', from: 'now' });
    await until(async () => (await call(node.url, 'streamInfo')).discarded_up_to === '2');
    await node.app.stop();
    const renamed = { ...ORDERS, key: '/name' };
    const later = await node.another({ stateKinds: [renamed] as Settings['stateKinds'] });
    const client = await open('state', { 'last-event-id': '1' }, later.url);
    expect(await frame(client, 0)).toMatchObject({
      event: 'put',
      id: '2.2',
      data: { data: { orders: { a: { id: 1 }, b: { id: 2 } } } },
    });
  });

  it('says that it is another one when it was made anew of what is left', async () => {
    await start({ discarder: true });
    await isReady();
    await add('ORDER_SET', { id: 1 });
    await call(node.url, 'registerConsumer', { component: 'c', from: 'now' });
    await until(async () => (await call(node.url, 'streamInfo')).discarded_up_to === '1');
    const { headers, text } = await get('/state/orders');
    expect(text).toBe('{"1":{"id":1}}');
    await node.app.stop();
    const others = [{ ...ORDERS, key: '/name' }] as Settings['stateKinds'];
    const between = await node.another({ stateKinds: others });
    const asked = { 'if-none-match': headers.get('etag') as string };
    const ask = (url: string) => fetch(`${url}/state/orders`, { headers: asked });
    await until(async () => (await ask(between.url)).status === 200);
    await between.app.stop();
    const later = await node.another();
    const answer = await until(async () => {
      const each = await ask(later.url);
      return each.status === 503 ? null : each;
    });
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
  });

  it('has no items under what is no key', async () => {
    await start();
    await isReady();
    await add('ORDER_SET', { id: 'a' });
    await until(async () => (await get('/state/orders/a')).status === 200);
    for (const key of ['a%00', '%00', 'a%20', 'a%0A', 'x'.repeat(300)]) {
      expect([key, (await get(`/state/orders/${key}`)).status]).toEqual([key, 404]);
    }
    await add('ORDER_SET', { id: 'b/~ü' });
    await until(
      async () => (await get(`/state/orders/${encodeURIComponent('b/~ü')}`)).status === 200,
    );
  });

  it('counts events that do not say what they change', async () => {
    await start();
    await isReady();
    for (const data of [{}, { id: null }, { id: '' }, { id: 'a\nb' }, { id: {} }, 5, 'x']) {
      await add('ORDER_SET', data);
    }
    await add('ORDERS_LOADED', 5);
    await add('FLAG_SET', { flag: { name: 'x' } });
    await add('ORDER_SET', { id: 'good' });
    await until(async () => (await get('/state/orders/good')).status === 200);
    expect((await get('/state')).text).toBe('{"orders":{"good":{"id":"good"}},"flags":{}}');
    expect((await get('/metrics')).text).toMatch(/state_unclear_events_total\{[^}]*\} 9\n/);
  });

  it('forgets what was removed long ago, and says the whole to who was away for so long', async () => {
    await start({ stateTombstoneMs: 0 });
    await isReady();
    await add('ORDER_SET', { id: 1 });
    await add('ORDER_GONE', { id: 1 });
    const tag = async () => (await get('/state/orders')).headers.get('etag');
    await until(async () => (await tag())?.startsWith('"1-2-'));
    const etag = (await get('/state/orders')).headers.get('etag');
    await node.app.stop();
    const later = await node.another();
    // The first look of who forgets is at the start.
    const client = await until(async () => {
      const each = await open('state', { 'last-event-id': '1' }, later.url);
      return (await frame(each, 0)).event === 'put' ? each : null;
    });
    expect((await frame(client, 0)).data.data.orders).toEqual({});
    expect((await fetch(`${later.url}/state/orders`)).headers.get('etag')).toBe(etag);
  });

  it('pings at once, at each change, and for what else was asked for', async () => {
    await start({ stateInvalidate: ['PRICES_CHANGED'] });
    await isReady();
    const client = await open('ping');
    expect(await frame(client, 0)).toEqual({ event: 'ping', id: null, data: {} });
    const state = await open('state');
    await add('ORDER_SET', { id: 1 });
    await until(() => client.frames.length === 2);
    await add('PRICES_CHANGED', {});
    await until(() => client.frames.length === 3);
    await add('OTHER', {});
    await add('ORDER_GONE', { id: 1 });
    await until(() => client.frames.length === 4);
    await until(() => changes(state).length === 3);
    expect(changes(state).map(({ event }) => event)).toEqual(['put', 'patch', 'delete']);
  });

  it('pings once for what comes within a window, behind the last of it', async () => {
    await start({ pingWindowMs: 300 });
    await isReady();
    const client = await open('ping');
    await frame(client, 0);
    for (let id = 0; id < 50; id += 1) await add('ORDER_SET', { id });
    const addedMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(client.frames.length).toBeGreaterThan(1);
    expect(client.frames.length).toBeLessThan(2 + Math.ceil((addedMs + 600) / 150));
    const { length } = client.frames;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(client.frames.length).toBe(length);
  });
});

function patch(id: string, path: string, data: unknown): Frame {
  return { event: 'patch', id, data: { path, data, version: id } };
}
