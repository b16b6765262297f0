// Sinks whose database has lost events that they have: each stops, whoever knows of it, and goes on when a command has
// cut off what is no more.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/index.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { loseEvents } from '../support/lost-events.ts';
import { pause } from '../support/pause.ts';
import { cursorOf } from '../support/positions.ts';
import { describeEachPlace, type SinkPlace, type SinkPlaces } from '../support/sink-places.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { cli } from './run-cli.ts';

const DATA = { text: 'as it was written: 1.0' };

const ids = (type: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, nth) => `${type} ${first + nth}`);

describeEachPlace('a database that was restored under a sink', (open) => {
  describeDrawnDatabase('while nobody has said so', (kind) => {
    let places: SinkPlaces;
    let place: SinkPlace;
    let database: TestDatabase;
    const apps: App[] = [];
    beforeAll(async () => {
      places = await open();
    });
    afterAll(() => places?.close());
    beforeEach(async () => {
      place = places.next();
      database = await createDatabase(kind);
    });
    afterEach(async () => {
      for (const app of apps.splice(0)) await app.stop();
      await database.drop();
    });

    const start = async (sinks: object[]) => {
      const options = { database: database.url, logLevel: 'silent', checkpointMs: 50 } as const;
      const app = createApp({ ...options, sinks: sinks as never });
      apps.push(app);
      const forks: string[] = [];
      app.on('sinkError', ({ error }) => {
        const { code, details } = error as { code: string; details: { at: string } };
        forks.push(`${code} ${details?.at}`);
      });
      await app.start();
      return { app, forks };
    };
    const sink = (more?: object) => place.sink({ retryMaxMs: 200, ...more });
    const stop = () => apps.pop()?.stop();
    const add = (app: App, types: readonly string[]) =>
      app.generator.addEvents(types.map((type) => ({ type, data: DATA })));
    const many = (type: string, count: number) => Array.from({ length: count }, () => type);
    const events = () => place.events().catch((): string[] => []);
    /** Not at every turn: looking takes a connection. */
    const has = (count: number) =>
      until(async () => {
        await pause(30);
        return (await events()).length >= count;
      });
    const relay = (...args: string[]) => {
      const env = { EVT_DATABASE_URL: database.url, EVT_SINKS: JSON.stringify([sink()]) };
      return cli(['relay', ...args], { env });
    };
    const lose = async (newest: number) => {
      const sql = await openSqlSession(kind, database.url);
      await loseEvents(sql, newest);
      await sql.close();
    };
    /** Twenty events are there, and up to 12 the database has them again. */
    const restore = async () => {
      const { app } = await start([sink()]);
      await add(app, many('OLD', 20));
      await has(20);
      await stop();
      await lose(12);
    };

    it('is found out by the sink, told to everybody, and mended by a command', async () => {
      await restore();
      const { app, forks } = await start([sink()]);
      await until(() => forks.length > 0);
      const { epoch } = await app.pollEvents();
      expect(epoch).toBeGreaterThan(1);
      await add(app, many('NEW', 30));
      const before = forks.length;
      await until(() => forks.length >= before + 2);
      expect(new Set(forks)).toEqual(new Set(['HistoryForked 12']));
      expect(await events()).toEqual(ids('OLD', 1, 20));
      expect((await app.pollEvents()).epoch).toBe(epoch);
      const gone = app.pollEvents({ lastId: '15', epoch: 1 });
      await expect(gone).rejects.toMatchObject({ code: 'HistoryForked', details: { at: '12' } });

      expect(await relay('--rewind', '11')).toMatchObject({
        code: 1,
        stderr:
          'aftercommit: out: the sink has what the stream has up to 12, not up to 11. Nothing was cut off.\n',
      });
      expect(await events()).toEqual(ids('OLD', 1, 20));
      expect(await relay('--rewind', '12')).toMatchObject({
        code: 0,
        stdout: 'out: cut off 8 ids, 13 to 20; the sink stands at 12 now, and can go on.\n',
      });
      await has(42);
      expect(await events()).toEqual([...ids('OLD', 1, 12), ...ids('NEW', 13, 42)]);
      expect((await app.pollEvents()).epoch).toBe(epoch);
      await stop();
      expect(await relay('--rewind', '12', '--json')).toMatchObject({
        code: 0,
        stdout: '{"stream":"main","sink":"out","rewound":null}\n',
      });
      expect(await events()).toEqual([...ids('OLD', 1, 12), ...ids('NEW', 13, 42)]);
    });

    it('is seen by its last event, when others have got these ids before', async () => {
      await restore();
      const alone = await start([]);
      await add(alone.app, many('NEW', 30));
      await stop();
      const { app, forks } = await start([sink()]);
      await until(() => forks.length >= 2);
      expect(new Set(forks)).toEqual(new Set(['HistoryForked 19']));
      expect(await events()).toEqual(ids('OLD', 1, 20));
      const { epoch } = await app.pollEvents();

      expect(await relay('--rewind', '19')).toMatchObject({
        code: 1,
        stderr:
          'aftercommit: out: the sink has what the stream has up to 12, not up to 19. Nothing was cut off.\n',
      });
      const { stdout } = await relay('--rewind', '12', '--json');
      const rewound = { first: '13', last: '20' };
      expect(JSON.parse(stdout)).toEqual({ stream: 'main', sink: 'out', rewound });
      await has(42);
      expect(await events()).toEqual([...ids('OLD', 1, 12), ...ids('NEW', 13, 42)]);
      // Whoever reads from the sink sees by it that ids have gone back.
      expect((await app.pollEvents()).epoch).toBeGreaterThan(epoch);
    });

    it('is mended for a sink that does not want all, which then lacks none that it wants', async () => {
      const wanted = { types: ['OLD', 'NEW'] };
      const { app: before } = await start([sink(wanted)]);
      const others = (type: string) => [...many('X', 4), type];
      await add(before, [...others('OLD'), ...others('OLD'), ...others('OLD'), ...many('X', 5)]);
      await has(3);
      const sql = await openSqlSession(kind, database.url);
      await until(async () => (await cursorOf(sql, 'SINK_out')) === 20);
      await sql.close();
      await stop();
      await lose(12);
      const alone = await start([]);
      await add(alone.app, ['NEW', 'X', 'X', 'NEW', ...many('X', 20)]);
      await stop();
      const { forks } = await start([sink(wanted)]);
      await until(() => forks.length > 0);
      expect(forks[0]).toBe('HistoryForked 14');
      // 11 to 14 are of either history, as far as the sink can tell.
      expect(await relay('--rewind', '10')).toMatchObject({
        code: 0,
        stdout: 'out: cut off 10 ids, 11 to 20; the sink stands at 10 now, and can go on.\n',
      });
      await has(4);
      expect(await events()).toEqual(['OLD 5', 'OLD 10', 'NEW 13', 'NEW 16']);
    });
  });
});

describe('relay --rewind', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aftercommit-rewind-'));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const relay = (sinks: object[], ...args: string[]) => {
    const env = { EVT_DATABASE_URL: `sqlite:${dir}/events.db`, EVT_SINKS: JSON.stringify(sinks) };
    return cli(['relay', ...args], { env });
  };
  const out = { name: 'out', type: 'stdout' };
  const files = { name: 'files', type: 'file', dir: 'files' };
  const archive = { type: 'database' };

  it.each([
    [[files], ['--rewind', 'x'], 2, '--rewind takes an id, got "x".'],
    [[files], ['--rewind', '12', '--once'], 2, '--once does not go with --rewind.'],
    [[files, out], ['--rewind', '12'], 2, '--rewind is for one sink: name it by --only.'],
    [
      [files, out],
      ['--rewind', '12', '--only', 'out'],
      1,
      'What the sink out (stdout) has written cannot be taken away by this command.',
    ],
    [
      [files, archive],
      ['--rewind', '12', '--only', 'archive'],
      1,
      'The sink archive is the warehouse: aftercommit archive --streams main --rewind ID',
    ],
  ])('of %j with %j ends with %i', async (sinks, args, code, message) => {
    const result = await relay(sinks, ...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});
