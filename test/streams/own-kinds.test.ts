// What kinds of the application's own may rely on, whatever becomes of the stream, the state, the keys and themselves.
import {
  type App,
  type AppOptions,
  type OwnStreamProvider,
  registerProvider,
  type StateSource,
} from '../../src/index.ts';
import { registeredProviders } from '../../src/server/stream-kinds.ts';
import { call } from '../support/rpc.ts';
import { until } from '../support/until.ts';
import { embeddingApp } from './embedding-app.ts';

const failures: unknown[] = [];
const logger = {
  ...{ debug() {}, info() {}, warn() {} },
  error: (facts: object) => void failures.push((facts as { error?: unknown }).error),
};

const own = embeddingApp({ stateKinds: [{ name: 'orders', upsert: ['SET'] }], logger });
const { open } = own;
let app: App;
let stateSource: StateSource;
const told: unknown[] = [];

beforeEach(() => {
  told.length = 0;
  failures.length = 0;
});

const start = async (options: AppOptions = {}) => {
  app = await own.start(options);
};
const startWithKeys = async () => {
  app = await own.startWithKeys();
};
const register = (provider: Partial<OwnStreamProvider>, kind = 'own') =>
  registerProvider(kind, (context) => {
    ({ stateSource } = context);
    return { open: () => {}, ...provider };
  });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

it('find in the state what they are told of', async () => {
  register({
    publishItem: async ({ key }) => {
      const { state } = await stateSource.getAll();
      told.push([key, key in (state.orders ?? {})]);
    },
  });
  await start();
  await until(() => stateSource.isReady());
  for (let id = 1; id <= 20; id += 1) {
    await app.generator.addEvent('SET', { id });
    await until(() => told.length === id);
  }
  expect(told).toEqual(Array.from({ length: 20 }, (_, nth) => [String(nth + 1), true]));
});

it('are told when the state is whole, which they could not know by themselves', async () => {
  await start({ stateKinds: [] });
  for (let id = 1; id <= 3000; id += 1000) {
    const events = Array.from({ length: 1000 }, (_, nth) => ({
      type: 'SET',
      data: { id: id + nth },
    }));
    await call(app.url, 'addEvents', { events });
  }
  await app.stop();
  register({
    publishAll: async (stream) => {
      const { state } = await stateSource.getAll();
      told.push([stream, Object.keys(state.orders ?? {}).length]);
    },
  });
  await start();
  await until(() => told.length > 0);
  expect(told).toEqual([['main', 3000]]);
});

it('are told when a stream that was sealed takes events again', async () => {
  register({
    publishAll: (stream) => void told.push(stream),
    publishItem: ({ key }) => void told.push(key),
  });
  await start();
  await call(app.url, 'sealStream');
  await app.stop();
  told.length = 0;
  await start();
  await call(app.url, 'unsealStream');
  // Before anybody has looked.
  await app.generator.addEvent('SET', { id: 1 });
  await until(() => told.length > 0);
  expect(told).toEqual(['main']);
  await app.generator.addEvent('SET', { id: 2 });
  await until(() => told.length > 1);
  expect(told).toEqual(['main', '2']);
});

it('may fail later, too, and that is told to the log', async () => {
  const fail = (what: string) => async () => {
    await Promise.resolve();
    throw new Error(what);
  };
  register({ publishItem: fail('item'), publishAll: fail('all'), invalidate: fail('invalidate') });
  await start();
  app.streams.publishItem({ kind: 'orders', key: 'k', version: '1' });
  app.streams.invalidate();
  app.streams.publishAll();
  const messages = () => failures.map((error) => (error as Error).message);
  await until(() => ['item', 'invalidate', 'all'].every((what) => messages().includes(what)));
  expect((await open('own')).status).toBe(200);
});

it('let nobody in without a clear yes', async () => {
  register({ accepts: (async () => false) as never }, 'later');
  register({
    accepts: () => {
      throw new Error('never');
    },
  });
  await startWithKeys();
  app.streams.addCredential({ name: 'shop', key: 'of-the-shop' });
  for (const kind of ['later', 'own']) {
    expect([kind, (await open(kind, bearer('of-the-shop'))).status]).toEqual([kind, 401]);
  }
  expect(failures).toEqual([expect.objectContaining({ message: 'never' })]);
});

it('are for who may consume, and so are pings', async () => {
  register({ accepts: () => true });
  await startWithKeys();
  for (const kind of ['server', 'client'] as const) {
    app.streams.addCredential({ name: `w-${kind}`, key: `w-${kind}`, kind, may: ['generate'] });
    app.streams.addCredential({ name: `r-${kind}`, key: `r-${kind}`, kind });
  }
  for (const [path, key, status] of [
    ['own', 'w-server', 403],
    ['own', 'r-server', 200],
    ['own', 'w-client', 403],
    ['own', 'r-client', 200],
    ['ping', 'w-client', 403],
    ['ping', 'r-client', 200],
  ] as const) {
    expect([path, key, (await open(path, bearer(key))).status]).toEqual([path, key, status]);
  }
});

it('are closed when another one cannot be made', async () => {
  register({ close: () => void told.push('closed') });
  registerProvider('worse', () => {
    throw new Error('not today');
  });
  await expect(start()).rejects.toThrow(/not today/);
  expect(told).toEqual(['closed']);
});

it('take no kind of the service’s place, whoever has registered them', async () => {
  registeredProviders().set('events', () => ({ open: () => {} }));
  await expect(start()).rejects.toThrow(/events is a kind of the service/);
});

it('are told the position as they gave it', async () => {
  register({ open: (client) => client.send({ data: client.lastEventId }) });
  await start();
  // A browser sends the bytes of UTF-8, each of which node:http takes for a letter.
  const browsers = Buffer.from('ключ ä').toString('latin1');
  for (const [header, heard] of [
    [browsers, 'ключ ä'],
    ['\u00e4', 'ä'],
    ['plain', 'plain'],
  ] as const) {
    const client = await open('own', { 'last-event-id': header });
    await until(() => client.frames.length === 1);
    expect(client.frames[0]?.data).toBe(heard);
  }
});

it('cannot be opened by keys that nobody could have', async () => {
  register({});
  await startWithKeys();
  const add = (credential: object) => () =>
    app.streams.addCredential({ name: 'a', key: 'of-a', ...credential });
  for (const [credential, problem] of [
    [{ key: '' }, /addCredential: key must be 1 to 256 printable/],
    [{ key: 5 }, /addCredential: key must be/],
    [{ key: undefined }, /addCredential: key must be/],
    [{ name: 'a b' }, /addCredential: name must match/],
    [{ expires: 'soon' }, /there is no option expires/],
    [{ expiresAt: '2027-13-45T00:00:00Z' }, /expiresAt that is no date/],
    [{ expiresAt: 'soon' }, /expiresAt/],
  ] as const) {
    expect(add(credential)).toThrow(problem);
  }
  add({})();
  expect((await open('own', { authorization: `Basic ${btoa('a:')}` })).status).toBe(401);
});
