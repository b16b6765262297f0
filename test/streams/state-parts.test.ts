// The state of callers who may see a part of it, and of nodes with other configurations.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../src/config/load.ts';
import { type Credentials, sha256Of, writeCredentials } from '../../src/server/credentials.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { SseClient } from '../support/sse.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const kinds = (...names: string[]) =>
  names.map((name) => ({ name, upsert: [`${name}_SET`] })) as Settings['stateKinds'];

describeDrawnDatabase('the state in part', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'aftercommit-parts-'));
  const path = join(folder, 'credentials.json');
  let node: StartedApp;
  const clients: SseClient[] = [];
  const open = async (url: string, query: string, headers: Record<string, string>) => {
    const client = await SseClient.open(`${url}/streams/state${query}`, headers);
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await node.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is empty for who may see none of its kinds', async () => {
    const principal = (name: string, types: string[]) => ({
      ...{ name, types, may: ['consume', 'generate'] },
      keys: [{ sha256: sha256Of(name) }],
    });
    const principals = [principal('all', ['*']), principal('none', ['OTHER'])];
    writeCredentials(path, { principals } as Credentials);
    node = await startApp(kind, { credentials: path, stateKinds: kinds('A') });
    const get = (name: string) =>
      fetch(`${node.url}/state`, { headers: { authorization: `Bearer ${name}` } });
    await until(async () => (await get('all')).status === 200);
    expect(await (await get('none')).text()).toBe('{}');
    const client = await open(node.url, '', { authorization: 'Bearer none' });
    expect(await until(() => client.frames[0])).toMatchObject({ event: 'put', data: { data: {} } });
    client.close();
    const again = { authorization: 'Bearer none', 'last-event-id': '0' };
    expect((await open(node.url, '', again)).status).toBe(200);
  });

  it('is given whole to who may see other kinds than before', async () => {
    const principal = (...types: string[]) => ({
      ...{ name: 'p', types, may: ['consume', 'generate'] },
      keys: [{ sha256: sha256Of('key') }],
    });
    const write = (...types: string[]) =>
      writeCredentials(path, { principals: [principal(...types)] } as Credentials);
    const headers = { authorization: 'Bearer key' };
    write('*');
    node = await startApp(kind, { credentials: path, stateKinds: kinds('A', 'B') });
    const { generator } = node.app;
    for (const type of ['B_SET', 'A_SET']) await generator.addEvent(type, { id: 'x' });
    await until(async () => (await fetch(`${node.url}/state/A/x`, { headers })).status === 200);
    write('A_SET');
    await until(async () => (await fetch(`${node.url}/state/B`, { headers })).status === 404);
    const client = await open(node.url, '', headers);
    const { id } = await until(() => client.frames[0]);
    const again = { ...headers, 'last-event-id': id as string };
    const same = await open(node.url, '', again);
    write('*');
    await same.ended;
    expect(same.frames).toEqual([]);
    const other = await open(node.url, '', again);
    expect(await until(() => other.frames[0])).toMatchObject({
      event: 'put',
      data: { data: { A: { x: {} }, B: { x: {} } } },
    });
  });

  it('is another one when its kinds are others, though no event has come', async () => {
    node = await startApp(kind, { stateKinds: kinds('A') });
    const isReady = (url: string) =>
      until(async () => (await fetch(`${url}/state`)).status === 200);
    await isReady(node.url);
    await call(node.url, 'addEvent', { type: 'B_SET', data: { id: 'x' } });
    await call(node.url, 'addEvent', { type: 'A_SET', data: { id: 'y' } });
    await until(async () => (await fetch(`${node.url}/state/A/y`)).status === 200);
    const etag = (await fetch(`${node.url}/state`)).headers.get('etag') as string;
    const client = await open(node.url, '', {});
    const last = (await until(() => client.frames[0])).id as string;
    await node.app.stop();
    const later = await node.another({ stateKinds: kinds('A', 'B') });
    await isReady(later.url);
    const headers = { 'if-none-match': etag };
    expect((await fetch(`${later.url}/state`, { headers })).status).toBe(200);
    const again = await open(later.url, '', { 'last-event-id': last });
    expect(await until(() => again.frames[0])).toMatchObject({
      event: 'put',
      data: { data: { A: { y: {} }, B: { x: {} } } },
    });
  });
});

describeDrawnDatabase('two nodes with other kinds', (kind) => {
  it('do not undo each other: the newer one waits until the older one has gone', async () => {
    const node = await startApp(kind, { stateKinds: kinds('A'), sleepMsMax: 20 });
    try {
      const get = async (url: string, path: string) => (await fetch(`${url}/state${path}`)).status;
      await until(async () => (await get(node.url, '')) === 200);
      const later = await node.another({ stateKinds: kinds('A', 'B') });
      for (let id = 1; id <= 20; id += 1) {
        await call(node.url, 'addEvent', { type: 'A_SET', data: { id } });
        await until(async () => (await get(node.url, `/A/${id}`)) === 200);
        expect(await get(later.url, '')).toBe(503);
      }
      await node.app.stop();
      await until(async () => (await get(later.url, '/A/20')) === 200);
    } finally {
      await node.stop();
    }
  });
});

describeDrawnDatabase('an event that is an item of many kinds', (kind) => {
  it('may be as large as events are', async () => {
    const names = Array.from({ length: 10 }, (_, nth) => `k${nth}`);
    const stateKinds = names.map((name) => ({ name, upsert: ['SET'], value: '/text' }));
    const node = await startApp(kind, { stateKinds: stateKinds as Settings['stateKinds'] });
    try {
      // As JSON text each of them takes two places, and as SQL text up to four.
      const text = '"'.repeat(1_000_000);
      await call(node.url, 'addEvent', { type: 'SET', data: { id: 1, text } });
      await until(async () => (await fetch(`${node.url}/state/k9/1`)).status === 200);
      expect(await (await fetch(`${node.url}/state/k0/1`)).json()).toBe(text);
      // More than is told one by one, to each who comes again.
      const headers = { 'last-event-id': '0' };
      const again = await SseClient.open(`${node.url}/streams/state?kinds=k1`, headers);
      expect((await until(() => again.frames[0])).event).toBe('put');
      again.close();
    } finally {
      await node.stop();
    }
  });
});
