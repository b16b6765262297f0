// A page in a real browser, with the single-file bundle, against a real server on SQLite.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createClient } from '../../src/client/index.ts';
import { describeInBrowser } from '../support/browser.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { until } from '../support/until.ts';
import { openPage, type PageBatch, type PageClient, type PageReader, readInPage } from './page.ts';

declare const aftercommit: PageClient;

describeInBrowser('a page', (browser) => {
  let folder: string;
  let server: NodeProcess;
  let page: Page;
  const settings = () => ({ databaseUrl: `sqlite:${join(folder, 'events.db')}` });
  const start = async (more = {}) => {
    server = await startNode({ ...settings(), ...more });
  };
  const restart = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await server.end(signal);
    await start({ port: Number(new URL(server.url).port) });
  };
  const add = async (count: number) => {
    const drafts = Array.from({ length: count }, (_, nth) => ({ type: 'PAGE', data: nth }));
    return createClient({ url: server.url }).addEvents(drafts);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aftercommit-page-'));
    await start();
    page = await openPage(browser(), `${server.url}/livez`);
  });
  afterEach(async () => {
    await page?.close();
    await server?.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('is pushed every event in order, while its server is stopped and killed', async () => {
    const reader = await readInPage(page, { component: 'page' });
    const client = createClient({ url: server.url });
    const adding = { isOver: false, count: 0 };
    const added = (async () => {
      while (!adding.isOver) {
        // Under a key, so that what a kill interrupts is added once.
        await client.addEvent('PAGE', adding.count);
        adding.count += 1;
      }
    })();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await untilRead(reader, (await readIds(reader)).length + 50);
      await restart(signal);
    }
    adding.isOver = true;
    await added;
    const batches = await until(async () => {
      const all = await reader.batches();
      return all.at(-1)?.ids.at(-1) === String(adding.count) && all;
    });
    // Nothing is left out, and whatever comes again comes again from the beginning of a batch.
    expectChain(batches);
    const events = new Map(
      batches.flatMap(({ ids, data }) => ids.map((id, nth) => [id, data[nth]])),
    );
    expect([...events]).toEqual(
      Array.from({ length: adding.count }, (_, nth) => [String(nth + 1), nth]),
    );
    expect((await reader.counts()).ready).toBeGreaterThanOrEqual(3);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'gets nothing again, what it was at neither, when its server ended by %s',
    async (signal) => {
      const reader = await readInPage(page, { component: 'page' });
      const { last } = await add(1);
      await untilStored(last);
      await reader.hold();
      await add(3);
      await untilRead(reader, 4);
      await restart(signal);
      await add(1);
      await reader.release();
      await until(async () => (await readIds(reader)).at(-1) === '5');
      const [before, atWork, ...rest] = await reader.batches();
      expect([before?.ids, atWork?.ids]).toEqual([['1'], ['2', '3', '4']]);
      // What it had handled by then is acknowledged over the next connection.
      expect(rest.flatMap(({ ids }) => ids)).toEqual(['5']);
      expect(rest[0]?.after).toBe(atWork?.upTo);
    },
  );

  it('reads LIVE by push from now on, and over a restart what came meanwhile', async () => {
    await add(3);
    const reader = await readInPage(page, {});
    await until(async () => (await reader.counts()).ready === 1);
    await add(2);
    await untilRead(reader, 2);
    await restart('SIGKILL');
    await add(2);
    await untilRead(reader, 4);
    expect(await readIds(reader)).toEqual(['4', '5', '6', '7']);
  });

  it('polls every event in order, over a kill', async () => {
    await add(250);
    const reader = await readInPage(page, { component: 'page', by: 'poll', eventsMax: 100 });
    await untilRead(reader, 250);
    await restart('SIGKILL');
    await add(1);
    await until(async () => (await readIds(reader)).at(-1) === '251');
    expectChain(await reader.batches());
  });

  it('adds events, one and many, and tries again until the server is back', async () => {
    const port = Number(new URL(server.url).port);
    await server.end('SIGKILL');
    const adding = page.evaluate(async () => {
      const client = aftercommit.createClient();
      const text = new aftercommit.JsonText('{"n": 1.0}');
      const first = await client.addEvent('PAGE', text);
      return [first, await client.addEvents([{ type: 'PAGE', data: [2] }, { type: 'PAGE' }])];
    });
    await start({ port });
    expect(await adding).toEqual(['1', { first: '2', last: '3' }]);
    const written = await page.evaluate(async () => {
      const texts: string[] = [];
      for await (const batch of aftercommit.createClient().consumer({ component: 'page' })) {
        texts.push(...batch.asWritten().map(({ data }) => data));
        if (texts.length >= 3) break;
      }
      return texts;
    });
    expect(written).toEqual(['{"n": 1.0}', '[2]', 'null']);
  });

  it('stops at its signal with what it was at acknowledged', async () => {
    const reader = await readInPage(page, { component: 'page' });
    await reader.hold();
    const { last } = await add(3);
    await untilRead(reader, 3);
    const stopped = reader.stop();
    await reader.release();
    await stopped;
    expect(await reader.ended()).toBeNull();
    expect(await cursor()).toBe(last);
  });

  it('gives up a call at its signal, with the reason', async () => {
    await server.end('SIGKILL');
    const reason = await page.evaluate(async () => {
      const stopping = new AbortController();
      const adding = aftercommit.createClient().addEvent('PAGE', 1, { signal: stopping.signal });
      setTimeout(() => stopping.abort(new Error('not any more')), 100);
      return adding.then(String, String);
    });
    expect(reason).toContain('not any more');
  });

  it('is told that the consumer is read by somebody newer, or is gone', async () => {
    const older = await readInPage(page, { component: 'page' });
    await until(async () => (await older.counts()).ready === 1);
    const newer = await readInPage(page, { component: 'page' });
    expect(await older.ended()).toBe('ConsumerBusy');
    await until(async () => (await newer.counts()).ready === 1);
    await createClient({ url: server.url }).unregisterConsumer('page');
    expect(await newer.ended()).toBe('NotRegistered');
  });

  describe('of another origin', () => {
    const KEY = 'key-of-the-shop';
    const ELSEWHERE = 'key-of-another-page';
    let shop: Server;
    beforeEach(async () => {
      shop = createServer((_request, response) => response.end('<!doctype html>'));
      await once(shop.listen(0, '127.0.0.1'), 'listening');
      const origin = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
      const credentials = join(folder, 'credentials.json');
      const principals = [
        { name: 'shop', keys: keysOf(KEY), allowedOrigins: [origin] },
        { name: 'desk', keys: keysOf(ELSEWHERE), allowedOrigins: ['https://desk.example'] },
      ].map((principal) => ({ ...principal, may: ['generate', 'consume'] }));
      await writeFile(credentials, JSON.stringify({ principals }));
      await server.end('SIGTERM');
      await start({ credentials });
      await page.close();
      page = await openPage(browser(), origin);
    });
    afterEach(async () => {
      shop.close();
      shop.closeAllConnections();
      await once(shop, 'close');
    });

    it.each(['push', 'poll'] as const)(
      'adds events and reads them by %s with its key',
      async (by) => {
        const { url } = server;
        const reader = await readInPage(page, { url, key: KEY, component: 'page', by });
        await page.evaluate((options) => aftercommit.createClient(options).addEvent('PAGE'), {
          url,
          key: KEY,
        });
        await untilRead(reader, 1);
        await reader.stop();
        expect([await readIds(reader), await reader.counts()]).toEqual([
          ['1'],
          { ready: 1, trouble: 0 },
        ]);
      },
    );

    it.each([
      ['false', 'wrong'],
      ['for pages of another origin', ELSEWHERE],
    ])('is told that its key is %s', async (_, key) => {
      const reader = await readInPage(page, { url: server.url, key, component: 'page' });
      expect(await reader.ended()).toBe('SecurityError');
      expect(await reader.counts()).toEqual({ ready: 0, trouble: 0 });
    });
  });

  const cursor = async () => {
    const consumers = await createClient({ url: server.url }).listConsumers();
    return consumers.find(({ component }) => component === 'page')?.cursor;
  };
  const untilStored = (id: string) => until(async () => (await cursor()) === id);
});

async function readIds(reader: PageReader): Promise<string[]> {
  return (await reader.batches()).flatMap(({ ids }) => ids);
}

function untilRead(reader: PageReader, count: number): Promise<boolean> {
  return until(async () => (await readIds(reader)).length >= count);
}

function keysOf(key: string): { sha256: string }[] {
  return [{ sha256: createHash('sha256').update(key).digest('hex') }];
}

/** Each batch begins where the one before ended, or where an earlier one began. */
function expectChain(batches: readonly PageBatch[]): void {
  const begun = new Set<string>();
  let upTo = batches[0]?.after;
  for (const batch of batches) {
    if (batch.after !== upTo) expect([...begun]).toContain(batch.after);
    begun.add(batch.after);
    upTo = batch.upTo;
  }
}
