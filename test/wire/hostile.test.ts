// Peers that ask for too much, never read, or never leave: the node stays up, bounded, and answers the others.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withKey, writeCredentials } from '../../src/server/credentials.ts';
import { call, post, RpcSocket } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const pollText = (id: number, padding = '') =>
  `{"jsonrpc":"2.0","id":${id},"method":"pollEvents","params":{"component":"c","wait_ms":0}${padding}}`;

describe('a hostile peer', () => {
  let node: StartedApp;
  beforeEach(async () => {
    node = await startApp('sqlite', { batchMax: 1000, ackTimeoutMs: 20_000 });
    await call(node.url, 'registerConsumer', { component: 'c' });
  });
  afterEach(() => node.stop());
  const addLarge = async (count: number) => {
    for (let nth = 0; nth < count; nth += 1) {
      await call(node.url, 'addEvent', { type: 'LARGE', data: 'x'.repeat(2_000_000) });
    }
  };

  it('cannot ask for gigabytes with a small batch', async () => {
    await addLarge(4);
    const batch = `[${Array.from({ length: 300 }, (_, nth) => pollText(nth)).join(',')}]`;
    const { text, answer } = await post(node.url, batch);
    const answers = answer as unknown as { result?: unknown; error?: { data: { code: string } } }[];
    expect(answers.length).toBe(300);
    expect(text.length).toBeLessThan(25_000_000);
    expect(answers.at(-1)?.error?.data.code).toBe('DefenseRejected');
    expect(answers[0]?.result).toBeDefined();
  });

  it('is heard again when it has read what it asked for', async () => {
    await addLarge(4);
    const socket = await RpcSocket.open(node.url);
    let answered = 0;
    socket.socket.on('message', () => {
      answered += 1;
    });
    const batch = `[${Array.from({ length: 6 }, (_, nth) => pollText(1000 + nth)).join(',')}]`;
    socket.socket.pause();
    for (let nth = 0; nth < 3; nth += 1) socket.socket.send(batch);
    await call(node.url, 'ping', { echo: 1 });
    socket.socket.resume();
    await until(() => answered === 3);
    expect(await socket.call('ping', { echo: 2 })).toEqual({ echo: 2 });
    await socket.close();
  });

  it('that never reads is sent no more than a bounded amount', async () => {
    await addLarge(20);
    const socket = await RpcSocket.open(node.url, () => undefined);
    for (let nth = 0; nth < 20; nth += 1) {
      await call(node.url, 'registerConsumer', { component: `p${nth}` });
    }
    const before = process.memoryUsage().rss;
    socket.socket.pause();
    for (let nth = 0; nth < 20; nth += 1) {
      const params = { component: `p${nth}`, max_in_flight: 16 };
      socket.socket.send(
        JSON.stringify({ jsonrpc: '2.0', id: nth, method: 'readyToReceive', params }),
      );
    }
    const isBusy = async () =>
      Number(
        /delivered_batches_total\{stream="main",by="push"\} (\d+)/.exec(
          await (await fetch(`${node.url}/metrics`)).text(),
        )?.[1] ?? 0,
      ) > 0;
    await until(isBusy);
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Without a bound: 20 subscriptions, each with two batches of 4 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(120_000_000);
    socket.socket.terminate();
  });

  it('that nests or repeats without end is refused as soon as what is plainly no call', async () => {
    const many = Object.fromEntries(Array.from({ length: 300_000 }, (_, nth) => [`k${nth}`, 1]));
    const envelope = { jsonrpc: '2.0', id: 1, method: 'ping', params: { echo: 1 } };
    const floods = [
      '['.repeat(8_000_000),
      `{"jsonrpc":"2.0","id":1,"method":"addEvent","params":{"type":"T","data":${'['.repeat(3_900_000)}${']'.repeat(3_900_000)}}}`,
      `"${'\\"'.repeat(3_900_000)}`,
      JSON.stringify({ ...envelope, ...many }),
      JSON.stringify({ ...envelope, params: many }),
    ];
    const plain = `"${'x'.repeat(7_800_000)}"`;
    const refusedMs = async (text: string) => {
      const startedMs = performance.now();
      expect((await post(node.url, text)).answer.error).toBeDefined();
      return performance.now() - startedMs;
    };
    const spentMs = { floods: 0, plain: 0 };
    for (const flood of floods) {
      spentMs.plain += await refusedMs(plain);
      spentMs.floods += await refusedMs(flood);
    }
    console.info(
      `refused in ${(spentMs.floods / spentMs.plain).toFixed(1)} times of what is plainly no call`,
    );
    // Seconds each, before messages were looked at first.
    expect(spentMs.floods).toBeLessThan(30 * spentMs.plain);
  });

  it('gets its ids back as it wrote them', async () => {
    for (const id of ['12345678901234567890', '1e400', '1.0', '"\\u0041"', 'null']) {
      const { text } = await post(
        node.url,
        `{"jsonrpc":"2.0","id":${id},"method":"ping","params":{"echo":1}}`,
      );
      expect(text).toContain(`"id":${id === '"\\u0041"' ? '"A"' : id},`);
    }
  });

  it('may acknowledge in a batch', async () => {
    await call(node.url, 'addEvent', { type: 'T' });
    const socket = await RpcSocket.open(node.url, ({ id }) => {
      socket.socket.send(JSON.stringify([{ jsonrpc: '2.0', id, result: true }]));
    });
    await socket.call('readyToReceive', { component: 'c' });
    await until(async () => (await call(node.url, 'listConsumers'))[0].cursor === '1');
    await socket.close();
  });
});

describe('a peer without a key', () => {
  let folder: string;
  let path: string;
  let node: StartedApp;
  const key = {
    name: 'bob',
    may: ['generate', 'consume'] as ('generate' | 'consume')[],
    key: 'bob-key',
  };
  const headers = { authorization: 'Bearer bob-key' };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aftercommit-hostile-'));
    path = join(folder, 'credentials.json');
    writeCredentials(path, withKey({ principals: [] }, key).credentials);
    node = await startApp('sqlite', { credentials: path, shutdownMs: 500 });
  });
  afterEach(async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('whose upgrade was refused is cut off, though it stays, and does not hold up the stop', async () => {
    const sockets = Array.from({ length: 20 }, () =>
      connect({ port: Number(new URL(node.url).port), host: '127.0.0.1', allowHalfOpen: true }),
    );
    const gone = sockets.map((socket) => {
      socket.on('error', () => {});
      socket.resume();
      socket.write(
        'GET /rpc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
      return new Promise((resolve) => socket.once('end', resolve));
    });
    await Promise.all(gone);
    const startedMs = performance.now();
    await node.app.stop();
    expect(performance.now() - startedMs).toBeLessThan(3000);
    for (const socket of sockets) socket.destroy();
  });

  it('loses its connection when the key goes, expires, or has other rights', async () => {
    const changes = [
      () => writeCredentials(path, { principals: [] }),
      () =>
        writeCredentials(
          path,
          withKey({ principals: [] }, { ...key, may: ['consume'] }).credentials,
        ),
    ];
    for (const change of changes) {
      writeCredentials(path, withKey({ principals: [] }, key).credentials);
      const socket = await until(() =>
        RpcSocket.open(node.url, undefined, { headers }).catch(() => null),
      );
      expect(await socket.call('ping', { echo: 1 })).toEqual({ echo: 1 });
      change();
      expect((await socket.closed).code).toBe(1008);
    }
    const expiresAt = new Date(Date.now() + 5000).toISOString();
    writeCredentials(path, withKey({ principals: [] }, { ...key, expiresAt }).credentials);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const socket = await RpcSocket.open(node.url, undefined, { headers });
    expect((await socket.closed).code).toBe(1008);
  });
});
