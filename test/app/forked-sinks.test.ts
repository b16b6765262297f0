// Sinks whose database has lost events that they have: each stops, whoever knows of it, and goes on when a command has
// cut off what is no more.
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/index.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { loseEvents } from '../support/lost-events.ts';
import { pause } from '../support/pause.ts';
import { cursorOf } from '../support/positions.ts';
import { describeDrawnPlace, type SinkPlace, type SinkPlaces } from '../support/sink-places.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { cli } from './run-cli.ts';

const DATA = { text: 'as it was written: 1.0' };

const ids = (type: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, nth) => `${type} ${first + nth}`);

describeDrawnPlace('a database that was restored under a sink', (open) => {
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
    const isTold = async (upTo: number) => {
      const sql = await openSqlSession(kind, database.url);
      await until(async () => (await cursorOf(sql, 'SINK_out')) === upTo);
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

    it('is mended where a backup of before an epoch was put back, up to what both have', async () => {
      const { app } = await start([sink()]);
      await add(app, many('OLD', 5));
      await has(5);
      await stop();
      const env = { EVT_DATABASE_URL: database.url };
      expect(await cli(['epoch', 'begin'], { env })).toMatchObject({ code: 0 });
      const { app: later } = await start([sink()]);
      await add(later, many('OLD', 15));
      await has(20);
      await stop();
      await lose(12);
      const sql = await openSqlSession(kind, database.url);
      await sql.run('delete from evt_epochs where epoch > 1');
      await sql.run("update evt_streams set epoch = 1 where name = 'main'");
      await sql.run("update evt_consumers set last_evt_id = 3 where ident = 'SINK_out'");
      await sql.run('delete from evt_queue where id <= 2');
      await sql.run("update evt_streams set discarded_up_to = 2 where name = 'main'");
      await sql.close();
      const { app: again, forks } = await start([sink()]);
      await add(again, many('NEW', 30));
      await until(() => forks.length > 0);
      expect(await relay('--rewind', '12')).toMatchObject({
        code: 0,
        stdout: 'out: cut off 8 ids, 13 to 20; the sink stands at 12 now, and can go on.\n',
      });
      await has(42);
      expect(await events()).toEqual([...ids('OLD', 1, 12), ...ids('NEW', 13, 42)]);
    });

    it('is mended where the same backup is put back once more', async () => {
      await restore();
      const { forks } = await start([sink()]);
      await until(() => forks.length > 0);
      await stop();
      expect(await relay('--rewind', '12')).toMatchObject({ code: 0 });
      const sql = await openSqlSession(kind, database.url);
      await sql.run('delete from evt_epochs where epoch > 1');
      await sql.run("update evt_streams set epoch = 1 where name = 'main'");
      await sql.close();
      const { app, forks: again } = await start([sink()]);
      await until(() => again.length > 0);
      expect(again[0]).toBe('HistoryForked 0');
      expect(await relay('--rewind', '12')).toMatchObject({
        code: 0,
        stdout: 'out: nothing was to be cut off; the sink stands at 12 now, and can go on.\n',
      });
      await add(app, many('NEW', 3));
      await has(15);
      expect(await events()).toEqual([...ids('OLD', 1, 12), ...ids('NEW', 13, 15)]);
    });

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

    it('lets a sink go on behind an epoch that has lost nothing, where nothing was wanted since', async () => {
      const wanted = { types: ['OLD'] };
      const { app } = await start([sink(wanted)]);
      await add(app, ['OLD', ...many('X', 4)]);
      await isTold(5);
      await app.stop();
      const env = { EVT_DATABASE_URL: database.url };
      expect(await cli(['epoch', 'begin'], { env })).toMatchObject({ code: 0 });
      const { app: next } = await start([sink(wanted)]);
      await add(next, many('X', 5));
      await isTold(10);
      await next.stop();
      const { app: last, forks } = await start([sink(wanted)]);
      await add(last, ['OLD']);
      await until(async () => (await events()).length === 2 || forks.length > 0);
      expect([forks, await events()]).toEqual([[], ['OLD 1', 'OLD 11']]);
    });

    it('is mended up to the cursor, where the sink holds nothing of before the fork', async () => {
      const wanted = { types: ['OLD', 'NEW'] };
      const { app: before } = await start([sink(wanted)]);
      await add(before, [...many('X', 15), 'OLD']);
      await isTold(16);
      await stop();
      await lose(12);
      const alone = await start([]);
      await add(alone.app, ['NEW', ...many('X', 20)]);
      await stop();
      // What stands before it is kept for no sink.
      expect(await relay('--rewind', '12')).toMatchObject({
        code: 0,
        stdout: 'out: cut off 4 ids, 13 to 16; the sink stands at 12 now, and can go on.\n',
      });
      await start([sink(wanted)]);
      await has(1);
      expect(await events()).toEqual(['NEW 13']);
    });

    it('is mended for a sink that does not want all, which then lacks none that it wants', async () => {
      const wanted = { types: ['OLD', 'NEW'] };
      const { app: before } = await start([sink(wanted)]);
      const others = (type: string) => [...many('X', 4), type];
      await add(before, [...others('OLD'), ...others('OLD'), ...others('OLD'), ...many('X', 5)]);
      await has(3);
      await isTold(20);
      await stop();
      await lose(12);
      const alone = await start([]);
      await add(alone.app, ['NEW', 'X', 'X', 'NEW', ...many('X', 20)]);
      await stop();
      const { forks } = await start([sink(wanted)]);
      await until(() => forks.length > 0);
      expect(forks[0]).toBe('HistoryForked 14');
      // 13 and 14 are of either history, as far as the sink can tell.
      expect(await relay('--rewind', '12')).toMatchObject({
        code: 0,
        stdout: 'out: cut off 8 ids, 13 to 20; the sink stands at 12 now, and can go on.\n',
      });
      await has(4);
      expect(await events()).toEqual(['OLD 5', 'OLD 10', 'NEW 13', 'NEW 16']);
    });

    it('is mended so, too, where the sink has begun the epoch behind new events', async () => {
      const wanted = { types: ['OLD', 'NEW'] };
      const { app: before } = await start([sink(wanted)]);
      await add(before, [...many('X', 9), 'OLD', ...many('X', 7), 'OLD', 'X', 'X']);
      await isTold(20);
      await stop();
      await lose(12);
      const sql = await openSqlSession(kind, database.url);
      await sql.run("update evt_consumers set last_evt_id = 11 where ident = 'SINK_out'");
      await sql.close();
      const alone = await start([]);
      await add(alone.app, ['NEW', 'X', 'X', 'NEW']);
      await stop();
      const { app, forks } = await start([sink(wanted)]);
      await until(() => forks.length > 0);
      expect(forks[0]).toBe('HistoryForked 16');
      expect(await relay('--rewind', '16')).toMatchObject({
        code: 0,
        stdout: 'out: cut off 9 ids, 12 to 20; the sink stands at 11 now, and can go on.\n',
      });
      await add(app, ['NEW']);
      await has(4);
      expect(await events()).toEqual(['OLD 10', 'NEW 13', 'NEW 16', 'NEW 17']);
    });
  });
});

describe('--rewind', () => {
  let dir: string;
  const envAt = (name: string, sinks: object[] = []) => ({
    EVT_DATABASE_URL: `sqlite:${dir}/${name}`,
    EVT_WAREHOUSE_URL: `sqlite:${dir}/warehouse.db`,
    EVT_SINKS: JSON.stringify(sinks),
  });
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aftercommit-rewind-'));
    const env = envAt('events.db');
    expect(await cli(['migrate'], { env })).toMatchObject({ code: 0 });
    expect(await cli(['archive', '--once'], { env })).toMatchObject({ code: 0 });
  });
  afterAll(() => rm(dir, { recursive: true }));
  const out = { name: 'out', type: 'stdout' };
  const files = () => ({ name: 'files', type: 'file', dir: join(dir, 'files') });
  const archive = { type: 'database' };

  it.each([
    [['--rewind', 'x'], 2, '--rewind takes an id, got "x".'],
    [['--rewind', '12', '--once'], 2, '--once does not go with --rewind.'],
    [['--rewind', '12'], 2, '--rewind is for one sink: name it by --only.'],
    [
      ['--rewind', '12', '--only', 'out'],
      1,
      'What the sink out (stdout) has written cannot be taken away by this command.',
    ],
    [
      ['--rewind', '12', '--only', 'archive'],
      1,
      'The sink archive is the warehouse: aftercommit archive --streams main --rewind ID',
    ],
  ])('of relay with %j ends with %i', async (args, code, message) => {
    const env = envAt('events.db', [files(), out, archive]);
    const result = await cli(['relay', ...args], { env });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
  });

  it('makes no database, and cuts nothing off by one that never had an event', async () => {
    for (const command of ['relay', 'archive']) {
      const run = (name: string) =>
        cli([command, '--rewind', '0'], { env: envAt(name, command === 'relay' ? [files()] : []) });
      expect(await run('none.db')).toMatchObject({
        code: 1,
        stderr: `aftercommit: There is no database ${dir}/none.db.\n`,
      });
      const { code, stderr } = await run('events.db');
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /: the stream never had an event in this database, .* Nothing was cut off\.\n$/,
        ),
      ]);
    }
    expect(readdirSync(dir)).not.toContain('none.db');
  });
});
