// aftercommit relay: the sinks of a configuration, without a server.
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from '../../src/store/store.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { makeDrafts } from '../support/events.ts';
import { linesOfSegments } from '../support/segments.ts';
import { until } from '../support/until.ts';
import { buildCli } from './cli-process.ts';
import { cli, linesOf, startCli } from './run-cli.ts';

describeDrawnDatabase('aftercommit relay', (kind) => {
  let dir: string;
  let active: TestDatabase;
  let store: Store;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aftercommit-relay-'));
    active = await createDatabase(kind);
    store = await Store.open({ database: active.url, poolMax: 2, timeoutMs: 10_000 });
    await store.migrate(['main']);
  });
  afterEach(async () => {
    await store.close();
    await active.drop();
    await rm(dir, { recursive: true, force: true });
  });

  const append = (count: number) => store.append('main', makeDrafts(count));
  const file = (name: string, more: object = {}) => ({
    name,
    type: 'file',
    dir: join(dir, 'out'),
    prefix: name,
    retryMaxMs: 10,
    segmentBytes: 1000,
    ...more,
  });
  const configure = async (sinks: readonly object[], more: object = {}) => {
    const path = join(dir, 'settings.json');
    await writeFile(path, JSON.stringify({ databaseUrl: active.url, sinks, ...more }));
    return ['relay', '--config', path];
  };
  const idsIn = (prefix: string) =>
    existsSync(join(dir, 'out'))
      ? linesOfSegments(join(dir, 'out'), prefix).map(({ id }) => Number(id))
      : [];

  it('says which place it cannot reach', async () => {
    const away = { name: 'a', type: 'redis', url: 'redis://127.0.0.1:1' };
    const { code, stderr } = await cli(await configure([away]));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^aftercommit: The sink a cannot /)]);
  });

  it('writes all there is with --once, and ends', async () => {
    await append(30);
    const relay = await configure([file('a'), file('b')]);
    expect(await cli([...relay, '--once'])).toEqual({
      code: 0,
      stdout: 'Relayed 30 events of main to a.\nRelayed 30 events of main to b.\n',
      stderr: '',
    });
    await append(1);
    const asJson = await cli([...relay, '--once', '--json', '--only', 'b']);
    expect(asJson.stdout).toBe('{"stream":"main","sink":"b","relayed":1,"done":true}\n');
    expect([idsIn('a').length, idsIn('b').length]).toEqual([30, 31]);
    expect((await store.findConsumer('main', 'SINK_b'))?.cursor).toBe('31');
  });

  it('works until it is stopped, and leaves the work to one process', async () => {
    const relay = await configure([file('a')]);
    const daemon = startCli(relay);
    await until(() => daemon.lines[0]);
    await append(5);
    await until(() => idsIn('a').length === 5);
    expect((await cli([...relay, '--once'])).stdout).toMatch(
      /^Another process is at work on main to a/,
    );
    expect(await daemon.stop()).toEqual({ code: 0, stdout: 'Relaying main to a.\n', stderr: '' });
    expect((await cli([...relay, '--once'])).stdout).toBe('Relayed 0 events of main to a.\n');
  });

  it('ends with 1 when a sink is to stop, as a daemon and with --once, and the others are closed', async () => {
    const relay = await configure([file('a', { dir: join(dir, 'a'), onError: 'stop' }), file('b')]);
    const daemon = startCli(relay);
    await append(2);
    await until(() => idsIn('b').length === 2);
    await until(async () => (await store.findConsumer('main', 'SINK_a'))?.cursor === '2');
    await rename(join(dir, 'a'), join(dir, 'kept'));
    await writeFile(join(dir, 'a'), '');
    await append(20);
    const failed = {
      code: 1,
      stderr: expect.stringContaining('SinkWriteFailed, stream main, sink a'),
    };
    expect(await daemon.ended).toMatchObject(failed);
    // Nobody holds it any more.
    expect((await cli([...relay, '--once', '--only', 'b'])).stdout).toMatch(
      /^Relayed \d+ events? of main to b/,
    );
    expect(idsIn('b').length).toBe(22);
    expect((await cli([...relay, '--once', '--only', 'a'])).code).toBe(1);
    await rm(join(dir, 'a'));
    await rename(join(dir, 'kept'), join(dir, 'a'));
    expect((await cli([...relay, '--once', '--only', 'a'])).code).toBe(0);
    expect(linesOfSegments(join(dir, 'a'), 'a').length).toBe(22);
  });

  it('archives with a sink of type database, and serve does too', async () => {
    const warehouse = await createDatabase(kind);
    try {
      await append(10);
      const relay = await configure([{ type: 'database' }, file('a')], {
        warehouseUrl: warehouse.url,
        port: 0,
      });
      expect((await cli([...relay, '--once'])).stdout).toBe(
        'Relayed 10 events of main to archive.\nRelayed 10 events of main to a.\n',
      );
      expect((await store.findConsumer('main', 'ARCHIVER'))?.cursor).toBe('10');
      const daemon = startCli([...relay, '--only', 'archive']);
      await append(5);
      await until(async () => (await store.findConsumer('main', 'ARCHIVER'))?.cursor === '15');
      expect((await daemon.stop()).code).toBe(0);
      const served = startCli(['serve', ...relay.slice(1)]);
      await append(5);
      await until(async () => (await store.findConsumer('main', 'ARCHIVER'))?.cursor === '20');
      expect(await served.stop()).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await warehouse.drop();
    }
  });

  it('gives up with 1 after some failures with --once', async () => {
    const relay = await configure([file('a')]);
    await writeFile(join(dir, 'out'), '');
    const { code, stderr } = await cli([...relay, '--once']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^aftercommit: The sink a cannot write in .+\n$/);
  });
});

describe('aftercommit relay', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aftercommit-relay-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
  const env = (sinks: unknown) => ({
    EVT_DATABASE_URL: `sqlite:${join(dir, 'events.db')}`,
    EVT_SINKS: JSON.stringify(sinks),
  });

  it('says what is wrong with its sinks, and which there are', async () => {
    const sink = { name: 'a', type: 'file', dir };
    const unknown = await cli(['relay'], {
      env: env([
        { ...sink, type: 'files' },
        { ...sink, type: 'kafka' },
      ]),
    });
    expect(unknown.code).toBe(2);
    expect(linesOf(unknown.stderr)).toEqual([
      'aftercommit: config: sinks[0]: there is no sink type files; perhaps file is meant',
      expect.stringContaining('sinks[1]: there is no sink type kafka, only '),
      "aftercommit: config: sinks[1].name: main has a sink 'a' already",
    ]);
    expect(await cli(['relay'], { env: env([]) })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'aftercommit: config: sinks has no sink to write to\n',
    });
    const only = await cli(['relay', '--only', 'other'], { env: env([sink]) });
    expect([only.code, only.stderr]).toEqual([
      2,
      'aftercommit: --only: there is no sink other, only a.\n',
    ]);
  });

  it('takes one archive of a stream, and none beside the archiver', async () => {
    const sinks = [{ type: 'database' }, { type: 'database', name: 'b', types: ['T'] }];
    const { code, stderr } = await cli(['serve', '--archiver'], { env: env(sinks) });
    expect(code).toBe(2);
    expect(linesOf(stderr)).toEqual([
      'aftercommit: config: sinks[0]: the archiver of the setting archiver writes there already',
      "aftercommit: config: sinks[1] has no option 'types'",
      'aftercommit: config: sinks[1]: another sink writes there already; give it another stream',
      'aftercommit: config: sinks[1]: the archiver of the setting archiver writes there already',
    ]);
  });

  it('writes to standard output nothing but events', async () => {
    const build = await buildCli();
    try {
      const settings = env([{ name: 'out', type: 'stdout' }]);
      await build.spawn(['migrate'], settings).ended;
      const store = await Store.open({
        database: settings.EVT_DATABASE_URL,
        poolMax: 2,
        timeoutMs: 10_000,
      });
      await store.append('main', makeDrafts(700));
      await store.close();
      const { code, stdout, stderr } = await build.spawn(['relay', '--once'], settings).ended;
      expect([code, stderr]).toEqual([0, 'Relayed 700 events of main to out.\n']);
      expect(linesOf(stdout).map((line) => Number(JSON.parse(line).id))).toEqual(
        Array.from({ length: 700 }, (_, nth) => nth + 1),
      );
    } finally {
      await build.remove();
    }
  });
});
