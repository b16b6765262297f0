// `aftercommit doctor` itself: what it says and ends with, and what it finds on any database.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tablesMadeBy, tablesOfStreamMadeBy } from '../../../src/store/examining/made-tables.ts';
import { findingTable } from '../../../src/store/finding-table.ts';
import { activeSchema, warehouseSchema } from '../../../src/store/migrate.ts';
import { Store } from '../../../src/store/store.ts';
import { Warehouse } from '../../../src/store/warehouse.ts';
import {
  createDatabase,
  describeDatabase,
  describeDrawnDatabase,
  serverKinds,
} from '../../support/databases.ts';
import { makeDraft } from '../../support/events.ts';
import { makeFutoinActive, makeFutoinHistory } from '../../support/futoin-database.ts';
import { openMangledPath } from '../../support/mangled-path.ts';
import { type OpenStore, openStore } from '../../support/open-store.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import type { TcpPath } from '../../support/tcp-path.ts';
import { cli } from '../run-cli.ts';
import { diagnose, foundOf } from './diagnosis.ts';

const TABLES_MADE = [
  ...['evt_queue', 'evt_inbox', 'evt_consumers', 'evt_epochs', 'evt_copy_ids', 'evt_parked'],
  ...['evt_streams', 'evt_migrations'],
];
const TABLES_THERE = {
  sqlite:
    "select name from sqlite_master where type = 'table' and name glob 'evt_*' and name <> 'evt_migrations'",
  postgres:
    "select relname as name from pg_class where relkind = 'r' and relname like 'evt%' and relname <> 'evt_migrations'",
  mysql: `select table_name as name from information_schema.tables
           where table_schema = database() and table_name <> 'evt_migrations'`,
};
const NO_WAREHOUSE = { EVT_WAREHOUSE_URL: 'sqlite:/nowhere/warehouse.db' };

describe('doctor', () => {
  it('is documented, finding by finding', () => {
    const page = readFileSync(join(__dirname, '../../../docs/doctor.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (error|warning|note) \| ([^|]+) \|/gm)];
    const told = rows.map(([, id, severity, promise]) => [
      id,
      { severity, promise: promise?.trim() },
    ]);
    expect(Object.fromEntries(told)).toEqual(findingTable);
    expect(rows).toHaveLength(Object.keys(findingTable).length);
  });

  it('has a test for every finding', () => {
    const beside = [
      'doctor',
      'postgres',
      'postgres-account',
      'mysql',
      'sqlite',
      'file-systems',
      'servers',
    ];
    const elsewhere = ['../drivers.test.ts', '../../cluster/doctor-galera.cluster.ts'];
    const tests = [...beside.map((name) => `${name}.test.ts`), ...elsewhere]
      .map((path) => readFileSync(join(__dirname, path), 'utf8'))
      .join('\n');
    const untested = Object.keys(findingTable).filter((id) => !tests.includes(`${id}'`));
    expect(untested).toEqual([]);
  });

  it('finds every database that is away, and says so without passwords', async () => {
    const env = {
      EVT_DATABASE_URL: 'postgres://u:secret@127.0.0.1:1,127.0.0.1:2/x',
      EVT_WAREHOUSE_URL: 'mysql://u:secret@127.0.0.1:1/x',
    };
    const { code, stdout, stderr } = await cli(['doctor'], { env });
    const { ids } = await diagnose(env.EVT_DATABASE_URL, env);
    expect(ids).toEqual(Array(3).fill('unreachable'));
    expect(stdout.match(/error {2}unreachable/g)).toHaveLength(3);
    expect(stdout.split('\n').filter((line) => /^\w/.test(line))).toEqual([
      'active  127.0.0.1:1',
      'active  127.0.0.1:2',
      'warehouse  127.0.0.1:1',
      expect.stringMatching(/^3 errors, 0 warnings, 0 notes$/),
    ]);
    expect(stdout + stderr).not.toContain('secret');
    expect(stderr).toContain('do not keep every promise');
    expect(code).toBe(1);
  });
});

describeDrawnDatabase('doctor', (kind) => {
  let place: OpenStore;
  const run = async (...statements: string[]) => {
    const sql = await openSqlSession(kind, place.url);
    for (const statement of statements) await sql.run(statement);
    await sql.close();
  };
  beforeEach(async () => {
    place = await openStore(kind, ['main']);
  });
  afterEach(() => place.close());

  it('finds tables that are missing, and none that are not', async () => {
    const env = { EVT_STREAMS: 'main,orders', ...NO_WAREHOUSE };
    const [finding] = await foundOf('migrations-missing', place.url, env);
    expect(finding?.found).toBe('the tables of orders are not those of this version.');
    expect((await cli(['migrate'], { env: { ...env, EVT_DATABASE_URL: place.url } })).code).toBe(0);
    expect(await foundOf('migrations-missing', place.url, env)).toEqual([]);
  });

  it.each([...TABLES_MADE])(
    'finds that %s is gone, and has nobody migrate for it',
    async (table) => {
      expect(await foundOf('table-missing', place.url)).toEqual([]);
      await run(`drop table ${table}`);
      const { code, findings, ids } = await diagnose(place.url);
      expect(code).toBe(1);
      const [finding, ...more] = findings.filter(({ id }) => id === 'table-missing');
      expect([finding?.found, more]).toEqual([expect.stringMatching(`^${table}\\b`), []]);
      expect(finding?.mend).toContain('backup');
      expect(ids).not.toContain('migrations-missing');
      expect(ids).not.toContain('adoption-wanted');
    },
  );

  it('takes no table for missing that a rename has moved, wherever that was interrupted', async () => {
    const warehouse = await Warehouse.open({ database: place.url, poolMax: 1, timeoutMs: 5000 });
    await warehouse.migrate(['main']);
    await warehouse.close();
    const env = { EVT_WAREHOUSE_URL: place.url };
    expect(await foundOf('table-missing', place.url, env)).toEqual([]);
    await run("update evt_streams set moving_to = 'orders'");
    await run('alter table evt_history rename to evt_orders_history');
    expect(await foundOf('table-missing', place.url, env)).toEqual([]);
    await run('alter table evt_inbox rename to evt_orders_inbox');
    expect(await foundOf('table-missing', place.url, env)).toEqual([]);
    // Nothing is being renamed, and they have other names all the same.
    await run('update evt_streams set moving_to = null');
    const found = await foundOf('table-missing', place.url, env);
    expect(found.map((each) => each.found.split(':')[0])).toEqual(['evt_inbox', 'evt_history']);
  });

  it('takes no table for missing that was never made, or that a newer version has', async () => {
    const { perStream } = activeSchema;
    const schema = kind === 'mysql' ? '`schema`' : 'schema';
    await run('drop table evt_inbox', `update evt_streams set ${schema} = 1`);
    await run(
      'drop table evt_state',
      "delete from evt_migrations where name = 'active/0011-state'",
    );
    expect((await diagnose(place.url)).ids).toContain('migrations-missing');
    expect(await foundOf('table-missing', place.url)).toEqual([]);
    await run(`update evt_streams set ${schema} = ${perStream.length + 1}`);
    expect(await foundOf('table-missing', place.url)).toEqual([]);
  });

  it('ends with 1 for a warning only when it is strict, and with 0 for nothing', async () => {
    const env = { EVT_DATABASE_URL: place.url, EVT_STREAMS: 'main,orders', ...NO_WAREHOUSE };
    // The servers of all tests do not wait for their disks, which is right to be found.
    const isDurable = kind === 'sqlite';
    expect((await cli(['doctor'], { env })).code).toBe(isDurable ? 0 : 1);
    expect((await cli(['doctor', '--strict'], { env })).code).toBe(1);
    const main = { ...env, EVT_STREAMS: 'main' };
    expect((await cli(['doctor', '--strict'], { env: main })).code).toBe(isDurable ? 0 : 1);
  });

  it('finds that there is no warehouse, once the archive is required', async () => {
    expect(await foundOf('migrations-missing', place.url)).toEqual([]);
    await place.store.requireArchive('main');
    const { servers } = await diagnose(place.url);
    expect(
      servers.map(({ database, findings }) => [database, findings.map(({ id }) => id)]),
    ).toEqual([
      ['active', expect.any(Array)],
      ['warehouse', expect.arrayContaining(['migrations-missing'])],
    ]);
  });

  it('changes nothing', async () => {
    await place.store.append('main', [makeDraft('A')]);
    const before = await place.store.streamState('main');
    await diagnose(place.url, {}, ['--deep']);
    expect(await place.store.streamState('main')).toEqual(before);
  });

  it('finds what a newer version has migrated', async () => {
    await run("insert into evt_migrations (name) values ('active/9999-future')");
    const [finding] = await foundOf('migrations-ahead', place.url);
    expect(finding?.found).toContain('active/9999-future');
    await run(
      "delete from evt_migrations where name = 'active/9999-future'",
      `update evt_streams set ${kind === 'mysql' ? '`schema`' : 'schema'} = 99`,
    );
    expect((await foundOf('migrations-ahead', place.url))[0]?.found).toContain('stream main');
  });

  it('finds a rename that was interrupted', async () => {
    await run("update evt_streams set moving_to = 'orders'");
    const { findings, code } = await diagnose(place.url);
    expect(code).toBe(1);
    expect(findings.find(({ id }) => id === 'rename-unfinished')?.mend).toBe(
      'Run aftercommit streams rename main orders again.',
    );
    const env = { EVT_DATABASE_URL: place.url, EVT_STREAMS: 'orders', ...NO_WAREHOUSE };
    expect((await cli(['streams', 'rename', 'main', 'orders'], { env })).code).toBe(0);
    const { ids } = await diagnose(place.url, env);
    for (const id of ['rename-unfinished', 'table-missing', 'key-missing'])
      expect(ids).not.toContain(id);
  });
});

describeDrawnDatabase('doctor, of the tables that migrations make', (kind) => {
  it('knows all of them', async () => {
    const database = await createDatabase(kind);
    const options = { database: database.url, poolMax: 1, timeoutMs: 5000 };
    for (const each of [await Store.open(options), await Warehouse.open(options)]) {
      await each.migrate(['main', 'orders']);
      await each.close();
    }
    const made = await Promise.all(
      [activeSchema, warehouseSchema].flatMap(({ shared, perStream }) => [
        ...shared.map((each) => tablesMadeBy(each, kind)),
        ...perStream.flatMap((each) =>
          ['main', 'orders'].map((stream) => tablesOfStreamMadeBy(each, kind, stream)),
        ),
      ]),
    );
    const sql = await openSqlSession(kind, database.url);
    const there = await sql.run(TABLES_THERE[kind]);
    await sql.close();
    await database.drop();
    const names = made.flat().map(({ name }) => name);
    expect([...new Set(names)].sort()).toEqual(there.map(({ name }) => name).sort());
    expect(made.flat().filter(({ keys }) => keys.length === 0)).toEqual([]);
  });

  it('takes those of an adoption that was interrupted for none', async () => {
    const database = await createDatabase(kind);
    const options = { database: database.url, poolMax: 1, timeoutMs: 5000 };
    for (const each of [await Store.open(options), await Warehouse.open(options)]) {
      await each.migrate(['main']);
      await each.close();
    }
    const sql = await openSqlSession(kind, database.url);
    await sql.run('alter table evt_history rename to adopted_evt_history');
    await sql.close();
    const env = { EVT_WAREHOUSE_URL: database.url };
    const { ids } = await diagnose(database.url, env);
    expect(ids).toContain('adoption-wanted');
    expect(ids).not.toContain('table-missing');
    await database.drop();
  });
});

describeDrawnDatabase('doctor, of tables of futoin-eventstream', (kind) => {
  it('takes nothing of them for missing while and when they are adopted', async () => {
    const [active, warehouse] = [await createDatabase(kind), await createDatabase(kind)];
    const sql = await openSqlSession(kind, active.url);
    const dwh = await openSqlSession(kind, warehouse.url);
    await makeFutoinActive(sql, kind);
    await makeFutoinHistory(dwh, kind);
    const env = { EVT_DATABASE_URL: active.url, EVT_WAREHOUSE_URL: warehouse.url };
    const missing = async () => {
      const { ids } = await diagnose(active.url, env);
      return ids.filter((id) => id === 'table-missing' || id === 'key-missing');
    };
    expect(await missing()).toEqual([]);
    const adopt = ['migrate', '--adopt', '--watch-ms', '0', '--map', '1=shop'];
    expect(await cli(adopt, { env })).toMatchObject({ code: 0 });
    expect(await missing()).toEqual([]);
    await sql.run(`update evt_streams set ${kind === 'mysql' ? '`schema`' : 'schema'} = 1`);
    await sql.run('drop table evt_inbox');
    expect(await missing()).toEqual([]);
    await sql.close();
    await dwh.close();
    await Promise.all([active.drop(), warehouse.drop()]);
  });

  it('finds that they want to be adopted', async () => {
    const database = await createDatabase(kind);
    const sql = await openSqlSession(kind, database.url);
    await sql.run(
      'create table evt_queue (id integer, type varchar(9), data varchar(9), ts varchar(9))',
    );
    const [finding] = await foundOf('adoption-wanted', database.url);
    expect(finding?.mend).toContain('migrate --adopt');
    await sql.run('alter table evt_queue rename to adopted_evt_queue');
    expect((await foundOf('adoption-wanted', database.url))[0]?.found).toContain('was begun here');
    await sql.close();
    await database.drop();
  });
});

const VERSION = {
  postgres: 'show server_version',
  mysql: 'select version() as server_version',
};
/** A setting of our sessions, and one of the same length that no server has. */
const SETTING = {
  postgres: ['plan_cache_mode', 'plan_cache_form'],
  mysql: ['completion_type', 'completion_form'],
} as const;

const KEYS_DROPPED = {
  postgres: [
    'alter table evt_queue drop constraint evt_queue_pkey',
    'alter table evt_keys drop constraint evt_keys_pkey',
    'alter table evt_consumers drop constraint evt_consumers_stream_ident_key',
    'create index again on evt_consumers (stream, ident)',
    'create unique index partly on evt_consumers (stream, ident) where id > 5',
    'create unique index more on evt_consumers (stream, ident, id)',
    'create unique index covering on evt_consumers (stream) include (ident)',
  ],
  mysql: [
    'alter table evt_queue drop primary key',
    'alter table evt_keys drop primary key',
    'alter table evt_consumers drop key stream, add key again (stream, ident)',
    'alter table evt_consumers add unique more (stream, ident, id), add unique some (stream(5), ident)',
  ],
};

for (const kind of serverKinds) {
  describeDatabase(kind, 'doctor, of tables without their keys', () => {
    it('finds each key that is gone, and says what makes it again', async () => {
      const { url, close } = await openStore(kind, ['main', 'orders']);
      const env = { EVT_STREAMS: 'main,orders' };
      const missing = () => foundOf('key-missing', url, env);
      expect(await missing()).toEqual([]);
      const sql = await openSqlSession(kind, url);
      for (const statement of KEYS_DROPPED[kind]) await sql.run(statement);
      const found = await missing();
      expect(found.map((each) => each.found.replaceAll('`', '')).sort()).toEqual([
        'evt_consumers has no unique (stream, ident), with which it was made.',
        'evt_keys has no primary key (stream, principal, key), with which it was made.',
        'evt_queue has no primary key (id), with which it was made.',
      ]);
      for (const each of found) for (const statement of each.sql) await sql.run(statement);
      await sql.close();
      expect(await missing()).toEqual([]);
      await close();
    });
  });

  describeDatabase(kind, 'doctor, of a server that is another one', () => {
    let url: string;
    let path: TcpPath | null = null;
    beforeEach(async () => {
      const database = await createDatabase(kind);
      url = database.url;
      ends.push(database.drop);
    });
    const ends: (() => Promise<void>)[] = [];
    afterEach(async () => {
      await path?.close();
      for (const end of ends.splice(0)) await end();
    });

    it('finds its version', async () => {
      const sql = await openSqlSession(kind, url);
      const [row] = await sql.run(VERSION[kind]);
      await sql.close();
      const version = String(row?.server_version);
      const older = version.replace(/^\d+/, (major) => '5'.padStart(major.length, '0'));
      path = await openMangledPath(url, { said: [version, older] });
      const [finding] = await foundOf('version-old', path.url);
      expect(finding?.found).toMatch(/^It is (?:PostgreSQL|MariaDB) 0?5\./);
      expect(await foundOf('version-old', url)).toEqual([]);
    });

    it('finds that it refuses a setting of ours, and tells everything else', async () => {
      path = await openMangledPath(url, { told: SETTING[kind] });
      const { ids, findings } = await diagnose(path.url);
      expect(ids).toContain('disk-not-awaited');
      expect(findings.find(({ id }) => id === 'session-refused')?.found).toContain(
        SETTING[kind][1],
      );
      expect(await foundOf('session-refused', url)).toEqual([]);
    });

    it('finds a clock that differs', async () => {
      const now = Date.now;
      try {
        Date.now = () => now() + 3_600_000;
        const [finding] = await foundOf('clock-differs', url);
        expect(finding?.found).toMatch(/^Its clock is 3[56]\d\d\.\d s behind that of this machine/);
      } finally {
        Date.now = now;
      }
      expect(await foundOf('clock-differs', url)).toEqual([]);
    });
  });
}
