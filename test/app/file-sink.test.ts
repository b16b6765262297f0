// The sink of type `file` in an app and in `aftercommit serve`, on real files and databases.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApp } from '../../src/app/create-app.ts';
import type {
  App,
  AppOptions,
  ConfigError,
  FileSinkOptions,
  ReceivedBatch,
  WrittenEvent,
} from '../../src/index.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { cursorOf, discardedUpTo } from '../support/positions.ts';
import { call } from '../support/rpc.ts';
import { checkMetas, linesOfSegments, namesOf } from '../support/segments.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { cli, startCli } from './run-cli.ts';

const run = promisify(execFile);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aftercommit-files-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const file = (more: Partial<FileSinkOptions> = {}): FileSinkOptions => ({
  name: 'files',
  type: 'file',
  dir: join(dir, 'out'),
  ...more,
});
const idsIn = (prefix?: string) => {
  const out = join(dir, 'out');
  return existsSync(out) ? linesOfSegments(out, prefix).map(({ id }) => Number(id)) : [];
};

describeDrawnDatabase('a file sink', (kind) => {
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

  const start = async (sinks: NonNullable<AppOptions['sinks']>, options: AppOptions = {}) => {
    const app = createApp({ database: database.url, logLevel: 'silent', sinks, ...options });
    apps.push(app);
    await app.start();
    return app;
  };
  const cursor = () => cursorOf(sql, 'SINK_files');
  /** Whoever reads everything: where nobody is registered, nothing is discarded. */
  const discarding = { discarder: true, workerPeriodMs: 20 };

  it('holds every row of the queue once, in order and as it was written, and says so', async () => {
    const beside: WrittenEvent[] = [];
    const sink = {
      write: async (batch: ReceivedBatch) => void beside.push(...batch.asWritten()),
    };
    const settings = file({ segmentBytes: 20_000 });
    let app = await start([settings, { name: 'beside', sink }]);
    await app.generator.addEvents(drafts(500));
    await sql.run(
      `insert into evt_inbox (type, data) values ('BY_SQL', '{"a":\n 1.0, "b": "\\u2028"}')`,
    );
    await until(() => idsIn().length === 501);
    await app.stop();
    app = await start([settings, { name: 'beside', sink }]);
    await app.generator.addEvents(drafts(500));
    await until(() => idsIn().length === 1001 && beside.length === 1001);
    const lines = linesOfSegments(join(dir, 'out'));
    const expected = beside.map(({ id, type, ts, data }) => ({
      id,
      type,
      ts,
      data: data.replaceAll('\n', ' '),
    }));
    expect(lines).toEqual(expected);
    const rows = await sql.run('select id, type from evt_queue order by id');
    expect(lines.map(({ id, type }) => `${id} ${type}`)).toEqual(
      rows.map(({ id, type }) => `${id} ${type}`),
    );
    expect(checkMetas(join(dir, 'out'))).toBeGreaterThan(2);
  });

  it('has what it wants, and stands behind the rest, so that it may be discarded', async () => {
    const settings = file({ types: ['A', 'B'] });
    const options = { checkpointMs: 50, ...discarding };
    let app = await start([settings, file({ name: 'all', prefix: 'all' })], options);
    await app.registerConsumer('c', { from: 'now' });
    for (let round = 0; round < 3; round += 1) {
      for (const type of ['A', 'X', 'B', 'X', 'X']) await app.generator.addEvent(type, null);
      const upTo = 5 * (round + 1);
      const page = { component: 'c', lastId: String(upTo) };
      await app.pollEvents(page);
      await until(async () => (await discardedUpTo(sql)) === upTo);
      await app.stop();
      // The files alone say where it goes on; what precedes that is gone.
      app = await start([settings, file({ name: 'all', prefix: 'all' })], options);
    }
    await app.generator.addEvent('A', null);
    await until(() => idsIn().length === 7 && idsIn('all').length === 16);
    expect([idsIn(), idsIn('all')]).toEqual([[1, 3, 6, 8, 11, 13, 16], numbers(1, 16)]);
  });

  it('that cannot write holds up nobody, keeps what it lacks from being discarded, and is complete later', async () => {
    const app = await start([file({ segmentBytes: 1 })], discarding);
    const errors: unknown[] = [];
    app.on('sinkError', ({ error }) => errors.push((error as { code: string }).code));
    await app.registerConsumer('c', { from: 'now' });
    await app.generator.addEvents(drafts(5));
    await app.pollEvents({ component: 'c', lastId: '5' });
    await until(async () => (await discardedUpTo(sql)) === 5);
    await rename(join(dir, 'out'), join(dir, 'kept'));
    await writeFile(join(dir, 'out'), '');
    await app.generator.addEvents(drafts(5));
    await app.pollEvents({ component: 'c', lastId: '10' });
    await until(() => errors.length >= 2);
    expect([await discardedUpTo(sql), await cursor()]).toEqual([5, 5]);
    expect(errors).toContain('EEXIST');
    await rm(join(dir, 'out'));
    await rename(join(dir, 'kept'), join(dir, 'out'));
    await until(() => idsIn().length === 10);
    expect(idsIn()).toEqual(numbers(1, 10));
    await until(async () => (await discardedUpTo(sql)) === 10);
  });

  it('writes again what was lost of it, and does not begin when that was discarded', async () => {
    const settings = file({ segmentBytes: 1 });
    let app = await start([settings]);
    await app.registerConsumer('c', { from: 'now' });
    await app.generator.addEvents(drafts(6));
    await until(async () => (await cursor()) === 6);
    const lose = async () => {
      await app.stop();
      const out = join(dir, 'out');
      for (const name of namesOf(out).slice(-2)) {
        await rm(join(out, name));
        await rm(join(out, name.replace('.ndjson', '.meta.json')), { force: true });
      }
    };
    await lose();
    app = await start([settings], discarding);
    await until(() => idsIn().length === 6);
    await app.pollEvents({ component: 'c', lastId: '6' });
    await until(async () => (await discardedUpTo(sql)) === 6);
    await lose();
    await expect(start([settings])).rejects.toThrow(
      expect.objectContaining({
        code: 'SinkGap',
        message: 'The sink files lacks events behind 4 that were discarded.',
        details: { stream: 'main', position: '4', earliest: '7' },
      }),
    );
    expect(idsIn()).toEqual(numbers(1, 4));
  });

  it('goes on where another process has left it', async () => {
    const settings = file();
    const first = await start([settings]);
    const second = await start([settings]);
    await second.generator.addEvents(drafts(10));
    await until(() => idsIn().length === 10);
    await first.stop();
    await second.generator.addEvents(drafts(10));
    await until(() => idsIn().length === 20);
    expect(idsIn()).toEqual(numbers(1, 20));
  });

  it('with a folder that cannot be made does not begin, and closes what has begun', async () => {
    await writeFile(join(dir, 'out'), '');
    const calls: string[] = [];
    const own = { write: async () => {}, close: async () => void calls.push('closed') };
    await expect(start([{ name: 'own', sink: own }, file()])).rejects.toThrow(
      `The sink files cannot write in ${join(dir, 'out')}`,
    );
    expect(calls).toEqual(['closed']);
    // Nothing waits for a sink that never began.
    expect(await cursor()).toBeNaN();
  });
});

describe('a file sink on a disk that is full', () => {
  // Only root may mount a disk so small; a folder that goes away stands in for everybody else, above.
  const itAsRoot = process.getuid?.() === 0 ? it : it.skip;
  itAsRoot('leaves no torn line, and goes on when there is room (as root only)', async () => {
    const out = join(dir, 'out');
    const database = await createDatabase('sqlite');
    await run('mkdir', [out]);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'aftercommit-test', out]);
    const app = createApp({ database: database.url, logLevel: 'silent', sinks: [file()] });
    try {
      const codes: unknown[] = [];
      app.on('sinkError', ({ error }) => codes.push((error as { code?: string }).code));
      await app.start();
      for (let nth = 0; nth < 30; nth += 1)
        await app.generator.addEvents([{ type: 'T', data: 'x'.repeat(5000) }]);
      await until(() => codes.length >= 2);
      expect(new Set(codes)).toEqual(new Set(['ENOSPC']));
      expect(idsIn().length).toBeLessThan(14);
      await run('mount', ['-o', 'remount,size=1m', out]);
      await until(() => idsIn().length === 30);
      expect(idsIn()).toEqual(numbers(1, 30));
    } finally {
      await app.stop();
      await run('umount', [out]);
      await database.drop();
    }
  });
});

describe('the files', () => {
  it('are read back as docs/sinks.md says', async () => {
    const page = await readFile(join(__dirname, '../../docs/sinks.md'), 'utf8');
    const part = page.slice(page.indexOf('### Reading them back'));
    const block = (language: string) => {
      const [, text = ''] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(part) ?? [];
      return text.replace('/var/lib/events', join(dir, 'out'));
    };
    const database = await createDatabase('sqlite');
    const sinks = [file({ segmentBytes: 300 })];
    const app = createApp({ database: database.url, logLevel: 'silent', sinks });
    await app.start();
    await app.generator.addEvents(drafts(20));
    await app.generator.addEvent('LAST', 'one\u2028line');
    await until(() => idsIn().length === 21);
    await app.stop();
    await database.drop();
    const shell = () => run('sh', ['-c', block('sh')]);
    expect((await shell()).stdout.trim()).toBe('21');
    const script = join(dir, 'read.mjs');
    await writeFile(script, block('js'));
    const { stdout } = await run(process.execPath, [script]);
    expect(stdout.split('\n').slice(19, 21)).toEqual([
      '20 T1 { nth: 19 }',
      '21 LAST one\u2028line',
    ]);
    const first = join(dir, 'out', 'events-000000000000000001.ndjson');
    await writeFile(first, (await readFile(first, 'utf8')).replace('"nth":0', '"nth":9'));
    await expect(shell()).rejects.toThrow('did NOT match');
  });
});

describe('sinks by configuration', () => {
  const problemsOf = (options: object) => {
    try {
      createApp(options);
    } catch (error) {
      return (error as ConfigError).problems;
    }
    return [];
  };

  it('says everything that is wrong', () => {
    const sinks = [
      { name: 'a', type: 'kafka', subject: 'x' },
      { name: 'b', type: 'File', dir: '/x' },
      { name: 'c', type: 'file' },
      {
        name: 'd',
        type: 'file',
        dir: '',
        prefix: '../x',
        segmentBytes: 0,
        segmentMs: 'x',
        fsync: 'yes',
        sink: {},
      },
      { name: 'e', type: 'file', dir: '/x', metadata: 1, mode: 640, types: [] },
      { name: 'f', type: 'file', dir: '/x/y', prefix: 'p' },
      { name: 'g', type: 'file', dir: '/x/z/../y/', prefix: 'p' },
    ];
    const problems = [
      'sinks[0]: there is no sink type kafka, only file, nats, redis, stdout, database',
      'sinks[1]: there is no sink type File: it is file here',
      'sinks[2].dir must be the path of a folder, got undefined',
      "sinks[3] has no option 'sink'",
      'sinks[3].dir must be the path of a folder, got ""',
      'sinks[3].prefix must match ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$, got "../x"',
      'sinks[3].segmentBytes must be an integer from 1 to 1099511627776, got 0',
      'sinks[3].segmentMs must be a number of milliseconds from 1 to 9007199254740991, got "x"',
      "sinks[3].fsync must be 'event' or 'batch' or 'segment' or 'none', got \"yes\"",
      'sinks[4].types must be null or 1 to 100 different types, got []',
      'sinks[4].metadata must be true or false, got 1',
      "sinks[4].mode must be octal digits in quotes, as '0640', got 640",
      'sinks[6]: another sink writes there already; give it another dir or prefix',
    ];
    expect(problemsOf({ sinks })).toEqual(problems);
    expect(problemsOf({ environment: { EVT_SINKS: JSON.stringify(sinks) } })).toEqual(problems);
    expect(problemsOf({ environment: { EVT_SINKS: 'x' } })).toEqual([
      'EVT_SINKS must be an array in JSON, got (hidden)',
    ]);
  });

  it('writes files from serve, with a file of settings and by the environment', async () => {
    const config = join(dir, 'settings.json');
    const database = await createDatabase('sqlite');
    const port = 0;
    await writeFile(config, JSON.stringify({ databaseUrl: database.url, port, sinks: [file()] }));
    const env = {
      EVT_DATABASE_URL: database.url,
      EVT_PORT: '0',
      EVT_SINKS: JSON.stringify([file()]),
    };
    const ways = [startCli(['serve', '--config', config]), startCli(['serve'], { env })];
    for (const [nth, served] of ways.entries()) {
      const url = await until(() => served.lines[0]);
      await call(url, 'addEvents', { events: drafts(3) });
      await until(() => idsIn().length === 3 * (nth + 1));
      expect(await served.stop()).toMatchObject({ code: 0, stderr: '' });
    }
    expect(idsIn()).toEqual(numbers(1, 6));
    const shown = await cli(['config', '--config', config]);
    expect(shown.stdout).toContain('[{"name":"files","type":"file"');
    await writeFile(config, JSON.stringify({ sinks: [{ name: 'x', type: 'fils', dir }] }));
    const refused = await cli(['serve', '--config', config]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(
      'config: sinks[0]: there is no sink type fils; perhaps file is meant',
    );
    await writeFile(join(dir, 'out2'), '');
    const away = JSON.stringify([file({ dir: join(dir, 'out2') })]);
    const failed = await cli(['serve'], { env: { ...env, EVT_SINKS: away } });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`The sink files cannot write in ${join(dir, 'out2')}`);
    await database.drop();
  });
});

function drafts(count: number): { type: string; data: { nth: number } }[] {
  return Array.from({ length: count }, (_, nth) => ({ type: `T${nth % 3}`, data: { nth } }));
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
}
