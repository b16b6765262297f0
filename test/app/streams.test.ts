// aftercommit streams, as an operator uses it.
import { describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { cli, linesOf, startCli } from './run-cli.ts';

describeDrawnDatabase('aftercommit streams', (kind) => {
  let node: StartedApp;
  beforeEach(async () => {
    node = await startApp(kind, { streams: ['main', 'orders'] });
  });
  afterEach(() => node.stop());
  const run = (...args: string[]) => cli(args, { env: { EVT_URL: node.url } });

  it('lists, seals and unseals, and says what it did', async () => {
    await run('publish', 'A');
    const listed = await run('streams');
    expect(linesOf(listed.stdout)).toEqual([
      'STREAM  STATUS  LAST  DISCARDED UP TO  SERVED HERE',
      'main    open    1     0                yes',
      'orders  open    0     0                yes',
    ]);
    const said = 'Stream main is sealed; its last event is 1.\n';
    expect(await run('streams', 'seal', 'main')).toEqual({ code: 0, stdout: said, stderr: '' });
    expect(await run('publish', 'B')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('sealed'),
    });
    const tailed = await run('tail', '--from', 'beginning');
    expect(tailed).toMatchObject({ code: 0, stderr: expect.stringContaining('is sealed') });
    expect(linesOf(tailed.stdout)).toHaveLength(1);
    expect((await run('consumers')).stdout).toContain('The stream is sealed; its last event is 1.');
    expect(JSON.parse((await run('streams', '--json')).stdout)[0].status).toBe('sealed');
    expect((await run('streams', 'unseal', 'main')).stdout).toContain('is open');
    expect((await run('publish', 'B')).code).toBe(0);
    expect((await run('streams', 'seal', 'Nowhere')).code).toBe(2);
    expect((await run('streams', 'seal', 'nowhere')).code).toBe(1);
  });

  if (kind !== 'sqlite') {
    it('waits for an open transaction, says so, and seals when it is over', async () => {
      const sql = await openSqlSession(kind, node.settings.databaseUrl);
      await sql.run('begin');
      await sql.insertEvent('OPEN', '1');
      const sealing = startCli(['streams', 'seal', 'main'], { env: { EVT_URL: node.url } });
      await until(() => sealing.notices.length > 0);
      expect(sealing.notices[0]).toMatch(/stay open .*transaction open.*Trying again/);
      await sql.run('commit');
      expect(await sealing.ended).toMatchObject({
        code: 0,
        stdout: 'Stream main is sealed; its last event is 1.\n',
      });
      await sql.close();
    });
  }
});
