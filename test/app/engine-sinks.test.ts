// The sinks of types `nats` and `redis` in an app and in `aftercommit serve`, at real servers and on real databases.
import { createApp } from '../../src/app/create-app.ts';
import type { App, AppOptions, ConfigError, SinkByType } from '../../src/index.ts';
import { NatsSink } from '../../src/relay/sinks/nats/nats-sink.ts';
import { natsPlaceOf } from '../../src/relay/sinks/nats/settings.ts';
import { RedisSink } from '../../src/relay/sinks/redis/redis-sink.ts';
import { redisPlaceOf } from '../../src/relay/sinks/redis/settings.ts';
import type { StandingSink } from '../../src/relay/standing-sink.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { describeWithEngine, type EngineKind, startNats, startRedis } from '../support/engines.ts';
import { idsInJetStream, withManager } from '../support/jet-stream.ts';
import type { KeptServer } from '../support/kept-server.ts';
import { pause } from '../support/pause.ts';
import { discardedUpTo } from '../support/positions.ts';
import { askRedis, idsInRedis } from '../support/redis-stream.ts';
import { call } from '../support/rpc.ts';
import { at, batch, never, numbers, rows } from '../support/sink-batches.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { cli, startCli } from './run-cli.ts';

interface Engine {
  readonly start: () => Promise<KeptServer>;
  /** A sink at a place of its own. */
  readonly options: (url: string, place: string, more?: object) => SinkByType;
  readonly sink: (url: string, place: string) => StandingSink;
  /** The ids of the events there. */
  readonly ids: (url: string, place: string) => Promise<number[]>;
  readonly forget: (url: string, place: string) => Promise<unknown>;
}

const title = 'The sink e';

const ENGINES: Readonly<Record<EngineKind, Engine>> = {
  nats: {
    start: startNats,
    options: (servers, place, more) => ({
      ...{ name: 'e', type: 'nats', servers, jetStream: place, prefix: place },
      ...more,
    }),
    sink: (servers, place) =>
      new NatsSink({
        ...{ title, stream: 'main' },
        place: natsPlaceOf({ servers, jetStream: place, prefix: place }, 'main'),
      }),
    ids: idsInJetStream,
    forget: (url, place) => withManager(url, (manager) => manager.streams.delete(place)),
  },
  redis: {
    start: startRedis,
    options: (url, place, more) => ({ name: 'e', type: 'redis', url, key: place, ...more }),
    sink: (url, place) =>
      new RedisSink({
        ...{ title, stream: 'main' },
        place: redisPlaceOf({ url, key: place }, 'main'),
      }),
    ids: idsInRedis,
    forget: (url, place) => askRedis(url, ['DEL', place]),
  },
};

let places = 0;

for (const [kind, engine] of Object.entries(ENGINES)) {
  describeWithEngine(kind as EngineKind, `a sink of type ${kind}`, () => {
    let server: KeptServer;
    let place: string;
    beforeAll(async () => {
      server = await engine.start();
    });
    afterAll(() => server?.close());
    beforeEach(() => {
      places += 1;
      place = `p${places}`;
    });
    const options = (more?: object, at = place) => engine.options(server.url, at, more);
    const ids = (at = place) => engine.ids(server.url, at).catch((): number[] => []);
    /** Not at every turn: looking takes a connection. */
    const has = (count: number, at?: string) =>
      until(async () => {
        await pause(30);
        return (await ids(at)).length >= count;
      });

    describeDrawnDatabase('in an app', (database) => {
      let found: TestDatabase;
      let sql: SqlSession;
      const apps: App[] = [];
      beforeEach(async () => {
        found = await createDatabase(database);
        sql = await openSqlSession(database, found.url);
      });
      afterEach(async () => {
        for (const app of apps.splice(0)) await app.stop();
        await sql.close();
        await found.drop();
      });
      const start = async (sinks: readonly SinkByType[], more: AppOptions = {}) => {
        const app = createApp({ database: found.url, logLevel: 'silent', sinks, ...more });
        apps.push(app);
        await app.start();
        return app;
      };
      const discarding = { discarder: true, workerPeriodMs: 20, checkpointMs: 50 };

      it('has what it wants, once, and stands behind the rest, so that it may be discarded', async () => {
        const sinks = [
          options(),
          options({ name: 'wanted', types: ['A', 'B'] }, `${place}_wanted`),
        ];
        let app = await start(sinks, discarding);
        await app.registerConsumer('c', { from: 'now' });
        for (let round = 1; round <= 2; round += 1) {
          for (const type of ['A', 'X', 'B', 'X', 'X']) await app.generator.addEvent(type, null);
          await app.pollEvents({ component: 'c', lastId: String(5 * round) });
          await until(async () => (await discardedUpTo(sql)) === 5 * round);
          await app.stop();
          // The engine alone says where it goes on; what precedes that is gone.
          app = await start(sinks, discarding);
        }
        await app.generator.addEvent('A', null);
        await has(11);
        await has(5, `${place}_wanted`);
        expect(await ids()).toEqual(numbers(1, 11));
        expect(await ids(`${place}_wanted`)).toEqual([1, 3, 6, 8, 11]);
      });

      it('whose server is away holds up nobody, keeps what it lacks, and is complete later', async () => {
        // Five failures of one event would be enough to pass over it.
        const app = await start([options({ onError: 'skip', retryMaxMs: 50 })], discarding);
        const errors: string[] = [];
        app.on('sinkError', ({ error }) => errors.push((error as Error).message));
        await app.registerConsumer('c', { from: 'now' });
        await app.generator.addEvents(drafts(5));
        await app.pollEvents({ component: 'c', lastId: '5' });
        await until(async () => (await discardedUpTo(sql)) === 5);
        await server.crash();
        try {
          await app.generator.addEvents(drafts(1000));
          await app.pollEvents({ component: 'c', lastId: '1005' });
          await until(() => errors.length >= 8);
          expect(await discardedUpTo(sql)).toBe(5);
          expect(errors.at(-1)).toMatch(
            /^The sink e cannot use \w+ at .*: .*(refused|ECONNREFUSED)/,
          );
        } finally {
          await server.start();
        }
        await has(1005);
        expect(await ids()).toEqual(numbers(1, 1005));
        await until(async () => (await discardedUpTo(sql)) === 1005);
      });

      it('does not begin behind a gap', async () => {
        const app = await start([options()], discarding);
        await app.registerConsumer('c', { from: 'now' });
        await app.generator.addEvents(drafts(6));
        await app.pollEvents({ component: 'c', lastId: '6' });
        await until(async () => (await discardedUpTo(sql)) === 6);
        await app.stop();
        await engine.forget(server.url, place);
        const old = engine.sink(server.url, place);
        await old.open(at(0), never);
        await old.write(batch(rows(1, 4)), never);
        await old.close();
        await expect(start([options()])).rejects.toMatchObject({
          code: 'SinkGap',
          message: 'The sink e lacks events behind 4 that were discarded.',
          details: { stream: 'main', position: '4', earliest: '7' },
        });
      });
    });

    it('does not begin while its server is away, and holds nothing back then', async () => {
      const database = await createDatabase('sqlite');
      const sinks = [engine.options(server.url.replace(/\d+$/, '1'), place)];
      const app = createApp({ database: database.url, logLevel: 'silent', sinks });
      await expect(app.start()).rejects.toThrow(/^The sink e cannot use \w+ at \S*127.0.0.1:1: /);
      const sql = await openSqlSession('sqlite', database.url);
      expect(await sql.run('select * from evt_consumers')).toEqual([]);
      await sql.close();
      await database.drop();
    });

    it('does not go on in another history', async () => {
      const old = engine.sink(server.url, place);
      await old.open(at(0), never);
      await old.write(batch(rows(1, 4), undefined, 7), never);
      await old.close();
      const database = await createDatabase('sqlite');
      const app = createApp({ database: database.url, logLevel: 'silent', sinks: [options()] });
      const codes: unknown[] = [];
      app.on('sinkError', ({ error }) => codes.push((error as { code?: string }).code));
      await app.start();
      await app.generator.addEvents(drafts(9));
      await until(() => codes.length > 0);
      await app.stop();
      expect(codes[0]).toBe('HistoryForked');
      expect(await ids()).toEqual([1, 2, 3, 4]);
      await database.drop();
    });

    it('is served by settings, and its secrets are not shown', async () => {
      const database = await createDatabase('sqlite');
      const secret = kind === 'nats' ? { user: 'u', password: 's3cret' } : {};
      const plain = options(secret);
      const given =
        'url' in plain ? { ...plain, url: plain.url.replace('//', '//:s3cret@') } : plain;
      const env = { EVT_DATABASE_URL: database.url, EVT_PORT: '0' };
      const shown = await cli(['config'], { env: { ...env, EVT_SINKS: JSON.stringify([given]) } });
      expect(shown.stdout).toContain(`"type":"${kind}"`);
      expect(shown.stdout).not.toContain('s3cret');
      const served = startCli(['serve'], { env: { ...env, EVT_SINKS: JSON.stringify([plain]) } });
      const url = await until(() => served.lines[0]);
      await call(url, 'addEvents', { events: drafts(3) });
      await has(3);
      expect(await served.stop()).toMatchObject({ code: 0, stderr: '' });
      await database.drop();
    });
  });
}

describe('settings of engines', () => {
  it('are refused, all mistakes at once, without what may be secret', () => {
    const secret = 's3cret';
    const sinks = [
      { name: 'a', type: 'nats' },
      {
        name: 'b',
        type: 'nats',
        servers: `nats://u:${secret}@h`,
        jetStream: 'a.b',
        prefix: 'a..b',
      },
      {
        name: 'c',
        type: 'nats',
        servers: [],
        create: 1,
        replicas: 6,
        maxMessages: -1,
        maxAgeMs: -1,
      },
      {
        name: 'd',
        type: 'nats',
        servers: ['http://h'],
        password: 1,
        token: [secret],
        credsFile: 2,
      },
      { name: 'e', type: 'nats', servers: 'nats://h', maxLength: 1, paswsord: secret },
      { name: 'f', type: 'nats', servers: 'nats://h' },
      { name: 'g', type: 'redis', url: `http://:${secret}@h` },
      { name: 'h', type: 'redis', url: `redis://:${secret}@h/x`, key: '', maxLength: 1.5 },
      { name: 'i', type: 'redis', url: `redis://:${secret}@h/0` },
      { name: 'j', type: 'redis', url: 'redis://h', caFile: 1 },
      { name: 'k', type: 'redis', url: 'redis://h' },
    ];
    const servers =
      'servers must be nats://host:port or tls://host:port, or a list of these, without a password';
    const url = 'url must be redis://[user[:password]@]host[:port][/database] or rediss://...';
    let problems: readonly string[] = [];
    try {
      createApp({ sinks: sinks as unknown as SinkByType[] });
    } catch (error) {
      problems = (error as ConfigError).problems;
    }
    expect(problems).toEqual([
      `sinks[0].${servers}`,
      `sinks[1].${servers}`,
      'sinks[1].jetStream must match ^[A-Za-z0-9_-]{1,64}$, got "a.b"',
      'sinks[1].prefix must match ^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$, got "a..b"',
      `sinks[2].${servers}`,
      'sinks[2].create must be true or false, got 1',
      'sinks[2].replicas must be an integer from 1 to 5, got 6',
      'sinks[2].maxMessages must be an integer from 0 to 9007199254740991, got -1',
      'sinks[2].maxAgeMs must be a number of milliseconds from 0 to 8796093022208, got -1',
      `sinks[3].${servers}`,
      'sinks[3].password must be a string',
      'sinks[3].token must be a string',
      'sinks[3].credsFile must be a string, got 2',
      "sinks[4] has no option 'maxLength'",
      "sinks[4] has no option 'paswsord'",
      'sinks[5]: another sink writes there already; give it another jetStream',
      `sinks[6].${url}`,
      `sinks[7].${url}`,
      'sinks[7].key must be 1 to 1000 characters, got ""',
      'sinks[7].maxLength must be an integer from 0 to 9007199254740991, got 1.5',
      'sinks[9].caFile must be a string, got 1',
      'sinks[10]: another sink writes there already; give it another key',
    ]);
  });
});

function drafts(count: number): { type: string; data: { nth: number } }[] {
  return Array.from({ length: count }, (_, nth) => ({ type: `T${nth % 3}`, data: { nth } }));
}
