// publish, tail and consumers against a server.
import { call } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { cli, linesOf, startCli } from './run-cli.ts';

const TEXT = '{"price": 1.0, "n": 9007199254740993, "far": 1e400, "s": "\\u00e9 é \\"x\\""}';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('against a server', () => {
  let app: StartedApp;
  const env = () => ({ EVT_URL: app.url });
  const run = (...args: string[]) => cli(args, { env: env() });
  const publishAll = async (...types: string[]) => {
    for (const type of types) expect((await run('publish', type)).code).toBe(0);
  };
  const idsOf = ({ stdout }: { stdout: string }) =>
    linesOf(stdout).map((line) => line.split(' ')[0]);
  const tail = (...args: string[]) => startCli(['tail', ...args], { env: env() });
  const consumerOf = async (component: string) => {
    const found = JSON.parse((await run('consumers', '--json')).stdout);
    return found.find((each: { component: string }) => each.component === component);
  };
  const isSubscribed = async (kind: string) => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return text.includes(`aftercommit_subscriptions{stream="main",kind="${kind}"} 1`);
  };
  beforeEach(async () => {
    app = await startApp('sqlite', { streams: ['main', 'audit'] });
  });
  afterEach(() => app.stop());

  describe('aftercommit publish', () => {
    it('prints the id, and data comes out as it was written', async () => {
      expect(await run('publish', 'ORDER_PAID', TEXT)).toEqual({
        code: 0,
        stdout: '1\n',
        stderr: '',
      });
      const { code, stdout } = await run('tail', '--from', 'beginning', '--count', '1');
      expect(code).toBe(0);
      const [, id, ts, type, data] = /^(\S+) (\S+) (\S+) (.*)\n$/.exec(stdout) ?? [];
      expect([id, type, data]).toEqual(['1', 'ORDER_PAID', TEXT]);
      expect(ts).toMatch(TIME);

      const asJson = await run('tail', '--from', 'beginning', '--count', '1', '--json');
      expect(asJson.stdout).toBe(`{"id":"1","type":"ORDER_PAID","data":${TEXT},"ts":"${ts}"}\n`);
    });

    it('takes data left out as null, and - as standard input', async () => {
      await run('publish', 'A');
      const piped = { env: env(), stdin: '\n {"a":\n 1}\n' };
      expect((await cli(['publish', 'A', '-'], piped)).stdout).toBe('2\n');
      const { stdout } = await run('tail', '--from', 'beginning', '--count', '2');
      expect(linesOf(stdout).map((line) => line.split(' A ')[1])).toEqual(['null', '{"a":  1}']);
    });

    it.each([
      ['no JSON', '{x', undefined],
      ['two values', '1,"type":"B"', undefined],
      ['nothing', '', undefined],
      ['no JSON from standard input', '-', 'x'],
      ['what is not UTF-8', '-', Buffer.from([34, 255, 34])],
      ['more than an event may hold', '-', Buffer.alloc(2_097_153, 32)],
    ])('refuses %s with exit code 2 and sends nothing', async (_, data, stdin) => {
      const { code, stderr } = await cli(['publish', 'A', data], {
        env: env(),
        ...(stdin === undefined ? {} : { stdin }),
      });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^aftercommit: the data is .*\n$/);
      expect((await run('publish', 'A')).stdout).toBe('1\n');
    });

    it('adds nothing when it is tried again with the same key', async () => {
      const publish = (data: string) => run('publish', 'A', data, '--idempotency-key', 'order-7');
      expect((await publish('1')).stdout).toBe('1\n');
      expect((await publish('1')).stdout).toBe('1\n');
      const { code, stderr } = await publish('2');
      expect([code, stderr]).toEqual([1, expect.stringContaining('IdempotencyConflict')]);
      expect((await run('publish', 'A', '--idempotency-key', 'a b')).code).toBe(2);
      expect((await run('publish', 'A')).stdout).toBe('2\n');
    });

    it('writes to the stream it is told', async () => {
      await run('publish', 'A', '1', '--stream', 'audit');
      const args = ['--from', 'beginning', '--count', '1', '--stream', 'audit'];
      expect(idsOf(await run('tail', ...args))).toEqual(['1']);
      const { code, stderr } = await run('publish', 'A', '--stream', 'nope');
      expect([code, stderr]).toEqual([1, expect.stringContaining('(StreamNotFound, stream nope)')]);
    });
  });

  describe('aftercommit tail', () => {
    it('follows from now on, until it is stopped', async () => {
      await publishAll('A', 'B');
      const live = tail();
      await until(() => isSubscribed('live'));
      await publishAll('C', 'D');
      await until(() => live.lines.length === 2);
      const { code, stdout, stderr } = await live.stop();
      expect([code, stderr, idsOf({ stdout })]).toEqual([0, '', ['3', '4']]);
    });

    it('begins behind an id, at a time, and takes only what is wanted', async () => {
      await publishAll('A', 'B', 'A', 'C');
      expect(idsOf(await run('tail', '--from', '2', '--count', '2'))).toEqual(['3', '4']);
      const wanted = await run('tail', '--from', '2020-01-01', '--want', 'B, C', '--count', '2');
      expect(idsOf(wanted)).toEqual(['2', '4']);
    });

    it('prints all of a long past', async () => {
      const events = Array.from({ length: 1000 }, () => ({ type: 'A' }));
      for (let nth = 0; nth < 3; nth += 1) await call(app.url, 'addEvents', { events });
      const printed = await run('tail', '--from', 'beginning', '--count', '3000');
      expect(linesOf(printed.stdout)).toHaveLength(3000);
    });

    it('acknowledges as a consumer what it printed, and no more', async () => {
      await publishAll('A', 'B', 'C', 'D', 'E');
      const args = ['tail', '--component', 'printer'];
      expect(idsOf(await run(...args, '--count', '2'))).toEqual(['1', '2']);
      expect(await consumerOf('printer')).toMatchObject({ cursor: '2', lag: 3, connected: false });
      expect(idsOf(await run(...args, '--count', '1', '--from', 'now'))).toEqual(['3']);

      const rest = tail('--component', 'printer');
      await until(() => rest.lines.length === 2);
      expect((await rest.stop()).code).toBe(0);
      expect(await consumerOf('printer')).toMatchObject({ cursor: '5', lag: 0 });
    });

    it('registers a new consumer where it is told', async () => {
      await publishAll('A', 'B');
      const printed = await run('tail', '--component', 'late', '--from', '1', '--count', '1');
      expect(idsOf(printed)).toEqual(['2']);
    });

    it('ends with 1 when a newer reader takes its consumer over', async () => {
      const older = tail('--component', 'one');
      await until(() => isSubscribed('reliable'));
      const newer = tail('--component', 'one');
      const { code, stderr } = await older.ended;
      expect([code, stderr]).toEqual([1, expect.stringContaining('has taken over')]);
      await publishAll('A');
      await until(() => newer.lines.length === 1);
      expect((await newer.stop()).code).toBe(0);
    });

    it('ends with 1 when its consumer is unregistered', async () => {
      const reader = tail('--component', 'one');
      await until(() => isSubscribed('reliable'));
      await run('consumers', 'unregister', 'one');
      const { code, stderr } = await reader.ended;
      expect([code, stderr]).toEqual([1, expect.stringContaining('was unregistered')]);
    });

    it('ends with 1 at once when nobody is there', async () => {
      const { code, stderr } = await run('tail', '--url', 'http://127.0.0.1:1');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^aftercommit: The server at \S+ cannot be reached: .*\n$/);
    });

    it('says so when it is no such server that answers', async () => {
      const { code, stderr } = await run('tail', '--url', `${app.url}/elsewhere`);
      expect([code, linesOf(stderr).length]).toEqual([1, 1]);
    });
  });

  describe('aftercommit consumers', () => {
    it('registers, lists with lag, and unregisters', async () => {
      expect((await run('consumers')).stdout).toBe('There are no consumers.\n');
      await publishAll('A', 'B', 'C');
      await run('consumers', 'register', 'all');
      await run('consumers', 'register', 'some', '--from', '2');
      expect((await run('consumers', 'register', 'new', '--from', 'now')).stdout).toBe(
        'new is registered on main.\n',
      );
      const rows = linesOf((await run('consumers', 'list')).stdout).map((line) =>
        line.split(/ {2,}/),
      );
      expect(rows).toEqual([
        ['CONSUMER', 'CURSOR', 'LAG', 'LAST TIME', 'CONNECTED', 'STALE', 'PARKED', 'FAILING'],
        ['local:all', '0', '3', '-', 'no', 'no', '0', '-'],
        ['local:new', '3', '0', '-', 'no', 'no', '0', '-'],
        ['local:some', '2', '1', '-', 'no', 'no', '0', '-'],
      ]);

      const dry = await run('consumers', 'unregister', 'all', '--dry-run', '--json');
      expect(JSON.parse(dry.stdout)).toEqual({
        unregistered: false,
        cursor: '0',
        lag: 3,
        parked: 0,
      });
      expect(await consumerOf('all')).toBeDefined();
      const done = await run('consumers', 'unregister', 'all', '--principal', 'local');
      expect(done.stdout).toBe(
        'all is unregistered; its cursor is 0, unacknowledged events: 3, parked: 0.\n',
      );
      expect(await consumerOf('all')).toBeUndefined();
      expect((await run('consumers', 'unregister', 'all')).code).toBe(1);
    });

    it('fails with the code of the answer and its details', async () => {
      const { code, stderr } = await run('consumers', 'register', 'x', '--from', '9');
      expect([code, stderr]).toEqual([1, expect.stringContaining('(CursorAhead, newest 0)')]);
      expect((await run('consumers', 'register', 'LIVE')).stderr).toContain('(LiveNotAllowed)');
    });
  });
});
