// The page of docs/streams.md in a real browser, and the client of npm that it names: from an application's own server,
// with a ticket, while the node is killed and its key is taken away.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createClient } from '../../src/client/index.ts';
import { type Credentials, sha256Of, writeCredentials } from '../../src/server/credentials.ts';
import { describeInBrowser } from '../support/browser.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { until } from '../support/until.ts';

const DOCUMENT = readFileSync(join(__dirname, '../../docs/streams.md'), 'utf8');
const [, HTML = ''] = /```html\n(.*?)```/s.exec(DOCUMENT) ?? [];
const EXAMPLE_URL = 'http://127.0.0.1:8080';
const KEYS = { page: 'key-of-the-page', writer: 'key-of-the-writer' };

describeInBrowser('the page of docs/streams.md', (browser) => {
  let folder: string;
  let node: NodeProcess;
  let application: Server;
  let origin: string;
  let page: Page;
  let ttlMs: number;
  const path = () => join(folder, 'credentials.json');
  const start = async (port: number) => {
    const databaseUrl = `sqlite:${join(folder, 'events.db')}`;
    node = await startNode({ databaseUrl, credentials: path(), port, sseRetryMs: 100 });
  };
  const write = (...names: (keyof typeof KEYS)[]) =>
    writeCredentials(path(), {
      principals: names.map((name) => ({
        name,
        keys: [{ sha256: sha256Of(KEYS[name]) }],
        may: ['consume', 'generate'],
        allowedOrigins: [origin],
      })),
    } as Credentials);
  const add = async (count: number) => {
    const client = createClient({ url: node.url, key: KEYS.writer });
    for (let nth = 0; nth < count; nth += 1) {
      await client.addEvent('NOISE', nth);
      await client.addEvent('ORDER_PAID', { order: nth });
    }
  };
  const shown = () => page.locator('li').evaluateAll((items) => items.map(({ id }) => id));
  const state = () => page.textContent('#state');

  beforeEach(async () => {
    ttlMs = 3_600_000;
    folder = mkdtempSync(join(tmpdir(), 'aftercommit-page-'));
    application = createServer(async ({ url, method }, response) => {
      if (url !== '/ticket') response.end(HTML.replaceAll(EXAMPLE_URL, node.url));
      else if (method !== 'POST') response.writeHead(405).end();
      else response.end(await (await askTicket()).text());
    });
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
    origin = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
    write('page', 'writer');
    await start(await lastingPort());
    page = await browser().newPage();
  });
  afterEach(async () => {
    await page.close();
    application.close();
    application.closeAllConnections();
    await node.end('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const askTicket = () =>
    fetch(`${node.url}/streams/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEYS.page}` },
      body: JSON.stringify({ path: '/streams/events?types=ORDER_PAID', ttlMs }),
    });

  it('misses and doubles nothing while its node is killed or stopped, and ends with its key', async () => {
    await page.goto(origin);
    await until(async () => (await state()) === 'open');
    let total = 0;
    for (let life = 0; life < 3; life += 1) {
      await add(20);
      total += 20;
      await until(async () => (await shown()).length >= total);
      const { port } = new URL(node.url);
      await node.end(life === 1 ? 'SIGTERM' : 'SIGKILL');
      await until(async () => (await state()) === 'coming again');
      await start(Number(port));
      // Before the page is back, as a rule.
      await add(5);
      total += 5;
      await until(async () => (await shown()).length >= total);
    }
    expect(await shown()).toEqual(
      Array.from({ length: total }, (_, nth) => `event-${2 * (nth + 1)}`),
    );
    write('writer');
    await until(async () => (await state()) === 'closed');
    await add(5);
    expect((await shown()).length).toBe(total);
    write('page', 'writer');
    await until(async () => (await shown()).length >= total + 5);
    expect((await shown()).length).toBe(total + 5);
  });

  it('takes another ticket when the time of the first is over, and goes on where it was', async () => {
    ttlMs = 1000;
    await page.goto(origin);
    await until(async () => (await state()) === 'open');
    await add(5);
    await until(async () => (await shown()).length >= 5);
    await new Promise((resolve) => setTimeout(resolve, ttlMs));
    const { port } = new URL(node.url);
    await node.end('SIGKILL');
    await start(Number(port));
    await until(async () => (await state()) === 'closed');
    await add(5);
    await until(async () => (await shown()).length >= 10);
    expect(await shown()).toEqual(Array.from({ length: 10 }, (_, nth) => `event-${2 * (nth + 1)}`));
  });
});
