// What an embedding application does with the streams over HTTP of its node: kinds of its own, and keys.
import {
  type App,
  type AppOptions,
  createApp,
  registerProvider,
  type StreamClient,
} from '../../src/index.ts';
import { registeredProviders, type StreamProviderContext } from '../../src/server/stream-kinds.ts';
import { until } from '../support/until.ts';
import { embeddingApp } from './embedding-app.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const ORDERS = { name: 'orders', upsert: ['SET'], remove: ['GONE'], replace: ['ALL'] };

const own = embeddingApp({ stateKinds: [ORDERS], stateInvalidate: ['PRICES'], logger });
let app: App;
const told: unknown[] = [];
let context: StreamProviderContext;

beforeEach(() => {
  told.length = 0;
});

const start = async (options: AppOptions = {}) => {
  app = await own.start(options);
};
const withKeys = async (options: AppOptions = {}) => {
  app = await own.startWithKeys(options);
};
const open = (path: string, key?: string) =>
  own.open(path, key === undefined ? {} : { authorization: `Bearer ${key}` });

/** Gives the orders as lines of text, and remembers what it is told. */
function registerLines(kind = 'lines'): Set<StreamClient> {
  const connected = new Set<StreamClient>();
  registerProvider(kind, (given) => {
    context = given;
    const tellAll = (news: unknown) => {
      told.push(news);
      for (const client of connected) void client.send({ event: 'news', data: news });
    };
    return {
      open: async (client) => {
        connected.add(client);
        client.closed.addEventListener('abort', () => connected.delete(client));
        await client.send({
          id: 'here\n1',
          data: [client.path, client.query.get('q'), client.lastEventId, client.credential],
        });
      },
      publishAll: (stream) => tellAll(['all', stream]),
      publishItem: (item) => tellAll(item),
      invalidate: (stream) => tellAll(['invalidated', stream]),
      close: () => void told.push('closed'),
    };
  });
  return connected;
}

/** What is told when the state is whole. */
const begin = async () => {
  await until(() => told.length > 0);
  expect(told.splice(0)).toEqual([['all', 'main']]);
};

it('serves kinds of the application’s own, and tells them of every change', async () => {
  const connected = registerLines();
  await start();
  await begin();
  const client = await open('lines/a%2Fb?q=1&lastEventId=7');
  await until(() => client.frames.length === 1);
  expect(client.frames[0]).toEqual({
    event: null,
    id: 'here 1',
    data: ['a/b', '1', '7', { name: 'local', kind: null }],
  });
  await app.generator.addEvent('SET', { id: 1 });
  await app.generator.addEvent('OTHER', { id: 1 });
  await app.generator.addEvent('GONE', { id: 1 });
  await app.generator.addEvent('ALL', { 2: 'x' });
  await app.generator.addEvent('PRICES', {});
  for (const none of [null, {}, 'x', { kind: 'orders', key: 'k', version: 'v' }]) {
    expect(() => app.streams.publishItem(none as never)).toThrow(/publishItem/);
  }
  app.streams.publishItem({ kind: 'orders', key: 'k', version: '0', value: 5 });
  await until(() => told.length === 5);
  const sent = [
    { kind: 'orders', key: 'k', version: '0', value: 5 },
    { stream: 'main', kind: 'orders', key: '1', version: '1', value: { id: 1 } },
    { stream: 'main', kind: 'orders', key: '1', version: '3' },
    ['all', 'main'],
    ['invalidated', 'main'],
  ];
  expect(told).toEqual(expect.arrayContaining(sent));
  await until(() => client.frames.length === 6);
  expect(client.frames.slice(1).map(({ data }) => data)).toEqual(told);
  client.close();
  await until(() => connected.size === 0);
});

it('shows them the state', async () => {
  registerLines();
  await start();
  await until(() => context.stateSource.isReady());
  expect(await context.stateSource.isReady('other')).toBe(false);
  await app.generator.addEvent('SET', { id: 1 });
  await app.generator.addEvent('SET', { id: 2 });
  await app.generator.addEvent('GONE', { id: 1 });
  const all = await until(async () => {
    const found = await context.stateSource.getAll();
    return found.position === '3' ? found : null;
  });
  expect(all.state).toEqual({ orders: { 2: { id: 2 } } });
  expect(await context.stateSource.since('1')).toEqual({
    position: '3',
    items: [
      { stream: 'main', kind: 'orders', key: '2', version: '2', value: { id: 2 } },
      { stream: 'main', kind: 'orders', key: '1', version: '3' },
    ],
  });
  await expect(context.stateSource.getAll('other')).rejects.toMatchObject({
    code: 'StateNotReady',
  });
  expect(context).toMatchObject({ heartbeatMs: 15_000, maxConnectionMs: 0 });
});

it('lets keys in and out while clients are connected', async () => {
  registerLines();
  await withKeys();
  await begin();
  const credential = { name: 'shop', key: 'secret-of-the-shop' };
  expect((await open('events', credential.key)).status).toBe(401);
  app.streams.addCredential(credential);
  app.streams.addCredential(credential);
  // Two kinds with one key.
  const [events, lines] = await Promise.all([
    open('events', credential.key),
    open('lines', credential.key),
  ]);
  await app.generator.addEvent('SET', { id: 1 });
  await events.have(1);
  await until(() => lines.frames.length === 2);
  await app.generator.addEvent('SET', { id: 2 });
  await events.have(2);
  expect(events.ids).toEqual([1, 2]);
  expect(events.isEnded).toBe(false);
  app.streams.addCredential({ name: 'page', key: 'secret-of-a-page', kind: 'client' });
  const page = await open('ping', 'secret-of-a-page');
  await until(() => page.frames.length === 1);
  expect((await open('lines', 'secret-of-a-page')).status).toBe(401);
  const removedMs = performance.now();
  expect(app.streams.removeCredential('shop')).toBe(true);
  expect(app.streams.removeCredential('shop')).toBe(false);
  await Promise.all([events.ended, lines.ended]);
  expect(performance.now() - removedMs).toBeLessThan(1000);
  expect((await open('events', credential.key)).status).toBe(401);
  expect(page.isEnded).toBe(false);
  app.streams.publishAll();
  await until(() => page.frames.length > 1);
});

it('ends a key that was given a time, and knows public ids', async () => {
  await withKeys();
  const expiresAt = new Date(Date.now() + 5000).toISOString();
  app.streams.addCredential({ name: 'brief', key: 'for-a-moment', expiresAt, publicId: 'page-1' });
  const client = await open('events', 'for-a-moment');
  const page = await open('ping/page-1');
  expect([client.status, page.status]).toEqual([200, 200]);
  expect((await open('ping/page-2')).status).toBe(404);
  await client.ended;
  expect((await open('events', 'for-a-moment')).status).toBe(401);
  app.streams.removeCredential('brief');
  await page.ended;
});

it('lets clients hear something when it is told to, and ends for good', async () => {
  registerLines();
  await start();
  await begin();
  const client = await open('lines');
  const heard = client.comments;
  await until(() => client.frames.length === 1);
  app.streams.heartbeat();
  await until(() => client.comments > heard);
  await Promise.all([app.streams.close(), app.streams.close()]);
  await client.ended;
  expect(told).toEqual(['closed']);
  app.streams.publishAll();
  app.streams.publishItem({ kind: 'orders', key: 'k', version: '1' });
  app.streams.invalidate();
  app.streams.heartbeat();
  expect(told).toEqual(['closed']);
  const late = await open('events');
  expect([late.status, late.headers['retry-after']]).toEqual([503, '5']);
  // The rest of the node goes on.
  expect(await app.generator.addEvent('SET', { id: 1 })).toBe('1');
});

it('survives providers that fail', async () => {
  registerProvider('bad', () => ({
    open: () => {
      throw new Error('not today');
    },
    publishAll: () => {
      throw new Error('never');
    },
    close: () => Promise.reject(new Error('no')),
  }));
  await start();
  const client = await open('bad');
  expect(client.status).toBe(200);
  await client.ended;
  app.streams.publishAll();
});

it('refuses what is no provider, or another one of a kind', async () => {
  const factory = () => ({ open: () => {} });
  registerProvider('mine', factory);
  registerProvider('mine', factory);
  expect(() => registerProvider('mine', () => ({ open: () => {} }))).toThrow(/already/);
  expect(() => registerProvider('events', factory)).toThrow(/of the service/);
  expect(() => registerProvider('No', factory)).toThrow(/must match/);
  expect(() => registerProvider('x', 5 as never)).toThrow(/must be a function/);
  registerProvider('empty', () => ({}) as never);
  await expect(start()).rejects.toThrow(/must give an object with open/);
  registeredProviders().clear();
  await start({ services: ['generator'] });
  expect(() => app.streams).toThrow(/does not offer streams/);
  await app.stop();
  await start({ server: false });
  expect(() => app.streams).toThrow(/has no server/);
  await app.stop();
  await start();
  expect(() => app.streams.addCredential({ name: 'a', key: 'b' })).toThrow(/open mode/i);
});

it('refuses a state that cannot be kept', () => {
  const make =
    (stateKinds: unknown, more = {}) =>
    () =>
      createApp({ stateKinds: stateKinds as never, ...more });
  for (const [kinds, problem] of [
    [[5], /kind 1: must be an object|must be object/],
    [[{ name: 'a' }], /name no event type/],
    [[{ name: 'a b', upsert: ['A'] }], /name must match/],
    [[{ name: 'a', upsert: ['A'], stream: 'other' }], /stream other is not served here/],
    [[{ name: 'a', upsert: ['A'], keys: 'id' }], /there is no member keys; perhaps key is meant/],
    [[{ name: 'a', upsert: ['A B'] }], /upsert must be a list of event types/],
    [[{ name: 'a', upsert: ['A'], remove: ['A'] }], /the type A is there twice/],
    [[{ name: 'a', upsert: ['A'], key: '/a~2' }], /key must be a JSON pointer/],
    [
      [
        { name: 'a', upsert: ['A'] },
        { name: 'a', remove: ['B'] },
      ],
      /there are two a of stream main/,
    ],
  ] as const) {
    expect(make(kinds)).toThrow(problem);
  }
  expect(make([], { stateInvalidate: ['no type'] })).toThrow(/is no event type/);
});
