// What a browser sends and reads: origins, preflights, and a key among the subprotocols of a socket. Raw requests, with
// the headers that a page cannot choose.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type NewKey, withKey, writeCredentials } from '../../src/server/credentials.ts';
import { ask, converse } from '../support/ask.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';

const SHOP = 'https://shop.example';
const DESK = 'https://desk.example:8443';
const EVIL = 'https://evil.example';
const rpc = (method: string, params: object, id: unknown = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });
const ping = rpc('ping', { echo: 1 });
const encoded = (key: string) => `aftercommit.key.${Buffer.from(key).toString('base64url')}`;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** What came of an upgrade: the agreed subprotocol and the answer to a ping, or the status of the refusal. */
function upgrade(
  url: string,
  protocols: string[],
  headers: Record<string, string> = {},
): Promise<{ protocol: string; answer: string } | number> {
  const socket = new WebSocket(url.replace('http', 'ws'), protocols, { headers });
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
    socket.on('open', () => socket.send(ping));
    socket.on('message', (data) => {
      resolve({ protocol: socket.protocol, answer: String(data) });
      socket.terminate();
    });
  });
}

/** The whole answer to an upgrade, as it goes over the wire. */
function handshake(url: string, path: string, protocols: string[]): Promise<string> {
  const close = Buffer.from([0x88, 0x80, 0, 0, 0, 0]).toString('latin1');
  return converse(
    url,
    `GET ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
      `Sec-WebSocket-Protocol: ${protocols.join(', ')}\r\n\r\n${close}`,
  );
}

const pong = '{"jsonrpc":"2.0","id":1,"result":{"echo":1}}';

describe('with credentials', () => {
  let folder: string;
  let node: StartedApp;
  let url: string;
  const holders: NewKey[] = [
    { name: 'shop', may: ['generate'], key: 'shop-key', allowedOrigins: [SHOP] },
    { name: 'desk', may: ['consume'], key: 'desk key, schön', allowedOrigins: [DESK] },
    { name: 'plain', may: ['generate'], key: 'plain-key' },
    { name: 'old', may: ['consume'], key: 'old-key', expiresAt: '2020-01-01T00:00:00Z' },
  ];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aftercommit-browser-'));
    const path = join(folder, 'credentials.json');
    const none: Parameters<typeof withKey>[0] = { principals: [] };
    writeCredentials(
      path,
      holders.reduce((so, each) => withKey(so, each).credentials, none),
    );
    node = await startApp('sqlite', { credentials: path });
    url = node.url;
  });
  afterAll(async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('a preflight', () => {
    const preflight = (headers: Record<string, string>) =>
      ask(`${url}/rpc`, { method: 'OPTIONS', headers });
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };

    it('is granted to an origin that some principal allows', async () => {
      for (const origin of [SHOP, DESK]) {
        const { status, headers, text } = await preflight({ ...asked, origin });
        expect([status, text]).toEqual([204, '']);
        expect(headers).toMatchObject({
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-max-age': '600',
          vary: 'Origin',
        });
        expect(headers).not.toHaveProperty('access-control-allow-credentials');
      }
    });

    it.each([EVIL, 'null', `${SHOP}.evil.example`, 'http://shop.example', '*', ''])(
      'is refused to the origin %j',
      async (origin) => {
        const { status, headers } = await preflight({ ...asked, origin });
        expect(status).toBe(401);
        expect(corsOf(headers)).toEqual([]);
      },
    );

    it('is none without an origin, and not for the FutoIn wire', async () => {
      const plain = await preflight({});
      expect([plain.status, plain.headers.allow, corsOf(plain.headers)]).toEqual([405, 'POST', []]);
      const futoin = await ask(`${url}/futoin`, { method: 'OPTIONS', headers: { origin: SHOP } });
      expect([futoin.status, corsOf(futoin.headers)]).toEqual([400, []]);
    });
  });

  describe('an answer', () => {
    const say = (body: string, headers: Record<string, string>) =>
      ask(`${url}/rpc`, { method: 'POST', headers, body });
    const readable = { 'access-control-allow-origin': SHOP, vary: 'Origin' };
    const notification = '{"jsonrpc":"2.0","method":"ping","params":{"echo":1}}';

    it.each([
      ['a result', ping, 'shop-key', 200, '"result"'],
      ['nothing', notification, 'shop-key', 204, ''],
      ['an error', rpc('fly', {}), 'shop-key', 200, 'UnknownMethod'],
      ['no JSON', '{', 'shop-key', 200, 'ParseError'],
      ['a missing right', rpc('pollEvents', { component: 'c' }), 'shop-key', 200, 'Unauthorized'],
      ['a false key', ping, 'false-key', 401, 'SecurityError'],
      ['a key that has ended', ping, 'old-key', 401, 'PleaseReauth'],
      ['a key for pages of others', ping, 'plain-key', 401, 'SecurityError'],
    ])('that is %s can be read by a page of an allowed origin', async (...row) => {
      const [, body, key, status, text] = row;
      const answer = await say(body, { ...bearer(key), origin: SHOP });
      expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)]);
      expect(answer.headers).toMatchObject(readable);
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    });

    it('can be read when the request was too large to be read', async () => {
      const body = ' '.repeat(9_000_000);
      const answer = await say(body, { ...bearer('shop-key'), origin: SHOP });
      expect(answer.text).toContain('PayloadTooLarge');
      expect(answer.headers).toMatchObject(readable);
    });

    it('can be read without a key, so that a page sees what is missing', async () => {
      const answer = await say(ping, { origin: SHOP });
      expect([answer.status, answer.headers]).toMatchObject([401, readable]);
    });

    it('cannot be read by a page that nobody allows, nor is its call carried out', async () => {
      const answer = await say(rpc('addEvent', { type: 'T' }), {
        ...bearer('shop-key'),
        origin: EVIL,
      });
      expect([answer.status, corsOf(answer.headers)]).toEqual([401, []]);
      const { text } = await say(rpc('streamInfo', {}), bearer('shop-key'));
      expect(JSON.parse(text).result.last).toBe('0');
    });

    it('to a caller that is no page says nothing of origins', async () => {
      const { headers } = await say(ping, bearer('shop-key'));
      expect(corsOf(headers)).toEqual([]);
      expect(headers).not.toHaveProperty('vary');
    });
  });

  describe('a socket', () => {
    const place = () => `${url}/rpc`;

    it('is opened with a key as a subprotocol, whatever is in the key', async () => {
      for (const { key = '', allowedOrigins: [origin = ''] = [] } of holders.slice(0, 2)) {
        for (const protocols of [
          ['aftercommit', encoded(key)],
          [encoded(key), 'aftercommit'],
          ['other', 'aftercommit', encoded(key)],
        ]) {
          const opened = await upgrade(place(), protocols, { origin });
          expect(opened).toEqual({ protocol: 'aftercommit', answer: pong });
        }
      }
    });

    it('is never sent the key', async () => {
      for (const path of ['/rpc', '/futoin']) {
        for (const protocols of [[encoded('shop-key'), 'aftercommit'], [encoded('shop-key')]]) {
          const heard = await handshake(url, path, protocols);
          expect(heard).toMatch(/^HTTP\/1\.1 (?:101|401) /);
          expect(heard).not.toContain(encoded('shop-key').slice(20));
          expect(heard).not.toContain('shop-key');
        }
      }
    });

    it('is refused for a key that is false, has ended, or is for pages of others', async () => {
      const open = (key: string, origin: string) =>
        upgrade(place(), ['aftercommit', encoded(key)], { origin });
      expect(await open('false-key', SHOP)).toBe(401);
      expect(await open('old-key', SHOP)).toBe(401);
      expect(await open('plain-key', SHOP)).toBe(401);
      expect(await open('shop-key', DESK)).toBe(401);
      expect(await open('shop-key', EVIL)).toBe(401);
      expect(await open('shop-key', 'null')).toBe(401);
      expect(await open('shop-key', url)).toMatchObject({ answer: pong });
    });

    const shop = encoded('shop-key');
    it.each([
      ['alone', [shop]],
      ['beside another one only', ['other', shop]],
      ['empty', ['aftercommit', 'aftercommit.key.']],
      ['padded', ['aftercommit', `${shop}=`]],
      ['base64, but not of addresses', ['aftercommit', 'aftercommit.key.+/+/']],
      ['with bits to spare', ['aftercommit', shop.replace(/k$/, 'l')]],
      ['no UTF-8', ['aftercommit', `aftercommit.key.${Buffer.from([255]).toString('base64url')}`]],
      ['one of two', ['aftercommit', shop, encoded('plain-key')]],
      ['the same twice', ['aftercommit', shop, shop]],
    ])('is refused for a key that is %s', async (_, protocols) => {
      const heard = await handshake(url, '/rpc', protocols);
      expect(heard).toMatch(/^HTTP\/1\.1 401 /);
      expect(heard).toContain('The key among the subprotocols is not taken.');
    });

    it('is opened by a header alone where there is one', async () => {
      const good = bearer('shop-key');
      expect(await upgrade(place(), [], good)).toEqual({ protocol: '', answer: pong });
      const asked = ['aftercommit', encoded('false-key')];
      expect(await upgrade(place(), asked, good)).toMatchObject({ protocol: 'aftercommit' });
      expect(await upgrade(place(), ['aftercommit'], good)).toMatchObject({ answer: pong });
      const false_ = bearer('false-key');
      expect(await upgrade(place(), ['aftercommit', encoded('shop-key')], false_)).toBe(401);
    });

    it('is refused without a key', async () => {
      expect(await upgrade(place(), [])).toBe(401);
      expect(await upgrade(place(), ['aftercommit'])).toBe(401);
    });
  });
});

describe('in open mode', () => {
  let node: StartedApp;
  beforeAll(async () => {
    node = await startApp('sqlite');
  });
  afterAll(() => node.stop());

  it('no page of another origin is let in, or told that it might be', async () => {
    for (const origin of [SHOP, node.url]) {
      const preflight = await ask(`${node.url}/rpc`, { method: 'OPTIONS', headers: { origin } });
      expect([preflight.status, corsOf(preflight.headers)]).toEqual([405, []]);
      const call = { method: 'POST', headers: { origin }, body: ping };
      const answer = await ask(`${node.url}/rpc`, call);
      expect([answer.status, corsOf(answer.headers)]).toEqual([origin === SHOP ? 401 : 200, []]);
    }
    expect(await upgrade(`${node.url}/rpc`, ['aftercommit'], { origin: SHOP })).toBe(401);
  });

  it('a key among the subprotocols is not looked at, like one in a header', async () => {
    for (const protocols of [
      ['aftercommit'],
      ['aftercommit', encoded('any')],
      ['aftercommit', 'aftercommit.key.+'],
    ]) {
      expect(await upgrade(`${node.url}/rpc`, protocols, bearer('any'))).toMatchObject({
        protocol: 'aftercommit',
      });
      const opened = await upgrade(`${node.url}/rpc`, protocols, { origin: node.url });
      expect(opened).toEqual({ protocol: 'aftercommit', answer: pong });
    }
  });
});

function corsOf(headers: object): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}
