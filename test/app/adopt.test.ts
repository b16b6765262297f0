// A database of futoin-eventstream is gone on with: every consumer where it was, no id twice, the history whole.
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../src/app/app.ts';
import { loadSettings } from '../../src/config/load.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import {
  addFutoinConsumers,
  addFutoinEvents,
  archiveFutoinEvents,
  futoinNow,
  makeFutoinActive,
  makeFutoinHistory,
} from '../support/futoin-database.ts';
import { post } from '../support/rpc.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { cli, linesOf } from './run-cli.ts';

const COUNT = 10_000;
const MAPS = ['--map', '1=shop', '--map', '2=audit', '--map', 'acme=acme'];
const KEYS: Record<string, string> = { shop: 'key-shop', audit: 'key-audit', acme: 'key-acme' };

describeDrawnDatabase('aftercommit migrate --adopt', (kind) => {
  let active: TestDatabase;
  let warehouse: TestDatabase;
  let sql: SqlSession;
  let dwh: SqlSession;
  const credentials = () => join(tmpdir(), `aftercommit-adopt-${kind}-${process.pid}.json`);
  const env = () => ({ EVT_DATABASE_URL: active.url, EVT_WAREHOUSE_URL: warehouse.url });
  const adopt = (...args: string[]) =>
    cli(['migrate', '--adopt', '--watch-ms', '60', ...args], { env: env() });
  beforeEach(async () => {
    [active, warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
    sql = await openSqlSession(kind, active.url);
    dwh = await openSqlSession(kind, warehouse.url);
  });
  afterEach(async () => {
    await sql.close();
    await dwh.close();
    await Promise.all([active.drop(), warehouse.drop()]);
    await rm(credentials(), { force: true });
  });

  const serve = async (work: (url: string) => Promise<void>) => {
    for (const [name, key] of Object.entries(KEYS)) {
      const args = ['credentials', 'add', name, '--may', 'generate,consume,admin', '--key', key];
      expect((await cli([...args, '--credentials', credentials()])).code).toBe(0);
    }
    const values = {
      databaseUrl: active.url,
      warehouseUrl: warehouse.url,
      credentials: credentials(),
      port: 0,
      workerPeriodMs: 20,
      archiver: true,
      discarder: true,
      logLevel: 'silent' as const,
    };
    const app = new App(loadSettings({ values }), createLogger('silent'));
    await app.start();
    try {
      await work(app.url);
    } finally {
      await app.stop();
    }
  };
  const ask = async (url: string, who: string, method: string, params: object = {}) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const { answer } = await post(url, body, { authorization: `Bearer ${KEYS[who]}` });
    if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
    return answer.result;
  };
  /** All that a consumer gets from now on, acknowledged. */
  const drain = async (url: string, who: string, component: string) => {
    const ids: string[] = [];
    let lastId: string | undefined;
    for (;;) {
      const batch = await ask(url, who, 'pollEvents', { component, last_id: lastId });
      if (batch.events.length === 0) return ids;
      ids.push(...batch.events.map((event: { id: string }) => event.id));
      lastId = batch.up_to;
    }
  };
  const range = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, place) => String(first + place));

  it('goes on with a full queue: all that is behind each cursor, in order, and new ids above', async () => {
    await makeFutoinActive(sql, kind);
    await makeFutoinHistory(dwh, kind);
    await addFutoinEvents(sql, kind, COUNT);
    // The archiver was killed before it could say how far it was.
    await archiveFutoinEvents(sql, dwh, 6000);
    await addFutoinConsumers(sql, kind, {
      '1:SHOP': 2500,
      '1:MAIL': COUNT,
      '2:AUDIT': 0,
      'acme:STATS': 9999,
      '-internal:ARCHIVER': 5900,
    });
    const { code, stdout, stderr } = await adopt(...MAPS, '--json');
    expect([code, stderr]).toEqual([0, '']);
    const report = JSON.parse(linesOf(stdout).at(-1) ?? '');
    expect(report.adopted).toMatchObject({
      events: COUNT,
      invalid: { count: 0 },
      history: { events: 6000, last: '6000' },
      next_id: '10001',
      discarded_up_to: '0',
      gaps_up_to: '10000',
    });
    expect(report.adopted.consumers).toEqual([
      { from: '1:SHOP', to: 'shop:SHOP', cursor: '2500', stood_at: '2500' },
      { from: '1:MAIL', to: 'shop:MAIL', cursor: '10000', stood_at: '10000' },
      { from: '2:AUDIT', to: 'audit:AUDIT', cursor: '0', stood_at: '0' },
      { from: 'acme:STATS', to: 'acme:STATS', cursor: '9999', stood_at: '9999' },
      { from: '-internal:ARCHIVER', to: 'ARCHIVER', cursor: '6000', stood_at: '5900' },
    ]);

    await serve(async (url) => {
      expect(await ask(url, 'shop', 'addEvent', { type: 'NEW', data: 1 })).toBe('10001');
      expect(await drain(url, 'shop', 'SHOP')).toEqual(range(2501, 10_001));
      expect(await drain(url, 'shop', 'MAIL')).toEqual(['10001']);
      expect(await drain(url, 'acme', 'STATS')).toEqual(['10000', '10001']);
      const { events } = await ask(url, 'audit', 'pollEvents', { component: 'AUDIT', limit: 2 });
      expect(events).toMatchObject([
        { id: '1', type: 'ODD', data: { nth: 1 } },
        { id: '2', type: 'EVEN', data: { nth: 2 } },
      ]);
      expect(Math.abs(Date.parse(events[0].ts) - Date.now())).toBeLessThan(120_000);
      expect(await ask(url, 'audit', 'streamInfo')).toMatchObject({ gaps_up_to: '10000' });
      expect(await drain(url, 'audit', 'AUDIT')).toEqual(range(1, 10_001));
      await until(async () => {
        const info = await ask(url, 'shop', 'streamInfo');
        return info.discarded_up_to === '10001';
      });
    });
    const [row] = await dwh.run(
      'select count(*) as n, min(id) as low, max(id) as high from evt_history',
    );
    expect([row?.n, row?.low, row?.high].map(Number)).toEqual([10_001, 1, 10_001]);
  });

  it('goes on with a queue that the discarder has emptied', async () => {
    await makeFutoinActive(sql, kind);
    await makeFutoinHistory(dwh, kind);
    await addFutoinEvents(sql, kind, COUNT);
    await archiveFutoinEvents(sql, dwh, COUNT);
    await addFutoinConsumers(sql, kind, {
      '1:SHOP': COUNT,
      '1:MAIL': COUNT,
      '2:AUDIT': COUNT,
      '-internal:ARCHIVER': COUNT,
    });
    await sql.run('delete from evt_queue');
    // Registered when all was discarded already: for the original it began with the next event.
    await addFutoinConsumers(sql, kind, { 'acme:LATE': 0 });
    const { code, stdout, stderr } = await adopt(...MAPS);
    expect([code, stderr]).toEqual([0, '']);
    const lines = linesOf(stdout);
    expect(lines.slice(0, 3)).toEqual([
      'Adopted 0 events; the next one gets id 10001, and up to 10000 all are discarded.',
      'Adopted a history of 10000 events up to 10000.',
      'Adopted 5 consumers:',
    ]);
    expect(lines).toContain('acme:LATE           acme:LATE    10000   stood at 0');
    await serve(async (url) => {
      for (const [who, component] of [
        ['shop', 'SHOP'],
        ['shop', 'MAIL'],
        ['audit', 'AUDIT'],
        ['acme', 'LATE'],
      ] as const) {
        expect(await drain(url, who, component)).toEqual([]);
      }
      expect(await ask(url, 'shop', 'addEvent', { type: 'NEW', data: 1 })).toBe('10001');
      expect(await drain(url, 'acme', 'LATE')).toEqual(['10001']);
      expect(await drain(url, 'shop', 'SHOP')).toEqual(['10001']);
      await until(async () => {
        const [row] = await dwh.run('select count(*) as n, max(id) as high from evt_history');
        return Number(row?.n) === 10_001 && Number(row?.high) === 10_001;
      });
    });
  });

  it('is refused by whoever takes the database for one of ours, and then told how to go on', async () => {
    await makeFutoinActive(sql, kind);
    await makeFutoinHistory(dwh, kind);
    for (const command of [['migrate'], ['serve'], ['discard', '--once']]) {
      const { code, stderr } = await cli(command, { env: { ...env(), EVT_PORT: '0' } });
      expect([command, code]).toEqual([command, 1]);
      expect(stderr).toMatch(/evt_queue is a table of futoin-eventstream.*migrate --adopt/);
    }
    const fresh = await createDatabase(kind);
    const { code, stderr } = await cli(['archive', '--once'], {
      env: { ...env(), EVT_DATABASE_URL: fresh.url },
    });
    await fresh.drop();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/evt_history is a table of futoin/)]);
  });

  it('refuses consumers of nobody with their list, and changes nothing', async () => {
    await makeFutoinActive(sql, kind);
    await addFutoinEvents(sql, kind, 3);
    await addFutoinConsumers(sql, kind, { '1:A': 0, '7:B': 0, '-internal:OWN': 0 });
    const { code, stderr } = await adopt('--map', '1=shop');
    expect([code, stderr]).toEqual([1, expect.stringContaining('7:B, -internal:OWN.')]);
    await addFutoinEvents(sql, kind, 1);
    const done = await adopt('--map', '1=shop', '--map', '7=local', '--map=-internal=app');
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('-internal:OWN  app:OWN');
  });

  it.each([
    ['two that would become one', { '1:A': 0, '2:A': 0 }, /would both become shop:A/],
    ['a name that is none', { nobody: 0 }, /without a name that we could take: nobody/],
    ['an archiver without its history', { '-internal:ARCHIVER': 2 }, /no history of them is found/],
  ])('refuses %s', async (_, consumers, message) => {
    await makeFutoinActive(sql, kind);
    await addFutoinEvents(sql, kind, 3);
    await addFutoinConsumers(sql, kind, consumers as unknown as Record<string, number>);
    const { code, stderr } = await adopt('--map', '1=shop', '--map', '2=shop');
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });

  it('refuses a warehouse of ours in which the archiver has never been', async () => {
    await makeFutoinActive(sql, kind);
    await addFutoinConsumers(sql, kind, { '-internal:ARCHIVER': 2 });
    const fresh = await createDatabase(kind);
    const other = { ...env(), EVT_DATABASE_URL: fresh.url };
    expect((await cli(['migrate', '--warehouse'], { env: other })).code).toBe(0);
    await fresh.drop();
    const { code, stderr } = await adopt();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/no history of them is found/)]);
  });

  it('refuses while somebody still writes, or reads reliably, the old way', async () => {
    await makeFutoinActive(sql, kind);
    await addFutoinConsumers(sql, kind, { '1:A': 0 });
    const works = [
      [() => addFutoinEvents(sql, kind, 1), /events are added to evt_queue/],
      [
        () => sql.run("update evt_consumers set last_evt_id = last_evt_id + 1 where ident = '1:A'"),
        /1:A reads/,
      ],
    ] as const;
    for (const [work, message] of works) {
      let isOn = true;
      const working = (async () => {
        while (isOn) {
          await work();
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      const { code, stderr } = await adopt('--map', '1=shop', '--watch-ms', '300');
      isOn = false;
      await working;
      expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    }
  });

  it('refuses while a transaction of an old writer is open, and loses nothing of it', async () => {
    await makeFutoinActive(sql, kind);
    await addFutoinConsumers(sql, kind, { '1:A': 0 });
    await sql.run('begin');
    await addFutoinEvents(sql, kind, 1);
    const { code, stderr } = await cli(
      ['migrate', '--adopt', '--watch-ms', '0', '--map', '1=shop'],
      { env: { ...env(), EVT_DATABASE_TIMEOUT_MS: '1500' } },
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(/has a transaction open|open on/)]);
    await sql.run('commit');
    expect((await adopt('--map', '1=shop')).stdout).toMatch(
      /^Adopted 1 event; the next one gets id 2,/,
    );
  });

  it('shuts the old writers out', async () => {
    await makeFutoinActive(sql, kind);
    await addFutoinConsumers(sql, kind, { '1:A': 0 });
    await addFutoinEvents(sql, kind, 2);
    expect((await adopt('--map', '1=shop')).code).toBe(0);
    await expect(addFutoinEvents(sql, kind, 1)).rejects.toThrow();
    await expect(addFutoinConsumers(sql, kind, { '1:B': 0 })).rejects.toThrow();
    if (kind === 'mysql') {
      await sql.run("set sql_mode = ''");
      await expect(addFutoinEvents(sql, kind, 1)).rejects.toThrow(/CONSTRAINT/);
    }
    await sql.run(
      `insert into evt_inbox (type, data, ts) values ('XFER', '{"a": 1}', ${futoinNow[kind]})`,
    );
  });

  it('takes other names of tables', async () => {
    const tables = { queue: 'my_events', consumers: 'my_readers', history: 'my_past' };
    const flags = [
      '--event-table=my_events',
      '--consumer-table=my_readers',
      '--history-table=my_past',
    ];
    await makeFutoinActive(sql, kind, { tables });
    await makeFutoinHistory(dwh, kind, { tables });
    await addFutoinEvents(sql, kind, 5, 'my_events');
    await addFutoinConsumers(sql, kind, { '1:A': 3 }, 'my_readers');
    expect((await adopt('--map', '1=shop', ...flags.slice(0, 1))).stderr).toMatch(
      /my_events is a table of futoin-eventstream, but there is no evt_consumers/,
    );
    const done = await adopt('--map', '1=shop', ...flags);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/Adopted 5 events; the next one gets id 6/);
    expect((await sql.run('select id from evt_queue')).length).toBe(5);
    expect((await adopt('--map', '1=shop', ...flags)).stdout).toBe(
      'There is nothing to adopt here any more.\nNothing to apply.\n',
    );
  });

  it('refuses where nothing is, and makes nothing there', async () => {
    await makeFutoinActive(sql, kind);
    await sql.run('alter table evt_queue rename to my_events');
    await sql.run('alter table evt_consumers rename to my_readers');
    for (let times = 0; times < 2; times += 1) {
      const { code, stdout, stderr } = await adopt('--map', '1=shop');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/no tables of futoin-eventstream here.*--event-table/);
    }
    const named = await adopt('--event-table', 'my_events', '--consumer-table', 'my_readers');
    expect(named.code).toBe(0);
  });

  it('does nothing in a database of ours but what an ordinary migration does', async () => {
    expect((await cli(['migrate'], { env: env() })).code).toBe(0);
    expect((await adopt()).stdout).toBe(
      'There is nothing to adopt here any more.\nNothing to apply.\n',
    );
  });

  it('refuses a history that ends before what was archived', async () => {
    await makeFutoinActive(sql, kind);
    await makeFutoinHistory(dwh, kind);
    await addFutoinEvents(sql, kind, 3);
    await dwh.run(
      `insert into evt_history (id, type, data, ts) values (1, 'OLD', '1', ${futoinNow[kind]})`,
    );
    await addFutoinConsumers(sql, kind, { '-internal:ARCHIVER': 2 });
    const { code, stderr } = await adopt();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/up to 2 were.*ends with 1/)]);
    await dwh.run(
      `insert into evt_history (id, type, data, ts) values (2, 'OLD', '1', ${futoinNow[kind]})`,
    );
    expect((await adopt()).code).toBe(0);
  });

  it('counts the greatest id of the history for what comes next', async () => {
    await makeFutoinActive(sql, kind);
    await makeFutoinHistory(dwh, kind);
    await dwh.run(
      `insert into evt_history (id, type, data, ts) values (77, 'OLD', '1', ${futoinNow[kind]})`,
    );
    await addFutoinConsumers(sql, kind, { '1:A': 5 });
    const { stdout } = await adopt('--map', '1=shop');
    expect(stdout).toMatch(/the next one gets id 78, and up to 77 all are discarded/);
    expect(stdout).toContain('stood at 5');
  });

  it.each([
    [['--map', '1'], /--map takes LOCAL=PRINCIPAL/],
    [['--map', '1=a b'], /--map takes LOCAL=PRINCIPAL/],
    [['--map', '1=a', '--map', '1=b'], /twice/],
    [['--event-table', 'a.b'], /plain name/],
    [['--watch-ms', 'x'], /--watch-ms takes/],
  ])('takes no wrong flags: %j', async (flags, message) => {
    const { code, stderr } = await adopt(...flags);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

it('aftercommit migrate takes the flags of --adopt with it only', async () => {
  const { code, stderr } = await cli(['migrate', '--map', '1=shop']);
  expect([code, stderr]).toEqual([2, 'aftercommit: --map goes with --adopt.\n']);
});
