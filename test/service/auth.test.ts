// Who may come in, with credentials and in open mode.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../src/app/app.ts';
import { withKey, writeCredentials } from '../../src/server/credentials.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { post, RpcSocket } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"echo":1}}';
const add = (type: string, stream = 'main') =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'addEvent', params: { type, stream } });
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

/** `fetch` does not let a caller choose its Host. */
function statusFor(
  url: string,
  headers: Record<string, string>,
  path = '/openrpc.json',
): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${url}${path}`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });
}

describe('open mode', () => {
  let node: StartedApp;
  beforeAll(async () => {
    node = await startApp('sqlite');
  });
  afterAll(() => node.stop());

  it.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['a Host that only begins like ours', { host: '127.0.0.1.evil.example' }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['a null Origin', { origin: 'null' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }],
    ['a proxy', { 'x-forwarded-for': '10.0.0.1' }],
    ['a proxy by RFC 7239', { forwarded: 'for=10.0.0.1' }],
  ] as [string, Record<string, string>][])('refuses %s', async (_, headers) => {
    expect(await statusFor(node.url, headers)).toBe(401);
    await expect(RpcSocket.open(node.url, undefined, { headers })).rejects.toThrow(/401/);
    if (headers.host === undefined) expect((await post(node.url, ping, headers)).status).toBe(401);
  });

  it('serves this machine, whatever it calls itself', async () => {
    const { port, origin } = new URL(node.url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      expect(await statusFor(node.url, { host })).toBe(200);
    }
    expect((await post(node.url, ping, { origin })).status).toBe(200);
  });

  it('does not believe a name', async () => {
    const { answer } = await post(node.url, ping, { authorization: basic('admin:x') });
    expect(answer.result).toEqual({ echo: 1 });
  });

  it('tells a probe how it is, from anywhere', async () => {
    expect(await statusFor(node.url, { host: 'pod-7' }, '/livez')).toBe(200);
    expect(await statusFor(node.url, { host: 'pod-7' }, '/readyz')).toBe(200);
    expect(await statusFor(node.url, { host: 'pod-7' }, '/metrics')).toBe(401);
  });

  it('does not listen to other machines', async () => {
    const app = new App({ ...node.settings, host: '0.0.0.0' }, createLogger('silent'));
    await expect(app.start()).rejects.toThrow(/EVT_HOST/);
  });
});

describe('with credentials', () => {
  let folder: string;
  let path: string;
  let node: StartedApp;
  const credential = (name: string, may: ('generate' | 'consume' | 'admin')[], more = {}) =>
    ({ name, may, key: `${name}-key`, ...more }) as const;
  const write = (...added: Parameters<typeof withKey>[1][]) => {
    const start = { principals: [] as Parameters<typeof withKey>[0]['principals'] };
    const credentials = added.reduce((so, each) => withKey(so, each).credentials, start);
    writeCredentials(path, credentials);
  };
  const bearer = (name: string) => ({ authorization: `Bearer ${name}-key` });
  const code = async (body: string, headers: Record<string, string>) => {
    const { answer } = await post(node.url, body, headers);
    return answer.error?.data.code ?? 'ok';
  };
  const everyone = [
    credential('shop', ['generate', 'consume'], { types: ['ORDER_*', 'PING'], streams: ['main'] }),
    credential('boss', ['generate', 'consume', 'admin'], {
      allowedOrigins: ['https://shop.example'],
    }),
    credential('old', ['consume'], { expiresAt: '2020-01-01T00:00:00Z' }),
    credential('reader', ['consume']),
  ];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aftercommit-auth-'));
    path = join(folder, 'credentials.json');
    write(...everyone);
    node = await startApp('sqlite', { credentials: path, streams: ['main', 'orders'] });
  });
  afterEach(async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lists of what is parked what its key may still see, and where the rest begins', async () => {
    write(credential('shop', ['generate', 'consume']));
    const call = async (method: string, params: object) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      return (await post(node.url, body, bearer('shop'))).answer.result;
    };
    await until(async () => (await code(add('T', 'orders'), bearer('shop'))) === 'ok');
    await call('registerConsumer', { component: 'c', park_after: 1 });
    for (const [nth, type] of ['SECRET', 'SECRET', 'ORDER_NEW'].entries()) {
      await call('addEvent', { type, data: null });
      const [after, id] = [String(nth), String(nth + 1)];
      await call('reportFailure', { component: 'c', after, up_to: id, event_id: id, error: 'e' });
    }
    write(credential('shop', ['consume'], { types: ['ORDER_*'] }));
    await until(async () => (await code(add('T', 'orders'), bearer('shop'))) !== 'ok');
    const list = (more: object) => call('listParked', { component: 'c', limit: 2, ...more });
    const first = await list({});
    expect(first).toEqual({ events: [], next: { id: '2', epoch: 1 } });
    expect(await list({ after: first.next })).toMatchObject({ events: [{ id: '3' }], next: null });
  });

  it('takes a key as Bearer and as Basic, and nothing else', async () => {
    expect((await post(node.url, ping, bearer('shop'))).status).toBe(200);
    expect((await post(node.url, ping, { authorization: basic('shop:shop-key') })).status).toBe(
      200,
    );
    for (const authorization of [
      '',
      'Bearer wrong',
      'shop-key',
      basic('boss:shop-key'),
      basic('shop'),
      'Bearer ',
    ]) {
      const { status, answer } = await post(node.url, ping, { authorization });
      expect([status, answer.error.data.code]).toEqual([401, 'SecurityError']);
    }
    expect((await post(node.url, ping)).status).toBe(401);
    expect(await post(node.url, ping, bearer('old'))).toMatchObject({
      status: 401,
      answer: { error: { data: { code: 'PleaseReauth' } } },
    });
  });

  it('takes a key at the upgrade of a socket', async () => {
    const socket = await RpcSocket.open(node.url, undefined, { headers: bearer('reader') });
    expect(await socket.call('ping', { echo: 1 })).toEqual({ echo: 1 });
    await socket.close();
    await expect(RpcSocket.open(node.url)).rejects.toThrow(/401/);
  });

  it('lets principals do what they may', async () => {
    expect(await code(add('ORDER_PAID'), bearer('shop'))).toBe('ok');
    expect(await code(add('PING'), bearer('shop'))).toBe('ok');
    expect(await code(add('OTHER'), bearer('shop'))).toBe('Unauthorized');
    expect(await code(add('ORDER_PAID', 'orders'), bearer('shop'))).toBe('Unauthorized');
    expect(await code(add('ORDER_PAID'), bearer('reader'))).toBe('Unauthorized');
    expect(await statusFor(node.url, bearer('shop'), '/metrics')).toBe(403);
    expect(await statusFor(node.url, bearer('boss'), '/metrics')).toBe(200);
  });

  it('shows principals their own consumers, and only the types that they may see', async () => {
    const rpc = async (name: string, method: string, params: object) =>
      (
        await post(
          node.url,
          JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
          bearer(name),
        )
      ).answer;
    for (const name of ['shop', 'reader']) await rpc(name, 'registerConsumer', { component: 'c' });
    await rpc('boss', 'addEvent', { type: 'OTHER' });
    await rpc('boss', 'addEvent', { type: 'ORDER_PAID' });
    const polled = await rpc('shop', 'pollEvents', { component: 'c' });
    expect(polled.result.events.map((event: { type: string }) => event.type)).toEqual([
      'ORDER_PAID',
    ]);
    expect(polled.result).toMatchObject({ after: '0', up_to: '2' });
    expect(
      (await rpc('shop', 'pollEvents', { component: 'c', want: ['OTHER'] })).error.data.code,
    ).toBe('Unauthorized');
    expect((await rpc('shop', 'listConsumers', {})).result.length).toBe(1);
    expect((await rpc('boss', 'listConsumers', {})).result.length).toBe(2);
    const theirs = { component: 'c', principal: 'reader' };
    expect((await rpc('shop', 'unregisterConsumer', theirs)).error.data.code).toBe('Unauthorized');
    expect((await rpc('boss', 'unregisterConsumer', theirs)).result.unregistered).toBe(true);
  });

  it("keeps each principal's idempotency keys its own", async () => {
    const params = (type: string) => ({ type, idempotency_key: 'k' });
    const add = async (name: string, type: string) => {
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'addEvent',
        params: params(type),
      });
      return (await post(node.url, body, bearer(name))).answer.result;
    };
    expect(await add('shop', 'ORDER_PAID')).toBe('1');
    expect(await add('boss', 'OTHER')).toBe('2');
    expect(await add('shop', 'ORDER_PAID')).toBe('1');
  });

  it('lets a page in whose origin is allowed', async () => {
    const from = (origin: string) => ({ ...bearer('boss'), origin });
    expect((await post(node.url, ping, from('https://shop.example'))).status).toBe(200);
    expect((await post(node.url, ping, from('https://evil.example'))).status).toBe(401);
  });

  it('reads the file again when it changes, and keeps the last good one', async () => {
    write(...everyone, credential('new', ['consume']));
    await until(async () => (await post(node.url, ping, bearer('new'))).status === 200);
    writeFileSync(path, '{broken');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect((await post(node.url, ping, bearer('new'))).status).toBe(200);
    rmSync(path);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect((await post(node.url, ping, bearer('new'))).status).toBe(200);
    write(credential('boss', ['admin']));
    await until(async () => (await post(node.url, ping, bearer('new'))).status === 401);
  });

  it('does not start without the file that was named, or with a broken one', async () => {
    const start = (credentials: string) =>
      new App({ ...node.settings, credentials }, createLogger('silent')).start();
    await expect(start(join(folder, 'absent.json'))).rejects.toThrow(/ENOENT/);
    for (const name of ['local', 'internal']) {
      const principals = [{ name, keys: [], may: [] }];
      writeFileSync(join(folder, 'bad.json'), JSON.stringify({ principals }));
      await expect(start(join(folder, 'bad.json'))).rejects.toThrow(/name/);
    }
  });

  it('knows nobody as internal, the principal of consumers within the process', async () => {
    const authorization = basic('internal:boss-key');
    expect((await post(node.url, ping, { authorization })).status).toBe(401);
    for (const sec of ['internal:boss-key', '-internal:', '-hmac:internal:SHA256:AAAA']) {
      const body = JSON.stringify({ f: 'futoin.evt.gen:1.1:ping', p: { echo: 1 }, sec });
      const response = await fetch(`${node.url}/futoin`, { method: 'POST', body });
      expect(await response.json()).toMatchObject({ e: 'SecurityError' });
    }
  });
});
