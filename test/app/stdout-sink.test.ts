// The sink of type `stdout`: events as lines on standard output of a process of its own, read, left unread, and gone.
// CRASH_ROUNDS sets how many kills (1 by default).
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { buildCli, type CliBuild, type CliProcess } from './cli-process.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 1);
const TIMEOUT_MS = 60_000 + ROUNDS * 10_000;

let build: CliBuild;
beforeAll(async () => {
  build = await buildCli();
});
afterAll(() => build?.remove());

/** Standard output is the events' own: the ready line is on the other. */
async function serve({ url: databaseUrl }: TestDatabase, more: object = {}) {
  const sink = { name: 'out', type: 'stdout', batchMax: 50, retryMaxMs: 50, ...more };
  const settings = { EVT_DATABASE_URL: databaseUrl, EVT_PORT: '0', EVT_LOG_LEVEL: 'error' };
  const served = build.spawn(['serve'], { ...settings, EVT_SINKS: JSON.stringify([sink]) });
  const url = await until(() => /^http:\S+/m.exec(served.stderr)?.[0]);
  return { served, url };
}

describeDrawnDatabase('a sink on standard output', (kind) => {
  let database: TestDatabase;
  let sql: SqlSession;
  beforeEach(async () => {
    database = await createDatabase(kind);
    sql = await openSqlSession(kind, database.url);
  });
  afterEach(async () => {
    await sql.close();
    await database.drop();
  });

  const read = (served: CliProcess) => {
    const ids: number[] = [];
    let rest = '';
    served.child.stdout.on('data', (part) => {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      ids.push(...lines.map((line) => Number(JSON.parse(line).id)));
    });
    return ids;
  };

  it(
    'writes each event as a line, and nothing else; after a kill some come again, none is missing',
    async () => {
      const random = openRandom();
      console.info(`kills of a sink on standard output on ${kind}: SEED=${random.seed}`);
      let added = 0;
      let seen = 0;
      for (let round = 0; round <= ROUNDS; round += 1) {
        // One that was killed would hold its lease for 10 s.
        if (round > 0) await sql.run('update evt_consumers set lease_until = null');
        const { served, url } = await serve(database);
        const ids = read(served);
        for (let nth = 0; nth < 10; nth += 1) {
          await call(url, 'addEvents', { events: drafts(1 + random.below(60), 'x'.repeat(300)) });
          await pause(random.below(20));
        }
        added = Number((await sql.run('select max(id) as id from evt_queue'))[0]?.id);
        const isLast = round === ROUNDS;
        if (isLast) await until(() => ids.at(-1) === added);
        served.child.kill(isLast ? 'SIGTERM' : 'SIGKILL');
        const { code } = await served.ended;
        if (isLast) expect(code).toBe(0);
        const [first = seen + 1] = ids;
        expect(first).toBeLessThanOrEqual(seen + 1);
        expect(ids).toEqual(ids.map((_, nth) => first + nth));
        seen = ids.at(-1) ?? seen;
      }
      expect(seen).toBe(added);
    },
    TIMEOUT_MS,
  );
});

describe('standard output', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase('sqlite');
  });
  afterEach(() => database.drop());

  const lagOf = async (url: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/consumer_lag_events\{stream="main",consumer="SINK_out"\} (\d+)/.exec(text)?.[1]);
  };

  it('that is read slowly slows the sink, and nothing else', async () => {
    const { served, url } = await serve(database);
    served.child.stdout.pause();
    for (let nth = 0; nth < 20; nth += 1) {
      await call(url, 'addEvents', { events: drafts(100, 'x'.repeat(10_000)) });
    }
    // What it holds itself is one batch, and a pipe's fill.
    expect(await lagOf(url)).toBeGreaterThan(1800);
    let bytes = 0;
    served.child.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
    });
    served.child.stdout.resume();
    await until(async () => (await lagOf(url)) === 0);
    expect(bytes).toBeGreaterThan(2000 * 10_000);
    served.child.kill('SIGTERM');
    expect((await served.ended).code).toBe(0);
  });

  it('that nobody reads any more is a failure, for which nothing is skipped', async () => {
    const { served, url } = await serve(database, { onError: 'skip' });
    served.child.stdout.destroy();
    await call(url, 'addEvents', { events: drafts(3, '') });
    await until(() => served.stderr.split('Nobody reads standard output').length > 8);
    expect(await lagOf(url)).toBe(3);
    expect(served.stderr).not.toContain('skipped');
    served.child.kill('SIGTERM');
    expect((await served.ended).code).toBe(0);
  });

  it('that nobody reads any more ends the service with onError stop', async () => {
    const { served, url } = await serve(database, { onError: 'stop' });
    served.child.stdout.destroy();
    await call(url, 'addEvents', { events: drafts(3, '') });
    const { code, stderr } = await served.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\naftercommit: The sink out has failed, and is to stop then: Nobody reads standard output any more: write EPIPE \(SinkWriteFailed, stream main, sink out\)\n$/,
    );
  });
});

function drafts(count: number, data: string): { type: string; data: string }[] {
  return Array.from({ length: count }, () => ({ type: 'T', data }));
}
