// Peers on the FutoIn wire that guess, lose their keys, never say who they are, or ask for what cannot be said: the
// node stays up, and nobody gets what is another's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode as encodeMsgpack } from '@msgpack/msgpack';
import {
  type CredentialPrincipal,
  readCredentials,
  sha256Of,
  writeCredentials,
} from '../../src/server/credentials.ts';
import { post as postRpc, RpcSocket, call as rpc } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { GEN, POLL, PUSH, post, RawSocket, request } from './judge/raw.ts';

const SEC = 'bob:bob-key';
const accepting = () => ({ r: true });
const coded = (message: object) => Buffer.concat([Buffer.from('MPCK'), encodeMsgpack(message)]);

describe('a hostile peer on the FutoIn wire', () => {
  let folder: string;
  let path: string;
  let node: StartedApp;
  let place: string;
  const keysOf = (...keys: string[]) => keys.map((key) => ({ sha256: sha256Of(key) }));
  const bob = (more: Partial<CredentialPrincipal> = {}): CredentialPrincipal => ({
    name: 'bob',
    keys: keysOf('bob-key'),
    may: ['generate', 'consume'],
    ...more,
  });
  const start = async (values: Parameters<typeof startApp>[1] = {}, principal = bob()) => {
    writeCredentials(path, { principals: [principal] });
    node = await startApp('sqlite', { credentials: path, shutdownMs: 500, ...values });
    place = `${new URL(node.url).host}/futoin`;
  };
  const headers = { authorization: 'Bearer bob-key' };
  const own = async (method: string, params: object = {}) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    return (await postRpc(node.url, body, headers)).answer;
  };
  const isRefused = async (sec: string) => {
    const { message } = await post(place, { f: `${GEN}:ping`, p: { echo: 1 }, sec });
    return message.e === 'SecurityError';
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aftercommit-hostile-'));
    path = join(folder, 'credentials.json');
  });
  afterEach(async () => {
    await node?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('that answers what nobody asked, in no form at all, is not heard', async () => {
    await start();
    const socket = await RpcSocket.open(node.url, undefined, { headers });
    for (const id of ['{"toString":1}', '[]', '{}', '99', 'null']) {
      socket.socket.send(`{"jsonrpc":"2.0","id":${id},"result":true}`);
    }
    expect(await socket.call('ping', { echo: 1 })).toEqual({ echo: 1 });
    await socket.close();
  });

  it('is given data of any depth in MessagePack too, and may leave meanwhile', async () => {
    await start();
    const data = `${'['.repeat(512)}${']'.repeat(512)}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"addEvent","params":{"type":"DEEP","data":${data}}}`;
    const live = await RawSocket.open(place);
    const ready = { f: `${PUSH}:readyToReceive`, p: { component: 'LIVE' }, rid: 'C1', sec: SEC };
    live.send(coded(ready));
    await until(() => live.frames.length === 1);
    expect((await postRpc(node.url, body, headers)).answer.result).toBe('1');
    await until(() => live.frames.length === 2);
    expect(live.frames[1]?.bytes.includes('DEEP')).toBe(true);
    await live.close();
    const poll = { f: `${POLL}:pollEvents`, p: { component: 'LIVE' }, sec: SEC };
    const polled = await post(place, new Uint8Array(coded(poll)));
    expect(polled.bytes.includes('DEEP')).toBe(true);
    expect(await own('ping', { echo: 1 })).toMatchObject({ result: { echo: 1 } });
  });

  it('gets nothing more once its key is gone, not even if that happens while it subscribes', async () => {
    await start();
    await own('registerConsumer', { component: 'c' });
    await own('addEvent', { type: 'A' });
    const sql = await openSqlSession('sqlite', node.settings.databaseUrl);
    const socket = await RawSocket.open(place, accepting);
    await sql.run('begin immediate');
    const answered = socket.call(`${PUSH}:readyToReceive`, { component: 'c' }, SEC);
    writeCredentials(path, { principals: [bob({ keys: keysOf('another') })] });
    await until(() => isRefused(SEC));
    await sql.run('commit');
    expect(await answered).toMatchObject({ e: 'SecurityError' });
    await sql.close();
    expect(socket.batches).toEqual([]);
    await socket.close();
  });

  it('cannot hide the end of one key behind another', async () => {
    await start({}, bob({ keys: keysOf('bob-key', 'second') }));
    await own('registerConsumer', { component: 'c' });
    const socket = await RawSocket.open(place, accepting);
    await socket.call(`${PUSH}:readyToReceive`, { component: 'c' }, SEC);
    await socket.call(`${PUSH}:readyToReceive`, { component: 'LIVE' }, 'bob:second');
    writeCredentials(path, { principals: [bob({ keys: keysOf('second') })] });
    expect(await socket.closed).toBe(1008);
  });

  it.each(['', '!!!!', 'AAAA', 'c2VjcmV0LXNlY3JldA'])(
    'cannot sign with the key %j',
    async (hmacKey) => {
      writeCredentials(path, { principals: [bob({ hmacKey })] });
      expect(() => readCredentials(path)).toThrow('hmacKey');
      await start();
    },
  );

  it('does not lose what lies behind much that it does not want', async () => {
    await start();
    for (let nth = 0; nth < 21; nth += 1) {
      const events = Array.from({ length: 1000 }, () => ({ type: 'unwanted.here', data: null }));
      await own('addEvents', { events });
    }
    await own('addEvent', { type: 'WANTED' });
    const live = await post(place, { f: `${POLL}:pollEvents`, p: { component: 'LIVE' }, sec: SEC });
    expect(live.message.r).toMatchObject([{ id: '21001' }]);
    await own('registerConsumer', { component: 'c' });
    const poll = () => post(place, { f: `${POLL}:pollEvents`, p: { component: 'c' }, sec: SEC });
    await until(async () => (await poll()).message.r.length === 1);
  });

  it('cannot make a browser act with the key that it remembers', async () => {
    await start();
    const address = `http://${place}/futoin.evt.gen/1.1/addEvent?type=A&data=1`;
    const basic = { authorization: `Basic ${Buffer.from(SEC).toString('base64')}` };
    const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)', ...basic };
    const image = await request(address, { headers: browser });
    expect(image.message).toMatchObject({ e: 'SecurityError' });
    const page = await request(address, { headers: { 'sec-fetch-site': 'cross-site', ...basic } });
    expect(page.message).toMatchObject({ e: 'SecurityError' });
    expect((await request(address, { headers: basic })).message).toEqual({ r: '1' });
    const ping = `http://${place}/futoin.ping/1.0/ping?echo=1`;
    expect((await request(ping, { headers: browser })).message).toEqual({ r: { echo: 1 } });
  });

  it('that does not say who it is makes room for those who do', async () => {
    await start({ connectionsMax: 6 });
    const strangers = await Promise.all(Array.from({ length: 6 }, () => RawSocket.open(place)));
    const known = await RpcSocket.open(node.url, undefined, { headers });
    expect(await known.call('ping', { echo: 1 })).toEqual({ echo: 1 });
    expect(await strangers[0]?.closed).toBe(1006);
    // Those who said who they are stay.
    for (const stranger of strangers.slice(1)) {
      expect(await stranger.call(`${GEN}:ping`, { echo: 1 }, SEC)).toMatchObject({
        r: { echo: 1 },
      });
    }
    await expect(RawSocket.open(place)).rejects.toThrow('429');
    await known.close();
    for (const stranger of strangers) stranger.socket.terminate();
  });

  it('may poll beside its push reader without passing over what that one wants', async () => {
    await start();
    await own('registerConsumer', { component: 'c' });
    const socket = await RawSocket.open(place);
    await socket.call(`${PUSH}:readyToReceive`, { component: 'c', want: ['A'] }, SEC);
    await own('addEvent', { type: 'A' });
    await socket.events(1);
    await own('addEvent', { type: 'A' });
    const p = { component: 'c', want: ['B'] };
    expect((await post(place, { f: `${POLL}:pollEvents`, p, sec: SEC })).message.r).toEqual([]);
    const consumers = (await own('listConsumers')).result as { cursor: string }[];
    expect(consumers).toMatchObject([{ cursor: '0' }]);
    await socket.close();
  });

  it('is served few large answers at once, and all of them in the end', async () => {
    await start({ batchMax: 1000 }, bob({ may: ['generate', 'consume', 'admin'] }));
    const data = 'x'.repeat(2_000_000);
    for (let nth = 0; nth < 2; nth += 1) await own('addEvent', { type: 'LARGE', data });
    const polls = async () => {
      const text = await (await fetch(`${node.url}/metrics`, { headers })).text();
      return Number(/calls_total\{method="pollEvents",outcome="ok"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    const socket = await RawSocket.open(place);
    socket.socket.pause();
    const poll = { f: `${POLL}:pollEvents`, p: { component: 'LIVE' }, sec: SEC };
    for (let nth = 0; nth < 100; nth += 1) socket.send({ ...poll, rid: `C${nth}` });
    await until(async () => (await polls()) > 0);
    let before = -1;
    await until(async () => {
      const now = await polls();
      await new Promise((resolve) => setTimeout(resolve, 200));
      const isQuiet = now === before;
      before = now;
      return isQuiet;
    });
    // What a full buffer and 32 polls at work can have brought.
    expect(before).toBeLessThan(45);
    socket.socket.resume();
    await until(() => socket.messages.length === 100, 60_000);
    await socket.close();
  });
});

describe('a local node', () => {
  it('says the same of an unknown method, however its parameters are written', async () => {
    const node = await startApp('sqlite');
    for (const params of [[1], { a: 1 }]) {
      await expect(rpc(node.url, 'nowhere', params)).rejects.toMatchObject({ code: -32601 });
    }
    await expect(rpc(node.url, 'ping', [1])).rejects.toMatchObject({ code: -32602 });
    await node.stop();
  });
});
