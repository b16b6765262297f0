// `aftercommit doctor` on MariaDB servers that are set up wrongly on purpose: each fault is found, and the statement
// that is named mends it.
import type { FindingId } from '../../../src/store/finding-table.ts';
import { Store } from '../../../src/store/store.ts';
import { Warehouse } from '../../../src/store/warehouse.ts';
import { createDatabase, describeDatabase } from '../../support/databases.ts';
import { makeDraft } from '../../support/events.ts';
import { openMangledPath } from '../../support/mangled-path.ts';
import { type OwnServer, startOwnServer } from '../../support/own-server.ts';
import { pause } from '../../support/pause.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import { until } from '../../support/until.ts';
import { cli } from '../run-cli.ts';
import { diagnose, foundOf } from './diagnosis.ts';

/** InnoDB tells of its transactions from a picture, which it takes anew when nobody has looked for 100 ms. */
const PICTURE_MS = 150;

interface Fault {
  readonly id: FindingId;
  readonly title: string;
  readonly set: readonly string[];
  readonly says: string;
}

const FAULTS: readonly Fault[] = [
  {
    id: 'disk-not-awaited',
    title: 'a log that is not flushed at a commit',
    set: ['set global innodb_flush_log_at_trx_commit = 2'],
    says: 'innodb_flush_log_at_trx_commit is 2',
  },
  {
    id: 'disk-not-awaited',
    title: 'a binary log that is not synced',
    set: ['set global sync_binlog = 0'],
    says: 'sync_binlog is 0',
  },
  {
    id: 'binlog-statement',
    title: 'a binary log of statements',
    set: ["set global binlog_format = 'STATEMENT'"],
    says: 'written by statements',
  },
  {
    id: 'read-only',
    title: 'a server that is read-only',
    set: ['set global read_only = on'],
    says: 'read_only is on',
  },
  {
    id: 'packet-small',
    title: 'packets that the largest event does not fit into',
    set: ['set global max_allowed_packet = 1048576'],
    says: 'max_allowed_packet is 1048576 bytes',
  },
  {
    id: 'checks-off',
    title: 'checks that are off',
    set: ['set global check_constraint_checks = off'],
    says: 'check_constraint_checks is off',
  },
  {
    id: 'idle-cut',
    title: 'connections that end when they are idle',
    set: ['set global wait_timeout = 4'],
    says: 'wait_timeout is 4 s',
  },
  {
    id: 'table-not-durable',
    title: 'a queue that is not stored by InnoDB',
    set: ['alter table evt_x_queue engine = MyISAM'],
    says: 'evt_x_queue is stored by MyISAM',
  },
  {
    id: 'trigger-foreign',
    title: 'a trigger on the queue',
    set: ['create trigger own before insert on evt_queue for each row set new.ts = new.ts'],
    says: 'own on evt_queue',
  },
  {
    id: 'connections-few',
    title: 'too few connections for all',
    set: ['set global max_connections = 12'],
    says: 'opens up to 13 connections, and max_connections leaves 12',
  },
];

describeDatabase('mysql', 'doctor', () => {
  let server: OwnServer;
  let url: string;
  let sql: SqlSession;
  /** Of who mends, in no database. */
  let elsewhere: SqlSession;
  const env = { EVT_STREAMS: 'main,x' };
  const open = () => Store.open({ database: url, poolMax: 4, timeoutMs: 5000 });
  const as = (account: string) =>
    Object.assign(new URL(url), { username: account, password: 'p' }).href;
  const found = (id: FindingId, more = {}) => foundOf(id, url, { ...env, ...more });

  beforeAll(async () => {
    server = await startOwnServer('mysql', {
      hasBinlog: true,
      serverSettings: { 'innodb-autoinc-lock-mode': '2' },
    });
    url = await server.createDatabase();
    const options = { database: url, poolMax: 4, timeoutMs: 5000 };
    for (const database of [await open(), await Warehouse.open(options)]) {
      await database.migrate(['main', 'x']);
      await database.close();
    }
    sql = await openSqlSession('mysql', url);
    elsewhere = await openSqlSession('mysql', server.url);
  }, 60_000);
  afterAll(async () => {
    await sql?.close();
    await elsewhere?.close();
    await server?.close();
  });

  it('finds nothing on a server that is set up as the manual says', async () => {
    const { code, servers } = await diagnose(url, { ...env, EVT_WAREHOUSE_URL: url });
    const where = { host: new URL(url).host, product: expect.stringMatching(/^MariaDB \d/) };
    expect(servers).toEqual([
      { database: 'active', ...where, findings: [] },
      { database: 'warehouse', ...where, findings: [] },
    ]);
    expect(code).toBe(0);
  });

  it.each(FAULTS)('finds $title, and says what mends it', async ({ id, set, says }) => {
    for (const statement of set) await sql.run(statement);
    const [finding] = await found(id);
    expect(finding).toMatchObject({ found: expect.stringContaining(says) });
    for (const statement of finding?.sql ?? []) await elsewhere.run(statement);
    expect(await found(id)).toEqual([]);
  });

  it('finds that the URL asks for TLS of a server that has none', async () => {
    const [finding] = await foundOf('unreachable', `${url}?ssl={}`);
    expect(finding?.mend).toContain('Switch TLS on at the server');
  });

  it('is right that nothing can be written under a binary log of statements', async () => {
    await sql.run("set global binlog_format = 'STATEMENT'");
    const store = await open();
    await expect(store.append('main', [makeDraft('A')])).rejects.toThrow();
    await store.close();
    await sql.run("set global binlog_format = 'MIXED'");
  });

  it('finds transactions that somebody has left open', async () => {
    const limits = { EVT_DATABASE_TIMEOUT_MS: '1000' };
    const [left, gone] = [await openSqlSession('mysql', url), await openSqlSession('mysql', url)];
    await left.run('begin');
    await left.insertEvent('LEFT', '{}');
    await gone.run("xa start 'gone'");
    await gone.insertEvent('GONE', '{}');
    await gone.run("xa end 'gone'");
    await gone.run("xa prepare 'gone'");
    await gone.close();
    const seen = async () => {
      await pause(PICTURE_MS);
      return found('transaction-left', limits);
    };
    const both = await until(async () => {
      const all = await seen();
      return all.length === 2 && all;
    });
    expect(both.map(({ found: says }) => says).sort()).toEqual([
      expect.stringMatching(/^A transaction of aftercommit has been open for [1-9] s/),
      expect.stringContaining('The prepared transaction gone'),
    ]);
    for (const statement of both.flatMap((finding) => finding.sql)) await sql.run(statement);
    await until(async () => (await seen()).length === 0);
    await left.close().catch(() => {});
  });

  it('finds what an account may not do', async () => {
    await sql.run("create user service identified by 'p'");
    await sql.run('grant select, insert on own_1.* to service');
    const rights = () => foundOf('right-missing', as('service'), env);
    const [finding] = await rights();
    expect(finding?.found).toContain('no right to update, delete, create, alter, drop, index');
    for (const statement of finding?.sql ?? []) await sql.run(statement);
    expect(await rights()).toEqual([]);
    expect((await diagnose(as('service'), env)).ids).toEqual([]);

    await sql.run('alter user service with max_user_connections 7');
    const few = () => foundOf('connections-few', as('service'), env);
    const [bound] = await few();
    expect(bound?.found).toContain('opens up to 13 connections, and max_user_connections leaves 7');
    for (const statement of bound?.sql ?? []) await elsewhere.run(statement);
    expect(await few()).toEqual([]);
  });

  it('takes no table for missing that the account is not told of', async () => {
    await sql.run("create user blind identified by 'p'");
    for (const table of ['evt_streams', 'evt_migrations', 'evt_queue']) {
      await sql.run(`grant select on own_1.${table} to blind`);
    }
    const { ids } = await diagnose(as('blind'), env);
    expect(ids).toContain('right-missing');
    expect(ids).not.toContain('table-missing');
    expect(ids).not.toContain('key-missing');
    await sql.run('alter table evt_queue rename to gone');
    const [finding] = await foundOf('table-missing', as('blind'), env);
    await sql.run('alter table gone rename to evt_queue');
    expect(finding?.found).toMatch(/^evt_queue:/);
  });

  it('finds rights that an account has by a role', async () => {
    await sql.run("create user clerk identified by 'p'");
    await sql.run('create role writers');
    await sql.run(
      'grant select, insert, update, delete, create, alter, drop, index on `own\\_%`.* to writers',
    );
    await sql.run('grant writers to clerk');
    await sql.run('set default role writers for clerk');
    expect(await foundOf('right-missing', as('clerk'), env)).toEqual([]);
  });

  it('tells a password that is wrong from a database that is not there or not allowed', async () => {
    const wrong = Object.assign(new URL(url), { password: 'wrong' }).href;
    expect(await diagnose(wrong)).toMatchObject({ code: 1, ids: ['login-refused'] });
    await sql.run("create user nobody identified by 'p'");
    expect((await diagnose(as('nobody'))).ids).toEqual(['right-missing']);
    const missing = Object.assign(new URL(url), { pathname: '/missing' }).href;
    const [finding] = await foundOf('database-missing', missing);
    for (const statement of finding?.sql ?? []) await sql.run(statement);
    expect((await diagnose(missing)).ids).toEqual(['migrations-missing']);
  });
});

describeDatabase('mysql', 'doctor, of what a server is started with', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startOwnServer('mysql', {
      serverSettings: { 'innodb-flush-method': 'nosync', 'innodb-doublewrite': '0' },
    });
  }, 60_000);
  afterAll(() => server?.close());

  it('finds it, and says what to put into the file of the server', async () => {
    const { findings, code } = await diagnose(await server.createDatabase());
    expect(findings.map(({ id, mend }) => [id, mend])).toEqual([
      ['disk-not-awaited', expect.stringContaining('innodb_flush_method = O_DIRECT')],
      ['migrations-missing', expect.any(String)],
      ['torn-pages', expect.stringContaining('innodb_doublewrite = on')],
      ['inbox-held', expect.stringContaining('innodb_autoinc_lock_mode = 2')],
    ]);
    expect(code).toBe(1);
  });
});

describeDatabase('mysql', 'doctor, of a server that is too old', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it.each([
    ['MariaDB', '10.5.9-MariaDB', 'MariaDB 10.5.9', '10.6'],
    ['MySQL', '8.0.15', 'MySQL 8.0.15', '8.0.16'],
  ])('finds it, which is %s, and every start is refused', async (_, older, product, needed) => {
    const database = await createDatabase('mysql');
    ends.push(database.drop);
    const sql = await openSqlSession('mysql', database.url);
    const [row] = await sql.run('select version() as version');
    await sql.close();
    const version = String(row?.version);
    const said = [version, older.padEnd(version.length, '-')] as const;
    const path = await openMangledPath(database.url, { said });
    ends.push(path.close);
    const { findings } = await diagnose(path.url);
    expect(findings.filter(({ id }) => ['version-old', 'session-refused'].includes(id))).toEqual([
      expect.objectContaining({ id: 'version-old', found: `It is ${product}.` }),
      expect.objectContaining({ found: expect.stringContaining(`${needed} or later is needed`) }),
    ]);
    expect(await cli(['migrate'], { env: { EVT_DATABASE_URL: path.url } })).toEqual({
      code: 1,
      stdout: '',
      stderr: `aftercommit: The active database cannot be opened: ${product} is too old: ${needed} or later is needed\n`,
    });
  });
});
