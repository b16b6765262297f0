// Sinks of the embedding application: functions that every event is handed to, in order and reliably.
import { createApp } from '../../src/app/create-app.ts';
import type {
  App,
  AppOptions,
  ConfigError,
  NoticeMap,
  ReceivedBatch,
  Sink,
  SinkOptions,
} from '../../src/index.ts';
import { Store } from '../../src/store/store.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { cursorOf, discardedUpTo } from '../support/positions.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { cli } from './run-cli.ts';

type Given = Omit<Partial<SinkOptions>, 'sink'>;

describeDrawnDatabase('a sink of the application', (kind) => {
  let database: TestDatabase;
  let sql: SqlSession;
  const sessions: SqlSession[] = [];
  const apps: App[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.stop();
    for (const session of sessions.splice(0)) await session.close();
    await database.drop();
  });

  const start = async (sinks: readonly SinkOptions[], options: AppOptions = {}) => {
    const app = createApp({ database: database.url, logLevel: 'silent', sinks, ...options });
    apps.push(app);
    await app.start();
    return app;
  };
  const startOne = (sink: Sink, given: Given = {}, options: AppOptions = {}) =>
    start([{ name: 'orders', ...given, sink }], options);
  const openSql = async () => {
    sql = await openSqlSession(kind, database.url);
    sessions.push(sql);
  };
  const consumerRow = async (columns: string) => {
    const [row] = await sql.run(`select ${columns} from evt_consumers where ident = 'SINK_orders'`);
    return row;
  };
  const cursor = () => cursorOf(sql, 'SINK_orders');

  it('is handed every event in order, in batches that join', async () => {
    const batches: ReceivedBatch[] = [];
    const app = await startOne(collect(batches), { batchMax: 300 });
    await app.generator.addEvents(drafts(1000));
    await app.generator.addEvent('T', { nth: 1.5 });
    await until(() => idsOf(batches).length === 1001);
    expect(idsOf(batches)).toEqual(numbers(1, 1001));
    expect(batches.map(({ seq }) => seq)).toEqual(numbers(0, batches.length - 1));
    expect(batches.every(({ events, missed }) => events.length <= 300 && missed === null)).toBe(
      true,
    );
    const [first, ...others] = batches;
    expect(first).toMatchObject({ after: '0', epoch: 1 });
    expect(others.map(({ after }) => after)).toEqual(batches.slice(0, -1).map(({ upTo }) => upTo));
    expect(batches.at(-1)?.asWritten().at(-1)).toMatchObject({ id: '1001', data: '{"nth":1.5}' });
    await openSql();
    await until(async () => (await cursor()) === 1001);
  });

  it('is told of new events at once', async () => {
    const writtenAtMs: number[] = [];
    const sink = { write: async () => void writtenAtMs.push(performance.now()) };
    // Only a wake-up is so soon.
    const pace = { sleepMsMin: 30_000, sleepMsMax: 60_000 };
    const app = await startOne(sink, { from: 'now' }, pace);
    const tookMs: number[] = [];
    for (let nth = 0; nth < 20; nth += 1) {
      const startedMs = performance.now();
      await app.generator.addEvent('T', nth);
      await until(() => writtenAtMs.length > nth);
      tookMs.push((writtenAtMs.at(-1) as number) - startedMs);
    }
    const [p50 = 0] = tookMs.sort((a, b) => a - b).slice(10);
    console.info(`${kind}: ${p50.toFixed(1)} ms from addEvent to write`);
    expect(p50).toBeLessThan(1000);
  });

  it('gets the types it wants, and is told how far it is', async () => {
    const batches: ReceivedBatch[] = [];
    const app = await startOne(collect(batches), { types: ['A', 'B'] }, { checkpointMs: 300 });
    for (const type of ['A', 'X', 'B']) await app.generator.addEvent(type);
    for (let nth = 0; nth < 50; nth += 1) await app.generator.addEvent('X');
    await until(() => batches.at(-1)?.upTo === '53');
    const given = batches.flatMap(({ events }) => events);
    expect(given.map(({ id, type }) => id + type)).toEqual(['1A', '3B']);
    expect(batches.filter(({ events }) => events.length === 0).length).toBeLessThan(20);
    await openSql();
    await until(async () => (await cursor()) === 53);
    await app.generator.addEvent('A');
    await until(() => batches.at(-1)?.events.length === 1);
    expect(batches.at(-1)).toMatchObject({ after: '53', upTo: '54', missed: null });
  });

  it('gets the same events again when it fails, and holds up nobody else', async () => {
    const batches: ReceivedBatch[] = [];
    const errors: NoticeMap['sinkError'][] = [];
    let isBroken = true;
    const sink = {
      write: async (batch: ReceivedBatch) => {
        batches.push(batch);
        if (isBroken) throw new Error('The place is full.');
      },
    };
    const app = await startOne(sink);
    app.on('sinkError', (notice) => errors.push(notice));
    const read: ReceivedBatch[] = [];
    await app.subscribe({ component: 'c', onEvents: (batch) => read.push(batch) });
    const startedMs = performance.now();
    for (let nth = 0; nth < 50; nth += 1) await app.generator.addEvent('T', nth);
    await until(() => read.at(-1)?.upTo === '50');
    await until(() => errors.length === 4);
    // The pauses are 0.1, 0.2 and 0.4 s at least, although each event is a hint.
    expect(performance.now() - startedMs).toBeGreaterThan(700);
    isBroken = false;
    await until(() => batches.at(-1)?.upTo === '50');
    expect(batches.every(({ after, events }) => after === '0' && events[0]?.id === '1')).toBe(true);
    expect(errors[0]).toMatchObject({ stream: 'main', sink: 'orders' });
    expect(errors.map(({ error }) => (error as Error).message)).toContain('The place is full.');
    const { text } = await app.metrics();
    expect(text).toContain(
      `aftercommit_sink_errors_total{stream="main",sink="orders"} ${errors.length}`,
    );
  });

  it('begins where it is told to when it is new, and goes on from its cursor later', async () => {
    const writer = await start([]);
    await writer.generator.addEvents(drafts(5));
    const batches: ReceivedBatch[] = [];
    const first = await startOne(collect(batches), { from: { id: '3' } });
    await until(() => idsOf(batches).at(-1) === 5);
    await first.stop();
    await writer.generator.addEvents(drafts(2));
    await startOne(collect(batches), { from: 'beginning' });
    await until(() => idsOf(batches).at(-1) === 7);
    expect(idsOf(batches)).toEqual([4, 5, 6, 7]);
    await expect(startOne(collect([]), { name: 'other', from: { id: '99' } })).rejects.toThrow(
      expect.objectContaining({ code: 'CursorAhead' }),
    );
  });

  it('that keeps its own position has each event exactly once', async () => {
    await openSql();
    await sql.run('create table done (id bigint primary key)');
    await sql.run('create table stand (id bigint)');
    await sql.run('insert into stand (id) values (0)');
    let nth = 0;
    const elsewhere: string[] = [];
    const stand = async () => String((await sql.run('select id from stand'))[0]?.id);
    const sink: Sink = {
      open: async () => ({ id: await stand(), epoch: 1 }),
      write: async ({ asWritten, after, upTo }) => {
        nth += 1;
        if (after !== (await stand())) elsewhere.push(after);
        await sql.run('begin');
        for (const { id } of asWritten()) await sql.run(`insert into done (id) values (${id})`);
        await sql.run(`update stand set id = ${upTo}`);
        const isLost = nth % 5 === 2;
        await sql.run(isLost ? 'rollback' : 'commit');
        if (isLost || nth % 5 === 4) throw new Error('Cut off before the commit, or behind it.');
      },
    };
    const writer = await start([]);
    for (let round = 1; round <= 4; round += 1) {
      await writer.generator.addEvents(drafts(60));
      const app = await startOne(sink, { batchMax: 7 });
      const from = nth;
      await until(() => nth >= from + 3);
      await app.stop();
      // As after a crash: how far the cursor had come is lost.
      await sql.run("update evt_consumers set last_evt_id = 0 where ident = 'SINK_orders'");
    }
    await startOne(sink, { batchMax: 50 });
    await until(async () => (await cursor()) === 240);
    const done = await sql.run('select id from done order by id');
    expect(done.map(({ id }) => Number(id))).toEqual(numbers(1, 240));
    expect(elsewhere).toEqual([]);
  });

  it('holds back what it has not written, but alone lets nothing be deleted', async () => {
    let allow: () => void = () => {};
    const allowed = new Promise<void>((resolve) => {
      allow = resolve;
    });
    const workers = { discarder: true, workerPeriodMs: 20 };
    const app = await startOne({ write: () => allowed }, {}, workers);
    await openSql();
    await app.generator.addEvents(drafts(10));
    await app.registerConsumer('c', { from: 'now' });
    // Rounds of the discarder go by.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await discardedUpTo(sql)).toBe(0);
    allow();
    await until(async () => (await discardedUpTo(sql)) === 10);

    await sql.run("delete from evt_consumers where ident = 'internal:c'");
    await app.generator.addEvents(drafts(5));
    await until(async () => (await cursor()) === 15);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await discardedUpTo(sql)).toBe(10);
  });

  it('is written to by one app of two, and by the other when that one stops', async () => {
    const batches: ReceivedBatch[][] = [[], []];
    const first = await startOne(collect(batches[0] as ReceivedBatch[]));
    await startOne(collect(batches[1] as ReceivedBatch[]));
    const writer = await start([]);
    const add = async (upTo: number) => {
      await writer.generator.addEvents(drafts(10));
      await until(() => latest(batches) === upTo);
    };
    await add(10);
    await add(20);
    expect(batches[1]).toEqual([]);
    await first.stop();
    await add(30);
    expect([idsOf(batches[0] ?? []), idsOf(batches[1] ?? [])]).toEqual([
      numbers(1, 20),
      numbers(21, 30),
    ]);
  });

  it('is told to end its write when another app has taken over', async () => {
    await openSql();
    const signals: AbortSignal[] = [];
    const closed: string[] = [];
    const hanging: Sink = {
      open: async () => {},
      write: (_, signal) => {
        signals.push(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      },
      close: async () => void closed.push('first'),
    };
    const first = await startOne(hanging);
    await first.generator.addEvent('T');
    await until(() => signals.length === 1);
    const batches: ReceivedBatch[] = [];
    await startOne(collect(batches));
    // As when its lease has run out while it was frozen.
    await sql.run("update evt_consumers set lease_until = null where ident = 'SINK_orders'");
    await until(() => batches.length === 1);
    await until(() => signals[0]?.aborted);
    await until(() => closed.length === 1);
    await first.generator.addEvent('T');
    await until(() => idsOf(batches).length === 2);
    expect(signals.length).toBe(1);
  });

  it('waits without a word while the stream is copied into, and has all of it then', async () => {
    const batches: ReceivedBatch[] = [];
    const errors: NoticeMap['workerError'][] = [];
    let opened = 0;
    const open = async () => {
      opened += 1;
      return null;
    };
    const app = await startOne({ ...collect(batches), open });
    app.on('workerError', (notice) => errors.push(notice));
    await app.generator.addEvents(drafts(3));
    await until(() => idsOf(batches).length === 3);
    const store = await Store.open({ database: database.url, poolMax: 2, timeoutMs: 10_000 });
    try {
      await store.statuses.beginCopying('main');
      await openSql();
      await sql.insertEvent('WAITING', '4');
      // It was refused twice, and has asked again.
      await until(() => opened >= 3);
      await store.statuses.endCopying('main', 'open');
    } finally {
      await store.close();
    }
    await until(() => idsOf(batches).length === 4);
    expect(errors).toEqual([]);
  });

  it.each([
    ['beyond the newest event', { id: '99', epoch: 1 }, 'HistoryForked'],
    ['of another epoch', { id: '1', epoch: 2 }, 'HistoryForked'],
    ['below what was discarded', { id: '2', epoch: 1 }, 'CursorTooOld'],
  ])('with a position %s is not written to, and says so', async (_, position, code) => {
    await openSql();
    const writer = await start([], { discarder: true, workerPeriodMs: 20 });
    await writer.generator.addEvents(drafts(5));
    await writer.registerConsumer('c', { from: 'now' });
    await until(async () => {
      const [row] = await sql.run('select discarded_up_to as id from evt_streams');
      return Number(row?.id) === 5;
    });
    await writer.generator.addEvents(drafts(2));
    let stand = position;
    const batches: ReceivedBatch[] = [];
    const app = createApp({
      database: database.url,
      logLevel: 'silent',
      sinks: [{ name: 'orders', sink: { ...collect(batches), open: async () => stand } }],
    });
    apps.push(app);
    const codes: unknown[] = [];
    app.on('sinkError', ({ error }) => codes.push((error as { code: string }).code));
    await app.start();
    await until(() => codes.length === 2);
    expect([codes, batches, await cursor()]).toEqual([[code, code], [], 5]);
    stand = { id: '6', epoch: 1 };
    await until(() => batches.length === 1);
    expect(idsOf(batches)).toEqual([7]);
  });

  it('finishes its write when the app stops, and is closed', async () => {
    const calls: string[] = [];
    let isBegun = false;
    const sink: Sink = {
      open: async ({ stream, name, types }) => {
        calls.push(`open ${stream} ${name} ${types}`);
      },
      write: async (_, signal) => {
        isBegun = true;
        await new Promise((resolve) => setTimeout(resolve, 200));
        calls.push(`written, ${signal.aborted}`);
      },
      close: async () => void calls.push('close'),
    };
    const app = await startOne(sink);
    await app.generator.addEvent('T');
    await until(() => isBegun);
    await app.stop();
    expect(calls).toEqual(['open main orders null', 'written, false', 'close']);
    await openSql();
    expect(await cursor()).toBe(1);
    expect(await consumerRow('lease_until')).toEqual({ lease_until: null });
  });

  it('is told of when it fails while the app stops', async () => {
    let fail = () => {};
    const sink: Sink = {
      write: () =>
        new Promise((_, reject) => {
          fail = () => reject(new Error('disk full'));
          isBegun = true;
        }),
    };
    let isBegun = false;
    const app = await startOne(sink);
    const errors: unknown[] = [];
    app.on('sinkError', ({ error }) => errors.push(error));
    await app.generator.addEvent('T');
    await until(() => isBegun);
    const stopping = app.stop();
    fail();
    await stopping;
    expect(errors).toEqual([new Error('disk full')]);
  });

  it('that never ends its write is told to, and given up', async () => {
    const signals: AbortSignal[] = [];
    const sink: Sink = {
      write: (_, signal) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    };
    const app = await startOne(sink, {}, { shutdownMs: 100 });
    await app.generator.addEvent('T');
    await until(() => signals.length === 1);
    const startedMs = performance.now();
    await app.stop();
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(signals[0]?.aborted).toBe(true);
    await openSql();
    expect(await cursor()).toBe(0);
  });

  it('works in an app that serves nothing, beside one that does', async () => {
    const batches: ReceivedBatch[] = [];
    await startOne(collect(batches), {}, { services: [] });
    const writer = await start([]);
    await writer.generator.addEvents(drafts(3));
    await until(() => idsOf(batches).length === 3);
  });

  it('is given what was added by SQL where no other app runs', async () => {
    const batches: ReceivedBatch[] = [];
    const app = await startOne(collect(batches), {}, { services: [] });
    await openSql();
    await sql.run("insert into evt_inbox (type, data) values ('BY_SQL', '1')");
    app.hints.give('main');
    await until(() => idsOf(batches).length === 1);
  });

  it('is listed among the consumers, and unregistered when its app is gone', async () => {
    const batches: ReceivedBatch[] = [];
    const app = await startOne(collect(batches));
    const server = await start([], { server: { port: 0 } });
    const run = async (method: string, params: object) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${server.url}/rpc`, { method: 'POST', headers, body });
      const { result, error } = (await answer.json()) as {
        result?: unknown;
        error?: { data: { code: string } };
      };
      return error?.data.code ?? result;
    };
    const sink = { component: 'SINK_orders', principal: null };
    await until(async () => {
      const [listed] = (await run('listConsumers', {})) as { connected: boolean }[];
      return listed?.connected;
    });
    expect(await run('listConsumers', {})).toMatchObject([{ ...sink, cursor: '0', stale: false }]);
    expect(await run('unregisterConsumer', sink)).toBe('ConsumerBusy');
    await app.stop();
    expect(await run('unregisterConsumer', { component: 'SINK_orders' })).toBe('NotRegistered');
    const byHand = ['consumers', 'unregister', 'SINK_orders', '--no-principal', '--dry-run'];
    expect(await cli(byHand, { env: { EVT_URL: server.url } })).toMatchObject({ code: 0 });
    expect(await run('unregisterConsumer', sink)).toMatchObject({ unregistered: true });
    expect(await run('unregisterConsumer', sink)).toBe('NotRegistered');
    const archiver = { component: 'ARCHIVER', principal: null };
    expect(await run('unregisterConsumer', archiver)).toBe('InvalidRequest');
  });
});

describe('the option sinks', () => {
  const sink = { write: async () => {} };
  const problemsOf = (sinks: unknown, more: AppOptions = {}) => {
    try {
      createApp({ sinks, ...more } as AppOptions);
    } catch (error) {
      return (error as ConfigError).problems;
    }
    return [];
  };

  it('takes what is right', () => {
    const time = { time: '2026-11-20T21:32:25Z' };
    const all = { name: 'A_1', stream: 'audit', types: ['T'], from: time, batchMax: 1, sink };
    const twice = [{ name: 'x', sink }, { name: 'x', stream: 'audit', sink }, all];
    expect(problemsOf(twice, { streams: ['main', 'audit'] })).toEqual([]);
  });

  it('says everything that is wrong at once, with the other options', () => {
    const problems = problemsOf(
      [
        { name: 'a:b', types: [], from: 'end', batchMax: 1001, sink: {}, tpyes: null },
        { name: 'ok', sink: { write: () => {}, open: 1, close: 1 } },
        null,
      ],
      { shutdownMs: 1 },
    );
    expect(problems).toEqual([
      'shutdownMs must be >= 100, got 1',
      "sinks[0] has no option 'tpyes'",
      "sinks[0].name must match ^[A-Za-z0-9_]{1,59}$, got 'a:b'",
      'sinks[0].types must be null or 1 to 100 different types, got []',
      "sinks[0].from must be beginning, now, {id} or {time}, got 'end'",
      'sinks[0].batchMax must be an integer from 1 to 1000, got 1001',
      'sinks[0].sink must have a function write',
      'sinks[1].sink.open must be a function',
      'sinks[1].sink.close must be a function',
      'sinks[2] must be an object, got null',
    ]);
  });

  it('shows nothing of what may hold a password', () => {
    const url = 'redis://:secret@h';
    expect(problemsOf({ type: 'redis', name: 'r', url })).toEqual([
      'sinks must be a list, got an object',
    ]);
    expect(problemsOf([url])).toEqual(['sinks[0] must be an object, got a string']);
  });

  it('refuses a stream that there is not, and a name twice', () => {
    const twice = { name: 'x', sink };
    expect(problemsOf([twice, twice, { ...twice, stream: 'audit' }])).toEqual([
      "sinks[1].name: main has a sink 'x' already",
      "sinks[2].stream must be one of main, got 'audit'",
    ]);
  });
});

function collect(batches: ReceivedBatch[]): Sink {
  return { write: async (batch) => void batches.push(batch) };
}

function drafts(count: number): { type: string; data: number }[] {
  return Array.from({ length: count }, (_, data) => ({ type: 'T', data }));
}

function idsOf(batches: readonly ReceivedBatch[]): number[] {
  return batches.flatMap(({ events }) => events.map(({ id }) => Number(id)));
}

function latest(batches: readonly ReceivedBatch[][]): number {
  return Math.max(0, ...batches.flat().map(({ upTo }) => Number(upTo)));
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
}
