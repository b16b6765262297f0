// migrate, archive and discard.
import { Store } from '../../src/store/store.ts';
import { createDatabase, type TestDatabase } from '../support/databases.ts';
import { id, makeDrafts } from '../support/events.ts';
import { until } from '../support/until.ts';
import { cli, linesOf, startCli } from './run-cli.ts';

describe('workers from the command line', () => {
  let active: TestDatabase;
  let warehouse: TestDatabase;
  let store: Store;
  const env = () => ({
    EVT_DATABASE_URL: active.url,
    EVT_WAREHOUSE_URL: warehouse.url,
    EVT_WORKER_PERIOD_MS: '20',
  });
  const run = (...args: string[]) => cli(args, { env: env() });
  beforeEach(async () => {
    [active, warehouse] = await Promise.all([createDatabase('sqlite'), createDatabase('sqlite')]);
    store = await Store.open({ database: active.url, poolMax: 2, timeoutMs: 10_000 });
  });
  afterEach(async () => {
    await store.close();
    await Promise.all([active.drop(), warehouse.drop()]);
  });
  const append = async (count: number) => {
    await store.migrate(['main']);
    await store.append('main', makeDrafts(count));
  };

  describe('aftercommit migrate', () => {
    it('says what it applied, and that nothing was left', async () => {
      const first = await run('migrate');
      expect(first.code).toBe(0);
      expect(linesOf(first.stdout)).toContain('Applied active/0001-streams');
      expect(first.stdout).not.toContain('warehouse/');
      expect((await run('migrate')).stdout).toBe('Nothing to apply.\n');
    });

    it('makes the archive a condition of discarding with --warehouse', async () => {
      await append(3);
      await store.registerConsumer('main', 'local:c', 'now');
      const { stdout } = await run('migrate', '--warehouse');
      expect(linesOf(stdout)).toContain('Applied warehouse/0001-archives');
      expect((await run('discard', '--once')).stdout).toBe('Discarded 0 events of main.\n');
    });
  });

  describe('aftercommit archive', () => {
    it('copies all there is with --once, and ends', async () => {
      await append(1001);
      expect(await run('archive', '--once')).toEqual({
        code: 0,
        stdout: 'Archived 1001 events of main.\n',
        stderr: '',
      });
      await append(1);
      expect((await run('archive', '--once', '--json')).stdout).toBe(
        '{"stream":"main","archived":1,"done":true}\n',
      );
    });

    it('takes every stream of EVT_STREAMS', async () => {
      const { stdout } = await cli(['archive', '--once', '--json'], {
        env: { ...env(), EVT_STREAMS: 'main,audit' },
      });
      expect(linesOf(stdout).map((line) => JSON.parse(line).stream)).toEqual(['main', 'audit']);
    });

    it('works until it is stopped, and leaves the work to one process', async () => {
      await append(5);
      const daemon = startCli(['archive'], { env: env() });
      await until(() => daemon.lines[0]);
      expect(daemon.lines[0]).toMatch(/^Archiving to sqlite:\S+: main\.$/);
      const archived = async () => (await store.findConsumer('main', 'ARCHIVER'))?.cursor;
      await until(async () => (await archived()) === '5');

      const second = await run('archive', '--once');
      expect(second.code).toBe(0);
      expect(second.stdout).toMatch(/^Another process is at work on main/);
      const asJson = JSON.parse((await run('archive', '--once', '--json')).stdout);
      expect(asJson).toMatchObject({ archived: 0, done: false, another_is_at_work: true });

      await append(2);
      await until(async () => (await archived()) === '7');
      const ended = await daemon.stop();
      expect([ended.code, linesOf(ended.stdout).length]).toEqual([0, 1]);
      expect((await run('archive', '--once')).stdout).toBe('Archived 0 events of main.\n');
    });

    it('gives up with 1 after some failures with --once', async () => {
      await append(3);
      await run('archive', '--once');
      const other = await createDatabase('sqlite');
      const { code, stderr } = await cli(['archive', '--once'], {
        env: { ...env(), EVT_DATABASE_URL: other.url },
      });
      await other.drop();
      expect(code).toBe(1);
      expect(stderr).toMatch(/^aftercommit: The warehouse holds events of another history .*\n$/);
    });
  });

  describe('aftercommit discard', () => {
    it('deletes with --once what every consumer and the archive have, and ends', async () => {
      await append(2500);
      await store.registerConsumer('main', 'local:fast', 'now');
      await store.registerConsumer('main', 'local:slow', { id: id(2100) });
      await run('archive', '--once');
      expect(await run('discard', '--once')).toEqual({
        code: 0,
        stdout: 'Discarded 2100 events of main.\n',
        stderr: '',
      });
      expect((await store.streamState('main')).discardedUpTo).toBe('2100');
      expect((await run('discard', '--once', '--json')).stdout).toBe(
        '{"stream":"main","discarded":0,"done":true}\n',
      );
    });

    it('deletes nothing while nobody is registered', async () => {
      await append(3);
      expect((await run('discard', '--once')).stdout).toBe('Discarded 0 events of main.\n');
    });

    it('works until it is stopped', async () => {
      await append(5);
      await store.registerConsumer('main', 'local:c', 'now');
      const daemon = startCli(['discard', '--json'], { env: env() });
      await until(async () => (await store.streamState('main')).discardedUpTo === '5');
      expect(await daemon.stop()).toEqual({
        code: 0,
        stdout: '{"ready":true,"streams":["main"]}\n',
        stderr: '',
      });
    });
  });

  it('says in one line when the database is away', async () => {
    const { code, stdout, stderr } = await cli(['migrate'], {
      env: { EVT_DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/db' },
    });
    expect([code, stdout, linesOf(stderr).length]).toEqual([1, '', 1]);
    expect(stderr).not.toContain('secret');
  });
});
