// Copies that callers ask for over the network: begun, told of, paused, cancelled, and gone on with behind a restart.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CopyFacts } from '../../src/contract/generated/types.ts';
import { describeDrawnDatabase, serverKinds } from '../support/databases.ts';
import { post } from '../support/rpc.ts';
import { linesOfSegments } from '../support/segments.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

describeDrawnDatabase('copies of a node', (kind) => {
  let dir: string;
  let started: StartedApp;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aftercommit-exports-'));
    started = await startApp(kind, { exportDir: dir, readArchive: true });
  });
  afterEach(async () => {
    await started.stop();
    await rm(dir, { recursive: true });
  });

  const ask = async (method: string, params: object = {}, url = started.url) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    return (await post(url, body)).answer;
  };
  const facts = async (method: string, params: object): Promise<CopyFacts> => {
    const { result, error } = await ask(method, params);
    expect(error).toBeUndefined();
    return result as CopyFacts;
  };
  const add = (count: number) =>
    ask('addEvents', { events: Array.from({ length: count }, (_, data) => ({ type: 'T', data })) });
  const reached = (name: string, status: string) =>
    until(async () => (await facts('copyStatus', { name })).status === status);

  it('go to files and back, and are listed', async () => {
    await add(300);
    const begun = await facts('startCopy', { from: 'active#main', to: 'out' });
    expect(begun).toMatchObject({ name: 'main-out', status: 'running', up_to: '300' });
    expect(begun.source).toBe('active#main');
    await reached('main-out', 'done');
    expect(linesOfSegments(dir, 'out')).toHaveLength(300);
    await facts('startCopy', { from: 'out', to: 'warehouse#back', name: 'back' });
    await reached('back', 'done');
    await facts('startCopy', { from: 'warehouse#back', to: 'active#again', types: ['T'] });
    await reached('back.history-again', 'done');
    const { result } = await ask('listCopies');
    const names = (result as CopyFacts[]).map(({ name, copied }) => [name, copied]);
    expect(names.sort()).toEqual([
      ['back', 300],
      ['back.history-again', 300],
      ['main-out', 300],
    ]);
    const repeated = await facts('startCopy', { from: 'active#main', to: 'out' });
    expect(repeated).toMatchObject({ status: 'done', copied: 300 });
    const { text } = await started.app.metrics();
    expect(text).toContain('aftercommit_copied_events_total{copy="back"} 300');
  });

  it('are paused, gone on with, and cancelled', async () => {
    await add(10);
    await facts('startCopy', { from: 'active#main', to: 'active#copy', name: 'c', follow: true });
    await until(async () => (await facts('copyStatus', { name: 'c' })).copied === 10);
    expect((await ask('addEvent', { type: 'T', data: 1, stream: 'copy' })).error).toBeDefined();
    expect(await facts('pauseCopy', { name: 'c' })).toMatchObject({ status: 'paused' });
    await add(5);
    expect(await facts('resumeCopy', { name: 'c' })).toMatchObject({ status: 'running' });
    await until(async () => (await facts('copyStatus', { name: 'c' })).copied === 15);
    expect(await facts('cancelCopy', { name: 'c' })).toMatchObject({ status: 'cancelled' });
    for (const method of ['pauseCopy', 'resumeCopy', 'cancelCopy']) {
      const { error } = await ask(method, { name: 'c' });
      const isSame = method === 'cancelCopy';
      expect(error?.data.code).toBe(isSame ? undefined : 'CopyFinished');
    }
    expect((await ask('copyStatus', { name: 'none' })).error?.data.code).toBe('CopyNotFound');
  });

  // What follows asks nothing of the database that the command line's tests do not.
  if (serverKinds.some((each) => each === kind)) return;

  it('go on behind a restart, on whichever node comes', async () => {
    await add(10);
    const other = await started.another();
    await ask(
      'startCopy',
      {
        from: 'active#main',
        to: 'active#copy',
        name: 'c',
        follow: true,
        idle_ms: 5000,
      },
      other.url,
    );
    await until(async () => (await facts('copyStatus', { name: 'c' })).copied === 10);
    await other.app.stop();
    await add(5);
    // Its end is the one that was asked for.
    await until(async () => (await facts('copyStatus', { name: 'c' })).status === 'done', 30_000);
    expect(await facts('copyStatus', { name: 'c' })).toMatchObject({ copied: 15 });
    // As a run that was killed right then would have left it.
    const sql = await openSqlSession(kind, started.settings.databaseUrl);
    await sql.run("update evt_streams set status = 'copying' where name = 'copy'");
    const statusOf = async () =>
      (await sql.run('select * from evt_streams')).map((row) => row.status);
    await until(async () => !(await statusOf()).includes('copying'));
    await sql.close();
  });

  it('are left to who is at work on them, and each is taken over by itself', async () => {
    await add(10);
    const copied = async (name: string) => (await facts('copyStatus', { name })).copied;
    const begin = (name: string, to: string, url?: string) =>
      ask('startCopy', { from: 'active#main', to, name, follow: true }, url);
    await begin('f', 'out');
    await until(async () => (await copied('f')) === 10);
    const tokenOf = async () =>
      JSON.parse(await readFile(join(dir, 'out.copy.json'), 'utf8')).copy.token;
    const token = await tokenOf();
    const other = await started.another();
    for (const name of ['a', 'b']) await begin(name, `active#${name}`, other.url);
    for (const name of ['a', 'b']) await until(async () => (await copied(name)) === 10);
    const sql = await openSqlSession(kind, started.settings.databaseUrl);
    await sql.run(
      "update evt_copies set terms = replace(terms, '#main', '/main') where name = 'a'",
    );
    await sql.close();
    await other.app.stop();
    await add(5);
    for (const name of ['b', 'f']) await until(async () => (await copied(name)) === 15, 30_000);
    expect(await copied('a')).toBe(10);
    expect(await tokenOf()).toBe(token);
    expect(await facts('copyStatus', { name: 'f' })).toMatchObject({ copied: 15, at_work: true });
  });

  it('take nothing but the databases of the node and plain names of files', async () => {
    for (const from of [
      ...['sqlite:./other.db#main', 'file:/etc/passwd', '../out', 'a/b', '/tmp/x', 'active#Main'],
      ...['active#main/history', 'postgres://a/b#main', ''],
    ]) {
      const { error } = await ask('startCopy', { from, to: 'active#copy', name: 'c' });
      expect([from, error?.code]).toEqual([from, -32602]);
    }
    const { error } = await ask('startCopy', { from: 'x/y', to: 'z/y', up_to: '1', follow: true });
    expect(error?.message).toMatch(
      /up_to and follow exclude one another; from must be .*; to must be /,
    );
    expect((await ask('listCopies')).result).toEqual([]);
  });
});
