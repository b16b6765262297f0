// The process: signals, pipes, exit codes, and a build that runs from any folder.
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../support/until.ts';
import { buildCli, type CliBuild } from './cli-process.ts';
import { linesOf } from './run-cli.ts';

describe('the process', () => {
  let build: CliBuild;
  const serve = (...flags: string[]) => build.spawn(['serve', '--port', '0', ...flags]);
  beforeAll(async () => {
    build = await buildCli();
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
    const { port } = new URL(await server.firstLine());
    const caller = connect(Number(port), '127.0.0.1');
    // A request that is never finished keeps a graceful stop waiting.
    caller.write('POST /rpc HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{');
    caller.on('error', () => {});
    const probe = connect(Number(port), '127.0.0.1').end('GET /livez HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(probe.resume(), 'end');
    server.child.kill('SIGTERM');
    await until(() => isRefused(Number(port)));
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(1);
    caller.destroy();
  });

  it('says in one line that the port is in use', async () => {
    const first = serve();
    const { port } = new URL(await first.firstLine());
    const second = await build.spawn(['serve', '--port', port]).ended;
    expect([second.code, second.stdout]).toEqual([1, '']);
    expect(second.stderr).toMatch(/^aftercommit: 127\.0\.0\.1:\d+ is in use already.*\n$/);
    first.child.kill('SIGTERM');
    await first.ended;
  });

  it('says in one line that the credentials are not there', async () => {
    const { code, stderr } = await serve('--credentials', 'nowhere.json').ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^aftercommit: The credentials file nowhere\.json .*\n$/);
  });

  it('shows a stack to whoever debugs, and to nobody else', async () => {
    const args = ['serve', '--port', '0', '--host', '1.2.3.4'];
    const plain = await build.spawn(args).ended;
    expect([plain.code, linesOf(plain.stderr).length]).toEqual([1, 1]);
    const debug = await build.spawn(args, { EVT_LOG_LEVEL: 'debug' }).ended;
    expect(debug.stderr).toContain('    at ');
  });

  it('keeps its data in the folder where it runs, and takes pipes', async () => {
    const server = serve();
    const env = { EVT_URL: await server.firstLine() };
    const publish = build.spawn(['publish', 'PIPED', '-'], env);
    publish.child.stdin.end('{"a": 1.0}');
    const { code, stdout } = await publish.ended;
    expect(code).toBe(0);

    // The reader goes away after one line, as `head -1` does; the next event finds that out.
    const tail = build.spawn(['tail', '--from', String(Number(stdout) - 1)], env);
    expect(await tail.firstLine()).toMatch(/ PIPED {"a": 1\.0}$/);
    tail.child.stdout.destroy();
    await build.spawn(['publish', 'LATER'], env).ended;
    const { code: tailCode, stderr } = await tail.ended;
    expect([tailCode, stderr]).toEqual([0, '']);

    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends a tail with 0 at %s', async (signal) => {
    const server = serve();
    const env = { EVT_URL: await server.firstLine() };
    await build.spawn(['publish', 'A'], env).ended;
    const tail = build.spawn(['tail', '--component', 'c', '--from', 'beginning'], env);
    await tail.firstLine();
    tail.child.kill(signal);
    expect(await tail.ended).toMatchObject({ code: 0, stderr: '' });
    server.child.kill('SIGTERM');
    await server.ended;
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
