// What clients of pings are told while there are no events: the stream is sealed, or copied into, or the application
// publishes more than they take.
import type { Settings } from '../../src/config/load.ts';
import { Store } from '../../src/store/store.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { SseClient } from '../support/sse.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const stateKinds = [{ name: 'items', upsert: ['SET'] }] as Settings['stateKinds'];
const clients: SseClient[] = [];
let node: StartedApp;
const open = async (path: string, options = {}) => {
  const client = await SseClient.open(`${node.url}/streams/${path}`, {}, options);
  clients.push(client);
  return client;
};
const set = (id: number) => call(node.url, 'addEvent', { type: 'SET', data: { id } });
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await node.stop();
});

describeDrawnDatabase('a stream that is copied into', (kind) => {
  it('lets clients of every kind wait, those that come meanwhile too', async () => {
    node = await startApp(kind, { stateKinds, sseHeartbeatMs: 50 });
    const store = await Store.open({
      ...{ database: node.settings.databaseUrl, poolMax: 2, timeoutMs: 10_000 },
    });
    try {
      await set(1);
      await store.statuses.beginCopying('main');
      const all = await Promise.all(
        ['events?from=beginning', 'state', 'ping'].map((each) => open(each)),
      );
      expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
      await until(() => all.every((client) => client.comments > 3));
      await store.statuses.endCopying('main', 'open');
      const [events, , ping] = all as [SseClient, SseClient, SseClient];
      await events.have(1);
      await until(() => ping.frames.length === 1);
      await set(2);
      await until(() => all.every((client) => client.frames.length >= 2));
      expect(events.ids).toEqual([1, 2]);
      expect(all.map(({ isEnded }) => isEnded)).toEqual([false, false, false]);
    } finally {
      await store.close();
    }
  });
});

describe('what the application publishes', () => {
  it('is told by a sealed stream, too', async () => {
    node = await startApp('sqlite', { stateKinds });
    await call(node.url, 'sealStream');
    const client = await open('ping');
    await until(() => client.frames.length === 1);
    node.app.streams.publishAll();
    await until(() => client.frames.length === 2);
  });

  it('piles up for nobody who does not read, and is not lost for him', async () => {
    node = await startApp('sqlite', { stateKinds });
    const slow = await open('ping', { isPaused: true });
    await open('ping');
    // 16 MB of pings; what is under way may be 256 KiB, and what the system keeps.
    for (let round = 0; round < 20; round += 1) {
      for (let nth = 0; nth < 30_000; nth += 1) node.app.streams.publishAll();
      await new Promise((resolve) => setImmediate(resolve));
    }
    slow.resume();
    await until(() => slow.frames.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { length } = slow.frames;
    expect(length).toBeLessThan(300_000);
    await set(1);
    await until(() => slow.frames.length > length);
  });
});
