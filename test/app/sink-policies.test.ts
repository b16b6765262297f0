// What becomes of a sink that fails, lacks events, or is late: onError, retryMaxMs, allowGap and maxLagEvents.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app/create-app.ts';
import {
  type App,
  type AppOptions,
  type ConfigError,
  type FileSinkOptions,
  type NoticeMap,
  type NoticeName,
  type ReceivedBatch,
  ServiceError,
  type Sink,
  type SinkOptions,
} from '../../src/index.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { cursorOf, discardedUpTo } from '../support/positions.ts';
import { call } from '../support/rpc.ts';
import { linesOfSegments, namesOf } from '../support/segments.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { startCli } from './run-cli.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aftercommit-policies-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const out = () => join(dir, 'out');
const file = (more: Partial<FileSinkOptions> = {}): FileSinkOptions => ({
  name: 'orders',
  type: 'file',
  dir: out(),
  segmentBytes: 1,
  retryMaxMs: 20,
  ...more,
});
const idsInFiles = () => linesOfSegments(out()).map(({ id }) => Number(id));

/** The folder of a sink becomes a file: nothing in it can be read or written, whoever asks. */
const breakFolder = async () => {
  await rename(out(), join(dir, 'kept'));
  await writeFile(out(), '');
};
const mendFolder = async () => {
  await rm(out());
  await rename(join(dir, 'kept'), out());
};

describeDrawnDatabase('a sink that fails', (kind) => {
  let database: TestDatabase;
  let sql: SqlSession;
  const apps: App[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
    sql = await openSqlSession(kind, database.url);
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.stop();
    await sql.close();
    await database.drop();
  });

  const make = (sinks: NonNullable<AppOptions['sinks']>, options: AppOptions = {}) => {
    const app = createApp({ database: database.url, logLevel: 'silent', sinks, ...options });
    apps.push(app);
    return app;
  };
  const start = async (sinks: NonNullable<AppOptions['sinks']>, options: AppOptions = {}) => {
    const app = make(sinks, options);
    await app.start();
    return app;
  };
  const own = (sink: Sink, given: Omit<Partial<SinkOptions>, 'sink'> = {}): SinkOptions => ({
    name: 'orders',
    retryMaxMs: 20,
    ...given,
    sink,
  });
  const cursor = () => cursorOf(sql, 'SINK_orders');
  const discarding = { discarder: true, workerPeriodMs: 20 };

  describe("with onError 'skip'", () => {
    it('passes over the events that it refuses alone, and over no others', async () => {
      const taken: number[] = [];
      const batches: ReceivedBatch[] = [];
      const tries = new Map<string, number>();
      const sink: Sink = {
        write: async (batch) => {
          const [first] = batch.events;
          if (first && batch.events.length === 1)
            tries.set(first.id, (tries.get(first.id) ?? 0) + 1);
          if (batch.events.some(({ data }) => data.isBad)) throw new Error('Refused.');
          batches.push(batch);
          taken.push(...batch.events.map(({ id }) => Number(id)));
        },
      };
      const app = await start([own(sink, { onError: 'skip' })]);
      const skipped = told(app, 'sinkSkipped');
      await app.generator.addEvents(
        numbers(1, 20).map((nth) => ({
          type: `T${nth}`,
          data: { isBad: [3, 4, 20].includes(nth) },
        })),
      );
      await until(async () => (await cursor()) === 20);
      expect(taken).toEqual(numbers(1, 19).filter((id) => id !== 3 && id !== 4));
      expect(skipped.map(({ id, type }) => id + type)).toEqual(['3T3', '4T4', '20T20']);
      expect(skipped[0]).toMatchObject({
        stream: 'main',
        sink: 'orders',
        error: new Error('Refused.'),
      });
      expect([tries.get('3'), tries.get('4'), tries.get('20')]).toEqual([5, 5, 5]);
      // What it was told of joins: a sink that keeps its own position moves it over what was skipped.
      const [, ...others] = batches;
      expect(others.map(({ after }) => after)).toEqual(
        batches.slice(0, -1).map(({ upTo }) => upTo),
      );
      const { text } = await app.metrics();
      expect(text).toContain(
        'aftercommit_sink_skipped_events_total{stream="main",sink="orders"} 3',
      );
      expect(text).toContain('aftercommit_sink_events_total{stream="main",sink="orders"} 17');
      // Batches are as large as ever behind it.
      await app.generator.addEvents(numbers(21, 30).map(() => ({ type: 'T', data: {} })));
      await until(() => taken.at(-1) === 30);
      expect(batches.at(-1)?.events.length).toBeGreaterThan(1);
    });

    it('loses nothing while it says that it is away', async () => {
      const taken: string[] = [];
      let times = 0;
      const sink: Sink = {
        write: async ({ events }) => {
          times += 1;
          if (times <= 15) throw new ServiceError('SinkUnavailable', { message: 'No route.' });
          taken.push(...events.map(({ id }) => id));
        },
      };
      const app = await start([own(sink, { onError: 'skip' })]);
      const skipped = told(app, 'sinkSkipped');
      await app.generator.addEvents(drafts(3));
      await until(() => taken.length === 3);
      expect([taken, skipped]).toEqual([['1', '2', '3'], []]);
    });

    it('passes over what comes while it cannot be opened, and goes on behind that', async () => {
      const app = await start([file({ onError: 'skip' })]);
      const skipped = told(app, 'sinkSkipped');
      await app.generator.addEvents(drafts(3));
      await until(async () => (await cursor()) === 3);
      await breakFolder();
      await app.generator.addEvents(drafts(2));
      await until(() => skipped.length === 2);
      const { text } = await app.metrics();
      expect(text).toContain(
        'aftercommit_sink_skipped_events_total{stream="main",sink="orders"} 2',
      );
      await mendFolder();
      await app.generator.addEvents(drafts(1));
      await until(async () => (await cursor()) === 6);
      expect(idsInFiles()).toEqual([1, 2, 3, 6]);
      expect(skipped.map(({ id }) => id)).toEqual(['4', '5']);
    });
  });

  describe("with onError 'stop'", () => {
    it('is given nothing more, keeps its events, and goes on at the next start of the app', async () => {
      const calls: string[] = [];
      let isBroken = true;
      const sink: Sink = {
        open: async () => void calls.push('open'),
        write: async ({ upTo }) => {
          calls.push(`write ${upTo}`);
          if (isBroken) throw new Error('The place is full.');
        },
        close: async () => void calls.push('close'),
      };
      const beside: ReceivedBatch[] = [];
      const other = own({ write: async (batch) => void beside.push(batch) }, { name: 'beside' });
      const app = await start([own(sink, { onError: 'stop' }), other], discarding);
      const stopped = told(app, 'sinkStopped');
      await app.registerConsumer('c', { from: 'now' });
      await app.generator.addEvent('T');
      await until(() => calls.length === 3);
      await app.generator.addEvent('T');
      await until(() => beside.at(-1)?.upTo === '2');
      await app.pollEvents({ component: 'c', lastId: '2' });
      expect(stopped).toEqual([
        { stream: 'main', sink: 'orders', error: new Error('The place is full.') },
      ]);
      expect(calls).toEqual(['open', 'write 1', 'close']);
      expect((await app.metrics()).text).toContain(
        'aftercommit_sink_stopped{stream="main",sink="orders"} 1',
      );
      expect(await discardedUpTo(sql)).toBe(0);
      isBroken = false;
      await app.stop();
      await app.start();
      await until(async () => (await discardedUpTo(sql)) === 2);
      expect((await app.metrics()).text).toContain(
        'aftercommit_sink_stopped{stream="main",sink="orders"} 0',
      );
    });

    it('ends serve with 1, and nothing is lost', async () => {
      const env = {
        EVT_DATABASE_URL: database.url,
        EVT_PORT: '0',
        EVT_DISCARDER: 'true',
        EVT_WORKER_PERIOD_MS: '20',
        EVT_SINKS: JSON.stringify([file({ onError: 'stop' })]),
      };
      const served = startCli(['serve'], { env });
      const url = await until(() => served.lines[0]);
      await call(url, 'registerConsumer', { component: 'c', from: 'now' });
      await call(url, 'addEvents', { events: drafts(2) });
      await until(() => idsInFiles().length === 2);
      await breakFolder();
      await call(url, 'addEvents', { events: drafts(2) });
      const ended = await served.ended;
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(
        /^aftercommit: The sink orders has failed, and is to stop then.+\(SinkWriteFailed, stream main, sink orders\)\n$/,
      );
      const rows = await sql.run('select id from evt_queue where id > 2 order by id');
      expect(rows.map(({ id }) => Number(id))).toEqual([3, 4]);
      await mendFolder();
      const again = startCli(['serve'], { env });
      await until(() => idsInFiles().length === 4);
      expect(await again.stop()).toMatchObject({ code: 0, stderr: '' });
      expect(idsInFiles()).toEqual([1, 2, 3, 4]);
    });
  });

  it("with onError 'retry' lets its lag be seen, in time and when it is over", async () => {
    const app = await start([file({ maxLagEvents: 5 })], discarding);
    const lags = told(app, 'sinkLag');
    await app.generator.addEvents(drafts(2));
    await until(async () => (await cursor()) === 2);
    await breakFolder();
    await app.generator.addEvents(drafts(5));
    const lag = async () => {
      const { text } = await app.metrics();
      return /aftercommit_consumer_lag_events\{stream="main",consumer="SINK_orders"\} (\d+)/.exec(
        text,
      )?.[1];
    };
    expect(await lag()).toBe('5');
    await app.generator.addEvents(drafts(3));
    expect(await lag()).toBe('8');
    await until(() => lags.length === 1);
    const late = 'aftercommit_sink_late{stream="main",sink="orders"}';
    expect((await app.metrics()).text).toContain(`${late} 1`);
    await mendFolder();
    await until(() => lags.length === 2);
    expect(lags).toEqual([
      { stream: 'main', sink: 'orders', lag: 8, isLate: true },
      { stream: 'main', sink: 'orders', lag: expect.any(Number), isLate: false },
    ]);
    expect((await app.metrics()).text).toContain(`${late} 0`);
    await until(() => idsInFiles().length === 10);
    expect(idsInFiles()).toEqual(numbers(1, 10));
  });

  it('with allowGap goes on behind what it lacks for good, and says so once', async () => {
    let app = await start([file()], discarding);
    await app.registerConsumer('c', { from: 'now' });
    await app.generator.addEvents(drafts(6));
    await until(async () => (await cursor()) === 6);
    await app.pollEvents({ component: 'c', lastId: '6' });
    await until(async () => (await discardedUpTo(sql)) === 6);
    await app.stop();
    for (const name of namesOf(out()).slice(-2)) {
      await rm(join(out(), name));
      await rm(join(out(), name.replace('.ndjson', '.meta.json')), { force: true });
    }
    await expect(start([file()])).rejects.toThrow(expect.objectContaining({ code: 'SinkGap' }));
    app = make([file({ allowGap: true })]);
    const gaps = told(app, 'sinkGap');
    await app.start();
    await until(() => gaps.length === 1);
    await app.generator.addEvents(drafts(2));
    await until(() => idsInFiles().length === 6);
    expect(idsInFiles()).toEqual([1, 2, 3, 4, 7, 8]);
    expect(gaps).toEqual([{ stream: 'main', sink: 'orders', after: '4', earliest: '7' }]);
    const { text } = await app.metrics();
    expect(text).toContain('aftercommit_sink_gaps_total{stream="main",sink="orders"} 1');
    await app.stop();
    // It is over: the files stand behind it now.
    app = await start([file()]);
    await app.generator.addEvents(drafts(1));
    await until(() => idsInFiles().at(-1) === 9);
  });
});

describe('the policy of a sink', () => {
  it('is refused where it is none, with everything else', () => {
    const sink = { write: async () => {} };
    const wrong = { onError: 'ignore', retryMaxMs: 0, allowGap: 'yes', maxLagEvents: -1 };
    let problems: readonly string[] = [];
    try {
      createApp({ sinks: [{ name: 'a', sink, ...wrong }] } as unknown as AppOptions);
    } catch (error) {
      problems = (error as ConfigError).problems;
    }
    expect(problems).toEqual([
      "sinks[0].onError must be 'retry' or 'stop' or 'skip', got \"ignore\"",
      'sinks[0].retryMaxMs must be a number of milliseconds from 10 to 3600000, got 0',
      'sinks[0].allowGap must be true or false, got "yes"',
      'sinks[0].maxLagEvents must be an integer from 0 to 9007199254740991, got -1',
    ]);
  });
});

function told<N extends NoticeName>(app: App, name: N): NoticeMap[N][] {
  const notices: NoticeMap[N][] = [];
  app.on(name, (notice) => notices.push(notice));
  return notices;
}

function drafts(count: number): { type: string; data: number }[] {
  return Array.from({ length: count }, (_, data) => ({ type: 'T', data }));
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
}
