// Who may come in to /streams/, from which pages, and for how long.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSource } from 'eventsource';
import {
  type Credentials,
  readCredentials,
  sha256Of,
  writeCredentials,
} from '../../src/server/credentials.ts';
import { post } from '../support/rpc.ts';
import { SseClient } from '../support/sse.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const KEYS = { a: 'key-of-a', b: 'key-of-b', client: 'key-of-a-page', brief: 'key-for-a-moment' };
const PAGE = 'https://shop.example';
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const entry = (key: string, more: object = {}) => ({ sha256: sha256Of(key), ...more });

const folder = mkdtempSync(join(tmpdir(), 'aftercommit-keys-'));
const path = join(folder, 'credentials.json');
let node: StartedApp;
const clients: SseClient[] = [];

let writes = 0;
/** Resolves when the node has read it. */
const write = async (principals: object[]) => {
  writes += 1;
  const key = `nobody-${writes}`;
  const all = [...principals, principal('nobody', [entry(key)])];
  writeCredentials(path, { principals: all } as Credentials);
  const asks = () => fetch(`${node.url}/openrpc.json`, { headers: bearer(key) });
  await until(async () => (await asks()).ok);
};
const principal = (name: string, keys: object[], more: object = {}) => ({
  name,
  keys,
  may: ['consume', 'generate'],
  ...more,
});
const writeAll = (...without: string[]) =>
  write(
    [
      principal('a', [entry(KEYS.a)], { allowedOrigins: [PAGE], types: ['A', 'T'] }),
      principal('b', [entry(KEYS.b)], { streams: ['other'] }),
      principal('page', [entry(KEYS.client, { kind: 'client' })]),
    ].filter(({ name }) => !without.includes(name)),
  );

beforeAll(async () => {
  writeCredentials(path, { principals: [] });
  node = await startApp('sqlite', { credentials: path });
});
beforeEach(() => writeAll());
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true });
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const open = async (headers: Record<string, string>, address = '/streams/events') => {
  const client = await SseClient.open(`${node.url}${address}`, headers);
  clients.push(client);
  return client;
};
const refusal = async (headers: Record<string, string>, address?: string) => {
  const client = await open(headers, address);
  return { status: client.status, text: await client.text(), headers: client.headers };
};
const add = (type = 'T') => node.app.generator.addEvent(type, {});
const ticketFor = async (wish: object, key = KEYS.a) => {
  const response = await fetch(`${node.url}/streams/tickets`, {
    method: 'POST',
    headers: bearer(key),
    body: JSON.stringify(wish),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  return { status: response.status, answer: (await response.json()) as any };
};

it('lets nobody in without a key, and tells a wrong kind of key nothing', async () => {
  const unknown = await refusal(bearer('no-such-key'));
  expect(unknown.status).toBe(401);
  expect(unknown.headers['www-authenticate']).toMatch(/^Bearer/);
  const wrong = await refusal(bearer(KEYS.client));
  expect([wrong.status, wrong.text]).toEqual([unknown.status, unknown.text]);
  expect((await refusal({})).status).toBe(401);
});

it('gives a principal what it may see', async () => {
  const client = await open(bearer(KEYS.a));
  await add('NOT_FOR_A');
  await add('A');
  await client.have(1);
  expect(client.events.map(({ data }) => data.type)).toEqual(['A']);
  const types = await refusal(bearer(KEYS.a), '/streams/events?types=NOT_FOR_A');
  expect([types.status, types.text]).toEqual([403, expect.stringContaining('Unauthorized')]);
  expect((await refusal(bearer(KEYS.b))).status).toBe(403);
});

it('ends the connections of a key that is gone within a second, and leaves the others', async () => {
  await write([principal('a', [entry(KEYS.a)]), principal('c', [entry('key-of-c')])]);
  const other = await open(bearer('key-of-c'));
  const source = new EventSource(`${node.url}/streams/events`, {
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...init?.headers, ...bearer(KEYS.a) } }),
  });
  try {
    const errors: (number | undefined)[] = [];
    source.onerror = ({ code }) => errors.push(code);
    await until(() => source.readyState === source.OPEN);
    const own = await open(bearer(KEYS.a));
    const removedMs = performance.now();
    void write([principal('c', [entry('key-of-c')])]);
    await own.ended;
    expect(performance.now() - removedMs).toBeLessThan(1000);
    await until(() => source.readyState === source.CLOSED);
    expect(errors.at(-1)).toBe(401);
    await add();
    await other.have(1);
    expect(other.isEnded).toBe(false);
  } finally {
    source.close();
  }
});

it('lets a key in until its time, and no longer', async () => {
  const untilMs = performance.now() + 2000;
  await write([principal('a', [entry(KEYS.brief, { expiresAt: inMs(2000) })])]);
  const client = await open(bearer(KEYS.brief));
  await client.ended;
  expect(Math.abs(performance.now() - untilMs)).toBeLessThan(1000);
  expect((await refusal(bearer(KEYS.brief))).text).toMatch(/PleaseReauth/);
});

it('reads the same credential twice as one', async () => {
  await write([principal('a', [entry(KEYS.a), entry(KEYS.a)])]);
  const client = await open(bearer(KEYS.a));
  await add('A');
  await add('A');
  await client.have(2);
  expect(new Set(client.ids).size).toBe(2);
});

it('takes keys by calls, into its file', async () => {
  await write([principal('boss', [entry('key-of-boss')], { may: ['admin'] })]);
  const ask = async (method: string, params: object, key = 'key-of-boss') => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const { answer } = await post(node.url, body, bearer(key));
    return answer.error?.data.code ?? answer.result;
  };
  const wish = { name: 'new', may: ['consume'], types: ['A'] };
  const { key } = await ask('addCredential', wish);
  const client = await until(async () => {
    const each = await open(bearer(key));
    return each.status === 200 ? each : null;
  });
  expect(await ask('addCredential', { ...wish, key })).toEqual({ name: 'new', key: null });
  await add('T');
  await add('A');
  await client.have(1);
  expect(client.events.map(({ data }) => data.type)).toEqual(['A']);
  expect(await ask('addCredential', { name: 'x', may: ['everything'] })).toBe('InvalidRequest');
  expect(await ask('addCredential', { ...wish, expires_at: 'soon' })).toBe('InvalidRequest');
  expect(await ask('addCredential', wish, key)).toBe('Unauthorized');
  // What nobody could read again is not written.
  expect(await ask('addCredential', { ...wish, expires_at: '2027-13-45T00:00:00Z' })).toBe(
    'InvalidRequest',
  );
  expect(await ask('addCredential', { ...wish, key, public_id: 'page' })).toMatchObject({
    name: 'new',
  });
  const other = { name: 'other', may: ['consume'], public_id: 'page' };
  expect(await ask('addCredential', other)).toBe('InvalidRequest');
  expect(await ask('removeCredential', { name: 'new' })).toEqual({ name: 'new', removed: true });
  expect(await ask('removeCredential', { name: 'new' })).toEqual({ name: 'new', removed: false });
  await client.ended;
  expect(readCredentials(path).principals.map(({ name }) => name)).toEqual(['boss', 'nobody']);
});

describe('pages', () => {
  it('of an allowed origin may read, others may not', async () => {
    const allowed = await open({ ...bearer(KEYS.a), origin: PAGE });
    expect(allowed.headers['access-control-allow-origin']).toBe(PAGE);
    expect(allowed.headers['access-control-expose-headers']).toBe('etag, retry-after');
    const foreign = await refusal({ ...bearer(KEYS.a), origin: 'https://evil.example' });
    expect(foreign.status).toBe(401);
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
    const ask = (origin: string) =>
      fetch(`${node.url}/streams/events`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    const preflight = await ask(PAGE);
    expect([preflight.status, Object.fromEntries(preflight.headers)]).toEqual([
      204,
      expect.objectContaining({
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': expect.stringContaining('last-event-id'),
      }),
    ]);
    expect((await ask('https://evil.example')).status).toBe(401);
  });

  it('come in by a ticket, for one address, as often as they like', async () => {
    const { status, answer } = await ticketFor({ path: '/streams/events?types=A&from=beginning' });
    expect([status, answer]).toEqual([
      200,
      {
        path: `/streams/events?types=A&from=beginning&ticket=${answer.ticket}`,
        ticket: expect.any(String),
        expiresAt: expect.any(String),
      },
    ]);
    for (let nth = 0; nth < 3; nth += 1) {
      expect((await open({ origin: PAGE }, answer.path)).status).toBe(200);
    }
    // As a client comes again that cannot send the header either.
    const again = await open({}, `${answer.path}&lastEventId=1`);
    expect(again.status).toBe(200);
    for (const other of [
      answer.path.replace('types=A', 'types=T'),
      answer.path.replace('&from=beginning', ''),
      answer.path.replace('types=A&', ''),
      answer.path.replace('types=A', 'types=A,T'),
      `${answer.path.slice(0, -1)}_`,
      '/streams/events?ticket=nonsense',
    ]) {
      expect([other, (await refusal({}, other)).status]).toEqual([other, 401]);
    }
    expect((await refusal({ origin: 'https://evil.example' }, answer.path)).status).toBe(401);
  });

  it('have keys that open no calls', async () => {
    const asked = (key: string) =>
      fetch(`${node.url}/rpc`, {
        method: 'POST',
        headers: bearer(key),
        body: '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"echo":1}}',
      });
    const unknown = await asked('no-such-key');
    const refused = await asked(KEYS.client);
    expect([refused.status, await refused.text()]).toEqual([401, await unknown.text()]);
    expect((await asked(KEYS.a)).status).toBe(200);
    expect((await open(bearer(KEYS.client), '/streams/ping')).status).toBe(200);
    const { answer } = await ticketFor({ path: '/streams/ping' }, KEYS.client);
    expect((await open({}, answer.path)).status).toBe(200);
  });

  it('come in by the ticket as it was written, with all that stands behind its first question mark', async () => {
    const { answer } = await ticketFor({ path: '/streams/events?types=A?B' });
    expect((await open({}, answer.path)).status).toBe(400);
    const good = (await ticketFor({ path: '/streams/events' })).answer.path as string;
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = digits[digits.indexOf(good.slice(-1)) + 1];
    expect((await open({}, `${good.slice(0, -1)}${twin}`)).status).toBe(401);
    expect((await open({}, good)).status).toBe(200);
  });

  it('need another ticket when its time is over, or its key is gone', async () => {
    const brief = await ticketFor({ path: '/streams/events', ttlMs: 3000 });
    const client = await open({}, brief.answer.path);
    expect(client.status).toBe(200);
    await until(async () => (await open({}, brief.answer.path)).status === 401);
    expect((await refusal({}, brief.answer.path)).text).toMatch(/PleaseReauth/);
    expect(client.isEnded).toBe(false);
    const lasting = await ticketFor({ path: '/streams/events' });
    await writeAll('a');
    await client.ended;
    expect((await refusal({}, lasting.answer.path)).status).toBe(401);
  });

  it('get no ticket for anything else', async () => {
    for (const [wish, what] of [
      [{}, /path: must be/],
      [{ path: '/rpc' }, /path: must be/],
      [{ path: '/streams/events?ticket=x' }, /path: must be/],
      [{ path: '/streams/events\r\nX: y' }, /path: must be/],
      [{ path: '/streams/events#top' }, /path: must be/],
      [{ path: '/streams/events', ttlMs: 3_600_001 }, /ttlMs: must be/],
      [{ path: '/streams/events', ttlMs: '1' }, /ttlMs: must be/],
      [{ path: '/streams/events', ttl: 1 }, /there is no ttl/],
      [{ path: '/streams/nothing' }, /no streams of the kind "nothing"/],
      [[], /must be an object/],
    ] as const) {
      const { status, answer } = await ticketFor(wish);
      expect([wish, status, answer.error?.message]).toEqual([
        wish,
        400,
        expect.stringMatching(what),
      ]);
    }
    expect((await ticketFor({ path: '/streams/events' }, 'no-such-key')).status).toBe(401);
    // Of another kind, as the address itself would answer.
    expect((await ticketFor({ path: '/streams/events' }, KEYS.client)).status).toBe(401);
    expect((await ticketFor({ path: '/streams/ping' }, KEYS.client)).status).toBe(200);
    const got = await fetch(`${node.url}/streams/tickets`, { headers: bearer(KEYS.a) });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
