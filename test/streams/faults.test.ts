// What clients of /streams/ notice when something goes wrong: a node that dies or stops, a database that is away, and
// other clients that take nothing.
import { readFileSync } from 'node:fs';
import { EventSource } from 'eventsource';
import type { Settings } from '../../src/config/load.ts';
import {
  createDatabase,
  describeDrawnDatabase,
  describeDrawnServer,
  type TestDatabase,
  urlVariables,
} from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { openRandom } from '../support/random.ts';
import { call } from '../support/rpc.ts';
import { SseClient } from '../support/sse.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { type CutPath, openCutPath } from '../support/tcp-path.ts';
import { until } from '../support/until.ts';

/** Clients that do not read, and how many of them do so then: 50 MB each. */
const SLOW = 10;
const EVENTS = Number(process.env.STREAM_EVENTS ?? 2000);
const LIVES = Number(process.env.STREAM_LIVES ?? 2);
const READING = Number(process.env.STREAM_SLOW_READERS ?? 3);

const numbers = (from: number, upTo: number) =>
  Array.from({ length: Math.max(0, upTo - from + 1) }, (_, nth) => from + nth);
const add = (url: string, count: number, data: unknown = 0) =>
  call(url, 'addEvents', { events: Array.from({ length: count }, () => ({ type: 'T', data })) });
/** Of the whole process, in bytes. */
const memoryOf = (pid: number) => {
  const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
};
const gauge = async (url: string, name: string) => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`aftercommit_${name}`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

describeDrawnDatabase('clients at random positions', (kind) => {
  let node: StartedApp;
  const clients: SseClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await node.stop();
  });

  it('lose and double nothing while events come', async () => {
    node = await startApp(kind);
    const { url } = node;
    const random = openRandom();
    console.info(`clients at random positions: SEED=${random.seed}`);
    const total = EVENTS;
    await add(url, 500);
    const begins = Array.from({ length: 20 }, () => random.below(501));
    const adding = (async () => {
      for (let added = 500; added < total; added += 100) await add(url, 100);
    })();
    const reading = begins.map(async (begin) => {
      await new Promise((resolve) => setTimeout(resolve, random.below(300)));
      const client = await SseClient.open(`${url}/streams/events?from=${begin}`);
      clients.push(client);
      await client.have(total - begin);
      return [begin, client.ids] as const;
    });
    await adding;
    for (const [begin, ids] of await Promise.all(reading)) {
      expect(ids).toEqual(numbers(begin + 1, total));
    }
  });
});

describeDrawnDatabase('a node', (kind) => {
  let active: TestDatabase;
  let node: NodeProcess;
  const start = async (settings: Partial<Settings> = {}) => {
    active = await createDatabase(kind);
    const port = await lastingPort();
    node = await startNode({ databaseUrl: active.url, port, ...settings });
    return () => startNode({ databaseUrl: active.url, port, ...settings });
  };
  afterEach(async () => {
    await node.end('SIGKILL');
    await active.drop();
  });

  it('that is killed loses nothing for clients that come again by themselves', async () => {
    const startAgain = await start({ sseRetryMs: 50 });
    const source = new EventSource(`${node.url}/streams/events`);
    const ids: number[] = [];
    source.onmessage = ({ lastEventId }) => ids.push(Number(lastEventId));
    await until(() => source.readyState === source.OPEN);
    let total = 0;
    try {
      for (let life = 0; life < LIVES; life += 1) {
        await add(node.url, 500);
        total += 500;
        // In the middle of what it sends, at some time.
        await until(() => ids.length > total - 400);
        await node.end('SIGKILL');
        node = await startAgain();
      }
      await until(() => ids.length >= total);
      expect(ids).toEqual(numbers(1, total));
    } finally {
      source.close();
    }
  });
});

describeDrawnDatabase('a node with clients of all kinds', (kind) => {
  let node: NodeProcess;
  let active: TestDatabase;
  const clients: SseClient[] = [];
  const start = async (settings: Partial<Settings> = {}) => {
    active = await createDatabase(kind);
    node = await startNode({ databaseUrl: active.url, ...settings });
  };
  const open = async (query = '', options = {}) => {
    const client = await SseClient.open(`${node.url}/streams/events${query}`, {}, options);
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await node.end('SIGKILL');
    await active.drop();
  });

  it('that stops at once, and is started again, loses nothing for clients that come again by themselves', async () => {
    const port = await lastingPort();
    await start({ port, sseRetryMs: 50 });
    const sources = numbers(1, 5).map(() => new EventSource(`${node.url}/streams/events`));
    try {
      const received = sources.map((source) => {
        const ids: number[] = [];
        source.onmessage = ({ lastEventId }) => ids.push(Number(lastEventId));
        return ids;
      });
      await until(() => sources.every(({ readyState, OPEN }) => readyState === OPEN));
      await add(node.url, 10);
      await until(() => received.every((ids) => ids.length === 10));
      const stoppedMs = performance.now();
      expect(await node.end('SIGTERM')).toBe(0);
      expect(performance.now() - stoppedMs).toBeLessThan(2000);
      node = await startNode({ databaseUrl: active.url, port });
      await add(node.url, 10);
      await until(() => received.every((ids) => ids.length >= 20));
      for (const ids of received) expect(ids).toEqual(numbers(1, 20));
    } finally {
      for (const source of sources) source.close();
    }
  });

  it('that stops sends its clients away, and they come again at different times', async () => {
    await start();
    const all = await Promise.all(numbers(1, 100).map(() => open()));
    const stoppedMs = performance.now();
    expect(await node.end('SIGTERM')).toBe(0);
    expect(performance.now() - stoppedMs).toBeLessThan(2000);
    await Promise.all(all.map((client) => client.ended));
    const retries = all.map(({ retryMs }) => Number(retryMs));
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...retries)).toBeLessThanOrEqual(5000);
    expect(new Set(retries).size).toBeGreaterThan(50);
  });

  it('keeps nothing in memory for a client that does not read, and gives it all in order', async () => {
    // Little of it is in memory for everybody anyway.
    await start({ windowBytesMax: 4_194_304 });
    const text = 'x'.repeat(10_000);
    const others = await Promise.all(numbers(1, 2).map(() => open()));
    const addAll = async (count: number) => {
      for (let added = 0; added < count; added += 100) await add(node.url, 100, text);
    };
    // The process grows by its work, too.
    await addAll(5000);
    for (const each of others) await each.have(5000);
    const before = memoryOf(node.pid);
    const slow = await Promise.all(numbers(1, SLOW).map(() => open('', { isPaused: true })));
    await addAll(5000);
    for (const each of others) await each.have(10_000);
    const growth = memoryOf(node.pid) - before;
    expect(growth / slow.length).toBeLessThan(10 * 2 ** 20);
    console.info(`${SLOW} slow clients: ${(growth / slow.length / 2 ** 20).toFixed(1)} MiB each`);
    for (const client of slow.slice(READING)) client.close();
    const reading = slow.slice(0, READING);
    for (const client of reading) client.resume();
    for (const client of reading) {
      await client.have(5000);
      expect(client.ids).toEqual(numbers(5001, 10_000));
    }
  });

  it('drops a client that takes nothing at all', async () => {
    await start({ sseStallMs: 3000, sseHeartbeatMs: 50 });
    const idle = await open();
    const stuck = await open('', { isPaused: true });
    expect(await gauge(node.url, 'sse_connections')).toBe(2);
    for (let nth = 0; nth < 50; nth += 1) await add(node.url, 100, 'x'.repeat(5000));
    await until(async () => (await gauge(node.url, 'sse_connections')) === 1);
    await idle.have(5000);
    expect(idle.isEnded).toBe(false);
    stuck.resume();
    await stuck.ended;
    expect(stuck.ids).toEqual(numbers(1, stuck.ids.length));
    expect(stuck.ids.length).toBeLessThan(5000);
  });
});

describe('a slow client', () => {
  let node: StartedApp;
  afterEach(() => node.stop());

  it('is told what was discarded before it was there', async () => {
    node = await startApp('sqlite', { discarder: true, windowEventsMax: 100 });
    const { url } = node;
    await call(url, 'registerConsumer', { component: 'c' });
    const client = await SseClient.open(`${url}/streams/events`, {}, { isPaused: true });
    for (let nth = 0; nth < 40; nth += 1) await add(url, 100, 'x'.repeat(5000));
    await call(url, 'pollEvents', { component: 'c', last_id: '3990', limit: 1 });
    await until(async () => (await call(url, 'streamInfo')).discarded_up_to === '3990');
    client.resume();
    await until(() => client.ids.at(-1) === 4000);
    const at = client.frames.findIndex(({ event }) => event === 'reset');
    const last = Number(client.frames[at - 1]?.id);
    expect(client.frames[at]).toEqual({
      event: 'reset',
      id: '3990',
      data: { reason: 'discarded', requested: String(last), oldest: '3991' },
    });
    expect(client.ids).toEqual([...numbers(1, last), ...numbers(3991, 4000)]);
    client.close();
  });
});

describeDrawnServer('a database that is away', (kind) => {
  let path: CutPath;
  let database: TestDatabase;
  let node: StartedApp;
  const clients: SseClient[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
    path = await openCutPath(database.url);
    node = await startApp(kind, { databaseUrl: path.url, sseHeartbeatMs: 100 });
    expect(process.env[urlVariables[kind]]).toBeDefined();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await node.stop();
    await path.close();
    await database.drop();
  });

  it('lets clients wait, those that come meanwhile too, and nothing is missed', async () => {
    const open = async (query = '') => {
      const client = await SseClient.open(`${node.url}/streams/events${query}`);
      clients.push(client);
      return client;
    };
    const client = await open();
    await add(node.url, 10);
    await client.have(10);
    path.cut();
    const heard = client.comments;
    const late = await open('?from=4');
    expect(late.status).toBe(200);
    await until(() => client.comments > heard + 3 && late.comments > 3);
    path.mend();
    await until(() =>
      add(node.url, 10).then(
        () => true,
        () => false,
      ),
    );
    await client.have(20);
    await until(() => late.ids.includes(20));
    expect(late.ids.slice(0, 16)).toEqual(numbers(5, 20));
    expect(client.ids.slice(0, 20)).toEqual(numbers(1, 20));
    expect([client.isEnded, late.isEnded]).toEqual([false, false]);
  });
});
