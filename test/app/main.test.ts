// The process: signals, pipes, exit codes, and a build that runs from any folder.
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { buildCli, type CliBuild } from './cli-process.ts';
import { linesOf } from './run-cli.ts';

describe('the process', () => {
  let build: CliBuild;
  let port: string;
  let env: { EVT_URL: string };
  const serve = (...flags: string[]) => build.spawn(['serve', '--port', '0', ...flags]);
  const publish = (...args: string[]) => build.spawn(['publish', ...args], env);
  beforeAll(async () => {
    build = await buildCli();
    env = { EVT_URL: await serve().firstLine() };
    port = new URL(env.EVT_URL).port;
  });
  afterAll(() => build?.remove());

  it.each(['SIGINT', 'SIGTERM'] as const)('serves until %s', async (signal) => {
    const server = serve();
    const url = await server.firstLine();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(`${url}/livez`)).json()).toEqual({ status: 'ok' });
    server.child.kill(signal);
    const { code, stdout, stderr } = await server.ended;
    expect([code, stdout]).toEqual([0, `${url}\n`]);
    expect(stderr).toContain('Open mode');
  });

  it('ends at once with 1 at a second signal', async () => {
    const server = serve('--shutdown-ms', '600000');
    const own = Number(new URL(await server.firstLine()).port);
    // A request that is never finished keeps a graceful stop waiting.
    const caller = connect(own, '127.0.0.1');
    caller.write('POST /rpc HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{');
    caller.on('error', () => {});
    const probe = connect(own, '127.0.0.1').end('GET /livez HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(probe.resume(), 'end');
    server.child.kill('SIGTERM');
    await until(() => isRefused(own));
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(1);
    caller.destroy();
  });

  it('says in one line that the port is in use', async () => {
    const { code, stdout, stderr } = await build.spawn(['serve', '--port', port]).ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^aftercommit: 127\.0\.0\.1:\d+ is in use already.*\n$/);
  });

  it('says in one line that the credentials are not there', async () => {
    const { code, stderr } = await serve('--credentials', 'nowhere.json').ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^aftercommit: config: EVT_CREDENTIALS "nowhere\.json" .*\n$/);
  });

  it('says in one line that the database is not there', async () => {
    for (const scheme of ['postgres', 'mysql']) {
      const databaseUrl = `${scheme}://a:secret@127.0.0.1:1/x`;
      const { code, stderr } = await build.spawn(['migrate'], { EVT_DATABASE_URL: databaseUrl })
        .ended;
      expect([code, stderr]).toEqual([
        1,
        'aftercommit: The active database cannot be opened: connect ECONNREFUSED 127.0.0.1:1 ' +
          '(StoreUnavailable, database active)\n',
      ]);
    }
  });

  it('shows a stack to whoever debugs, and to nobody else', async () => {
    const args = ['serve', '--port', port];
    const plain = await build.spawn(args).ended;
    expect([plain.code, linesOf(plain.stderr).length]).toEqual([1, 1]);
    const debug = await build.spawn(args, { EVT_LOG_LEVEL: 'debug' }).ended;
    expect(debug.stderr).toContain('    at ');
  });

  it('takes data from a pipe, and ends with 0 when nobody reads what it prints', async () => {
    const piped = publish('PIPED', '-');
    piped.child.stdin.end('{"a": 1.0}');
    const { code, stdout } = await piped.ended;
    expect(code).toBe(0);

    // The reader goes away after one line, as `head -1` does; the next event finds that out.
    const tail = build.spawn(['tail', '--from', String(Number(stdout) - 1)], env);
    expect(await tail.firstLine()).toMatch(/ PIPED {"a": 1\.0}$/);
    tail.child.stdout.destroy();
    await publish('LATER').ended;
    expect(await tail.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends a diagnosis with 1 all the same when nobody reads to its end', async () => {
    const doctor = build.spawn(['doctor'], { EVT_DATABASE_URL: 'postgres://127.0.0.1:1/x' });
    doctor.child.stdout.destroy();
    expect(await doctor.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('1 error'),
    });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends a tail with 0 at %s', async (signal) => {
    await publish('A').ended;
    const tail = build.spawn(['tail', '--component', signal], env);
    await tail.firstLine();
    tail.child.kill(signal);
    expect(await tail.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('keeps its data in the folder where it runs', async () => {
    expect(await readdir(join(build.folder, 'data'))).toContain('events.db');
  });
});

async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => false),
    once(socket, 'error').then(() => true),
  ]).catch(() => true);
  socket.destroy();
  return outcome;
}
