// What an app is made with: settings, server, services; and what it says of itself.
import { createServer as createTcpServer } from 'node:net';
import knex, { type Knex } from 'knex';
import { createClient } from '../../../src/client/index.ts';
import { ConfigError, createApp, type Logger, type NoticeMap } from '../../../src/index.ts';
import { describeDatabase } from '../../support/databases.ts';
import { until } from '../../support/until.ts';
import { embedded, silent } from './embedded.ts';

describe('createApp', () => {
  it('names everything that is wrong with its options at once', () => {
    const make = () =>
      createApp({
        database: 'oracle://here',
        sleepMsMin: -1,
        // @ts-expect-error: no such setting
        colour: 'blue',
        server: { port: 99999 },
      });
    expect(make).toThrow(ConfigError);
    const problems = (() => {
      try {
        make();
        return [];
      } catch (error) {
        return (error as ConfigError).problems;
      }
    })();
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).toMatch(/^database must be sqlite:PATH/m);
    expect(problems.join('\n')).toMatch(/no option colour/);
  });

  it('passes over no option in silence', () => {
    const problemsOf = (options: object): readonly string[] => {
      try {
        createApp({ logger: silent, ...options });
        return [];
      } catch (error) {
        return (error as ConfigError).problems;
      }
    };
    expect(problemsOf({ databaseUrl: 'sqlite:./other.db' })).toEqual([
      'databaseUrl is database here',
    ]);
    expect(problemsOf({ port: 80, key: 'x' })).toEqual([
      'port is server.port here',
      'there is no option key',
    ]);
    expect(problemsOf({ database: 42, warehouse: {} })).toEqual([
      'database must be a URL or a knex instance',
      'warehouse must be a URL or a knex instance',
    ]);
    expect(problemsOf({ server: { address: '0.0.0.0' } })[0]).toMatch(/no option address/);
  });

  it.each<[option: object, problem: RegExp]>([
    [{ databse: 'sqlite::memory:' }, /^there is no option databse; perhaps database is meant$/],
    [{ sleep_ms_min: 5 }, /^there is no option sleep_ms_min: it is sleepMsMin here$/],
    [{ database: 'sqlite' }, /^database must be sqlite:PATH.*got \(hidden\)$/],
    [{ database: null }, /^database must be a URL or a knex instance$/],
    [{ warehouse: 'ftp://there' }, /^warehouse must be sqlite:PATH.*got \(hidden\)$/],
    [
      { database: 'mysql://a:secret@host' },
      /^database: The URL .* ends with the name of a database/,
    ],
    [{ database: 'mysql://a:secret@host:port/x' }, /^database: The URL .* has a port that is no/],
    [{ warehouse: 'postgres://a:s%zzecret@host/x' }, /^warehouse: The URL .* a % in its password/],
    [{ database: 'sqlite::memory:' }, /^database: SQLite needs a file/],
    [{ warehouse: 'mariadb://host/' }, /^warehouse: The URL .* ends with the name of a database/],
    [
      { archiver: true, environment: { EVT_WAREHOUSE_URL: 'mysql://host' } },
      /^warehouse: The URL .* ends with the name of a database/,
    ],
    [{ logger: console.log }, /^logger must have the functions debug, info, .*got a function$/],
    [{ logger: null }, /^logger must have .*got null$/],
    [{ server: createTcpServer() }, /^server must be false.*got an object$/],
    [{ server: () => {} }, /^server must be false.*got a function$/],
    [{ server: true }, /^server must be false/],
    [{ server: null }, /^server must be false/],
    [{ server: { hots: '::1' } }, /^server: there is no option hots; perhaps host is meant$/],
    [{ server: { port: 99999 } }, /^server\.port must be <= 65535, got 99999$/],
    [{ configFile: 5 }, /^configFile must be the path of a JSON file, got 5$/],
    [{ environment: 'EVT_PORT=1' }, /^environment must be an object of variables/],
    [{ environment: null }, /^environment must be an object of variables/],
    [{ sinks: null }, /^sinks must be a list, got null$/],
    [
      { sinks: [{ name: 'a', sink: { write() {} }, batchMax: null }] },
      /^sinks\[0\]\.batchMax must/,
    ],
  ])('refuses %j, and says what is wrong with it', (option, problem) => {
    const make = () => createApp({ logger: silent, ...option });
    expect(make).toThrow(expect.objectContaining({ problems: [expect.stringMatching(problem)] }));
  });

  it('refuses a knex instance that names no database, as far as it says so at once', () => {
    const where = { host: '127.0.0.1' };
    const problemOf = (database: Knex): unknown => {
      try {
        createApp({ logger: silent, database });
        return null;
      } catch (error) {
        return (error as ConfigError).problems[0];
      }
    };
    expect(problemOf(knex({ client: 'mysql2', connection: where }))).toMatch(
      /^database: The knex instance names no database/,
    );
    expect(problemOf(knex({ client: 'pg' }))).toMatch(/^database: .* has no connection/);
    expect(problemOf(knex({ client: 'mssql' }))).toMatch(/^database: .* client mssql/);
    // What a function gives is known when it is called.
    expect(problemOf(knex({ client: 'mysql2', connection: () => where }))).toBeNull();
    expect(problemOf(knex({ client: 'pg', connection: where }))).toBeNull();
  });

  it.each([null, 'sqlite://ada:secret@host', 5, () => {}, []])(
    'refuses %p in place of options',
    (options) => {
      // @ts-expect-error: no object
      const make = () => createApp(options);
      expect(make).toThrow(ConfigError);
      expect(make).toThrow('createApp takes an object of options');
      expect(make).not.toThrow('secret');
    },
  );

  it('takes options of a class, without a prototype, and with names that are left out', () => {
    class Options {
      readonly logger = silent;
      readonly streams = ['other'];
    }
    const bare = Object.assign(Object.create(null), { logger: silent, colour: undefined });
    for (const options of [new Options(), bare]) expect(createApp(options)).toBeDefined();
    expect(() => createApp(Object.create({ logger: silent, batchMax: 0 }))).toThrow('batchMax');
  });
});

describeDatabase('sqlite', 'an app', (kind) => {
  const own = embedded(kind, { server: { port: 0 } });

  it('takes settings from variables, and what it is given goes before them', async () => {
    const environment = { EVT_STREAMS: 'main,other', EVT_BATCH_MAX: 'many' };
    const app = await own.another({ environment, batchMax: 10, server: false });
    expect(await app.generator.addEvent('A', 1, { stream: 'other' })).toBe('1');
    await expect(own.app.generator.addEvent('A', 1, { stream: 'other' })).rejects.toMatchObject({
      code: 'StreamNotFound',
    });
  });

  it('serves the network where it is asked to, beside the application', async () => {
    const ready: NoticeMap['ready'][] = [];
    const other = await (async () => {
      const app = createApp({ database: own.database.url, server: { port: 0 }, logger: silent });
      app.once('ready', (notice) => ready.push(notice));
      await app.start();
      return app;
    })();
    expect(ready).toEqual([{ url: other.url }]);
    const client = createClient({ url: other.url });
    expect(await client.addEvent('A', 1)).toBe('1');
    expect((await own.app.pollEvents()).events).toMatchObject([{ id: '1', type: 'A', data: 1 }]);
    await other.stop();
  });

  it('keeps its own consumers apart from those of the network', async () => {
    const client = createClient({ url: own.app.url });
    await own.app.registerConsumer('billing');
    expect(await client.listConsumers()).toMatchObject([
      { principal: 'internal', component: 'billing' },
    ]);
    await expect(client.call('pollEvents', { component: 'billing' })).rejects.toMatchObject({
      code: 'NotRegistered',
    });
  });

  it('does inside the process what it offers, and nothing else', async () => {
    const generating = await own.another({ server: false, services: ['generator'] });
    await generating.generator.addEvent('A');
    await expect(generating.pollEvents()).rejects.toMatchObject({
      code: 'UnknownMethod',
    });
    const polled = await own.another({ server: false, services: ['poll'] });
    expect((await polled.pollEvents()).events).toHaveLength(1);
    expect(() => polled.generator).toThrow('does not offer generator');
    await expect(polled.subscribe({ onEvents: () => {} })).rejects.toMatchObject({
      code: 'UnknownMethod',
    });
  });

  it('may be nothing but a worker', async () => {
    await own.app.registerConsumer('c');
    const archived: NoticeMap['archived'][] = [];
    const worker = await own.another({ server: false, services: [], archiver: true });
    worker.on('archived', (notice) => archived.push(notice));
    await own.app.generator.addEvent('A');
    await until(() => archived.length === 1);
    expect(archived).toEqual([{ stream: 'main', count: 1 }]);
    expect(() => worker.generator).toThrow('does not offer');
  });

  it('tells of new events, and of LIVE readers that are too slow, and counts both', async () => {
    const app = await own.another({ windowEventsMax: 100, liveInFlight: 1, server: false });
    const seen: NoticeMap['newEvents'][] = [];
    const passed: NoticeMap['queueOverflow'][] = [];
    app.on('newEvents', (notice) => seen.push(notice));
    app.on('queueOverflow', (notice) => passed.push(notice));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const missed: unknown[] = [];
    await app.subscribe({
      onEvents: async (batch) => {
        if (batch.missed !== null) missed.push(batch.missed);
        await held;
      },
    });
    await app.generator.addEvent('A');
    await until(() => seen.length > 0);
    for (let nth = 0; nth < 5; nth += 1) {
      await app.generator.addEvents(Array.from({ length: 100 }, () => ({ type: 'A' })));
    }
    await until(() => seen.at(-1)?.newest === '501');
    release();
    await until(() => passed.length > 0);
    expect(passed[0]).toMatchObject({ stream: 'main', queue: 'live' });
    expect(seen.reduce((sum, { count }) => sum + count, 0)).toBe(501);
    await until(() => missed.length > 0);
    const { text } = await app.metrics();
    expect(text).toContain('aftercommit_feed_events_total{stream="main"} 501');
    expect(text).toContain(
      `aftercommit_skipped_events_total{stream="main"} ${passed.reduce((sum, { count }) => sum + count, 0)}`,
    );
    expect(text).toContain('aftercommit_ready 1');
  });

  it('logs what a listener throws, and goes on', async () => {
    const errors: object[] = [];
    const logger: Logger = { ...silent, error: (facts) => errors.push(facts) };
    const app = await own.another({ server: false, logger });
    app.on('newEvents', () => {
      throw new Error('in a listener');
    });
    app.on('newEvents', async () => {
      throw new Error('in an async listener');
    });
    await app.subscribe({ onEvents: () => {} });
    await app.generator.addEvent('A');
    await until(() => errors.length === 2);
    expect(errors).toMatchObject([{ notice: 'newEvents' }, { notice: 'newEvents' }]);
  });

  it('may be stopped twice, and started again', async () => {
    await own.app.generator.addEvent('A');
    await own.app.stop();
    await own.app.stop();
    await expect(own.app.pollEvents()).rejects.toMatchObject({ code: 'ShuttingDown' });
    await own.app.start();
    await expect(own.app.start()).rejects.toThrow('started already');
    expect((await own.app.pollEvents()).events).toHaveLength(1);
  });
});
