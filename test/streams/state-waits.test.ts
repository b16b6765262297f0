// What clients of the state are told while it is behind, the stream is sealed, or the database is away.
import type { Settings } from '../../src/config/load.ts';
import {
  createDatabase,
  describeDatabase,
  describeDrawnDatabase,
  serverKinds,
  type TestDatabase,
} from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { SseClient } from '../support/sse.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { type CutPath, openCutPath } from '../support/tcp-path.ts';
import { until } from '../support/until.ts';

const stateKinds = [{ name: 'items', upsert: ['SET'] }] as Settings['stateKinds'];
const set = (url: string, id: number) => call(url, 'addEvent', { type: 'SET', data: { id } });
const clients: SseClient[] = [];
const open = async (url: string, path: string, headers: Record<string, string> = {}) => {
  const client = await SseClient.open(`${url}/streams/${path}`, headers);
  clients.push(client);
  return client;
};
const isReady = (url: string) => until(async () => (await fetch(`${url}/state`)).status === 200);

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

describeDrawnDatabase('a client that is pinged', (kind) => {
  let node: StartedApp;
  beforeEach(async () => {
    node = await startApp(kind, { stateKinds });
    await isReady(node.url);
  });
  afterEach(() => node.stop());

  it('finds in the state what it was pinged for', async () => {
    const client = await open(node.url, 'ping');
    await until(() => client.frames.length === 1);
    for (let id = 1; id <= 20; id += 1) {
      await set(node.url, id);
      await until(() => client.frames.length === id + 1);
      expect((await fetch(`${node.url}/state/items/${id}`)).status).toBe(200);
    }
    // What was there when it came, too.
    for (let id = 21; id <= 30; id += 1) {
      await set(node.url, id);
      const fresh = await open(node.url, 'ping');
      await until(() => fresh.frames.length === 1);
      expect((await fetch(`${node.url}/state/items/${id}`)).status).toBe(200);
    }
  });

  it('and one that follows are told the same', async () => {
    await set(node.url, 1);
    const ping = await open(node.url, 'ping');
    await until(() => ping.frames.length === 1);
    const first = await open(node.url, 'state');
    await until(() => first.frames[0]);
    await set(node.url, 2);
    await until(() => ping.frames.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const second = await open(node.url, 'state');
    expect((await until(() => second.frames[0])).data.data.items).toEqual({
      1: { id: 1 },
      2: { id: 2 },
    });
  });

  it('is pinged once by a sealed stream, and stays', async () => {
    await set(node.url, 1);
    await call(node.url, 'sealStream');
    const client = await open(node.url, 'ping');
    await until(() => client.frames.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([client.isEnded, client.frames.length]).toEqual([false, 1]);
  });
});

for (const kind of serverKinds) {
  describeDatabase(kind, 'a database that is away', () => {
    let path: CutPath;
    let database: TestDatabase;
    let node: StartedApp;
    beforeEach(async () => {
      database = await createDatabase(kind);
      path = await openCutPath(database.url);
      node = await startApp(kind, { databaseUrl: path.url, stateKinds, sseHeartbeatMs: 100 });
    });
    afterEach(async () => {
      await node.stop();
      await path.close();
      await database.drop();
    });

    it('lets clients of the state wait, and tells them once what is in memory', async () => {
      await isReady(node.url);
      await set(node.url, 1);
      const first = await open(node.url, 'state');
      await until(() => first.frames.at(-1)?.id === '1');
      path.cut();
      const state = await open(node.url, 'state');
      const ping = await open(node.url, 'ping');
      expect([state.status, ping.status]).toEqual([200, 200]);
      await until(() => state.comments > 12 && ping.comments > 12);
      expect(state.frames.length).toBeLessThanOrEqual(1);
      path.mend();
      await until(() => ping.frames.length === 1);
      await until(() => set(node.url, 2).catch(() => false));
      await until(() => state.frames.some(({ id }) => id === '2'));
      expect(state.frames.filter(({ event }) => event === 'put').length).toBe(1);
    });
  });
}
