// `aftercommit doctor` on SQLite files that are set up wrongly on purpose: each fault is found, and what is named mends
// it.
import { execFile } from 'node:child_process';
import {
  chmod,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SqlitePatient } from '../../../src/store/dialects/sqlite/doctor/sqlite-patient.ts';
import { filePath } from '../../../src/store/dialects/sqlite/driver.ts';
import { ourTables } from '../../../src/store/examining/our-tables.ts';
import { Warehouse } from '../../../src/store/warehouse.ts';
import { makeDraft } from '../../support/events.ts';
import { type OpenStore, openStore } from '../../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import { cli } from '../run-cli.ts';
import { diagnose, foundOf } from './diagnosis.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const STREAMS = { EVT_STREAMS: 'main,x' };

describe('doctor on sqlite', () => {
  let place: OpenStore;
  let sql: SqlSession;
  const found: typeof foundOf = (id, url, env) => foundOf(id, url, { ...STREAMS, ...env });
  beforeEach(async () => {
    place = await openStore('sqlite', ['main', 'x']);
    sql = await openSqlSession('sqlite', place.url);
  });
  afterEach(async () => {
    await sql.close();
    await place.close();
  });

  it('finds nothing while it is worked with, and in a file that is not there yet only that', async () => {
    const folder = dirname(filePath(place.url));
    const url = `sqlite:${join(folder, 'new/history.db')}`;
    await place.store.append('main', [makeDraft('A')]);
    const { servers, code } = await diagnose(place.url, {
      ...STREAMS,
      EVT_WAREHOUSE_URL: place.url,
    });
    expect(servers.map(({ findings }) => findings.map(({ id }) => id))).toEqual([
      [],
      ['migrations-missing'],
    ]);
    expect(code).toBe(0);
    expect((await diagnose(url)).ids).toEqual(['migrations-missing']);
    expect(await readdir(folder)).not.toContain('new');
  });

  it('goes through every table that the migrations make', async () => {
    const warehouse = await Warehouse.open({ database: place.url, poolMax: 1, timeoutMs: 5000 });
    await warehouse.migrate(['main', 'x']);
    await warehouse.close();
    const known: string[] = [];
    for (const database of ['active', 'warehouse'] as const) {
      const patient = await SqlitePatient.connect({
        ...{ url: place.url, database, streams: ['main'], poolMax: 1, timeoutMs: 5000 },
        ...{ isOneOfMany: false, isDeep: false },
      });
      known.push(...(await ourTables(patient)));
      await patient.close();
    }
    const there = await sql.run(
      "select name from sqlite_master where type = 'table' and name like 'evt%'",
    );
    expect([...new Set(known)].sort()).toEqual(there.map(({ name }) => name).sort());
  });

  it('finds a trigger that is missing, for which what is inserted gets no id', async () => {
    await sql.run('drop trigger evt_x_inbox_numbers');
    const [finding] = await found('numbering-missing', place.url);
    expect(finding?.found).toContain('evt_x_inbox');
    for (const statement of finding?.sql ?? []) await sql.run(statement);
    expect(
      (await cli(['migrate'], { env: { EVT_DATABASE_URL: place.url, ...STREAMS } })).code,
    ).toBe(0);
    expect(await found('numbering-missing', place.url)).toEqual([]);
    await sql.insertEvent('A', '{}', 'evt_x_inbox');
    expect(await sql.run('select type from evt_x_queue')).toEqual([{ type: 'A' }]);
  });

  it('finds a trigger of somebody else on the queue, and lets those on inboxes be', async () => {
    await sql.run('create trigger theirs after insert on evt_inbox begin select 1; end');
    await sql.run('create trigger "of ""them""" after insert on evt_queue begin select 1; end');
    const [finding, ...more] = await found('trigger-foreign', place.url);
    expect([finding?.found, more]).toEqual([expect.stringContaining('of "them" on evt_queue'), []]);
    for (const statement of finding?.sql ?? []) await sql.run(statement);
    expect(await found('trigger-foreign', place.url)).toEqual([]);
  });

  it('finds somebody who writes for longer than anybody waits', async () => {
    const limits = { EVT_DATABASE_TIMEOUT_MS: '1000' };
    await sql.run('begin immediate');
    const [finding] = await found('file-held', place.url, limits);
    expect(finding?.found).toContain('writing for 1 s');
    await sql.run('rollback');
    expect(await found('file-held', place.url, limits)).toEqual([]);
  });
});

describe('doctor on a file of sqlite', () => {
  let folder: string;
  let url: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aftercommit-doctor-'));
    url = `sqlite:${join(folder, 'events.db')}`;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = () => openSqlSession('sqlite', url);
  /** Ours, as far as it is looked at; in the mode that SQLite has by default. */
  const withTables = async () => {
    const sql = await open();
    await sql.run('create table evt_inbox (id integer primary key, text text)');
    return sql;
  };
  const overwrite = async (bytes: Buffer, at: number) => {
    const handle = await openFile(filePath(url), 'r+');
    await handle.write(bytes, 0, bytes.length, at);
    await handle.close();
  };

  it('finds a mode in which readers and writers wait for each other', async () => {
    const sql = await withTables();
    const [finding] = await foundOf('journal-other', url);
    expect(finding?.found).toContain('delete');
    for (const statement of finding?.sql ?? []) await sql.run(statement);
    expect(await foundOf('journal-other', url)).toEqual([]);
    await sql.close();
  });

  it('finds who has the whole file for himself', async () => {
    const sql = await withTables();
    await sql.run('begin exclusive');
    const { ids, code } = await diagnose(url, { EVT_DATABASE_TIMEOUT_MS: '1000' });
    expect([ids, code]).toEqual([['file-held'], 0]);
    await sql.run('rollback');
    await sql.close();
    expect(await foundOf('file-held', url)).toEqual([]);
  });

  it('finds that an older SQLite has written it, until one of today has', async () => {
    await (await withTables()).close();
    // 3.40.1, as it would leave it: https://sqlite.org/fileformat.html, offset 96.
    const version = Buffer.alloc(4);
    version.writeUInt32BE(3_040_001);
    await overwrite(version, 96);
    const [finding] = await foundOf('writer-old', url);
    expect(finding?.found).toContain('SQLite 3.40.1');
    const sql = await open();
    await sql.run('create table theirs (a)');
    await sql.close();
    expect(await foundOf('writer-old', url)).toEqual([]);
  });

  it('finds pages that are damaged, when it reads them all', async () => {
    const sql = await withTables();
    const row = `('${'x'.repeat(2000)}')`;
    await sql.run(`insert into evt_inbox (text) values ${Array(400).fill(row)}`);
    await sql.close();
    expect((await diagnose(url, {}, ['--deep'])).ids).not.toContain('file-damaged');
    await overwrite(Buffer.alloc(20 * 4096, 0xff), 60 * 4096);
    const { findings, code } = await diagnose(url, {}, ['--deep']);
    const damage = { id: 'file-damaged', found: expect.stringContaining('page') };
    expect(findings).toContainEqual(expect.objectContaining(damage));
    expect(code).toBe(1);
    expect((await diagnose(url)).ids).not.toContain('file-damaged');
  });

  it.each([
    ['the list of what was migrated', 2, ['--deep']],
    ['the list of what was migrated', 2, []],
    ['what streams there are', 4, ['--deep']],
    ['what streams there are', 4, []],
    ['what a check of all pages needs', 7, ['--deep']],
  ])(
    'finds pages that are damaged by failing at them: %s (from page %i on), %j',
    async (_, page, flags) => {
      const env = { EVT_DATABASE_URL: url, EVT_WAREHOUSE_URL: 'sqlite:/nowhere/warehouse.db' };
      expect((await cli(['migrate'], { env })).code).toBe(0);
      expect(await diagnose(url, {}, flags)).toMatchObject({ ids: [], code: 0 });
      // What is in the -wal is read instead.
      const sql = await open();
      await sql.run('pragma wal_checkpoint(truncate)');
      await sql.close();
      await overwrite(Buffer.alloc(3 * 4096, 0xff), (page - 1) * 4096);
      const { findings, ids, code } = await diagnose(url, {}, flags);
      expect([ids, code]).toEqual([['file-damaged'], 1]);
      expect(findings[0]?.found).toBe('It is damaged: database disk image is malformed');
    },
  );

  it('finds a schema that cannot be read', async () => {
    await (await withTables()).close();
    const text = (await readFile(filePath(url))).indexOf('evt_inbox (id');
    await overwrite(Buffer.from('evt_inbox )id'), text);
    const { findings, ids, code } = await diagnose(url);
    expect([ids, code]).toEqual([['file-damaged'], 1]);
    expect(findings[0]?.found).toContain('malformed database schema (evt_inbox)');
  });

  it('finds that it is none', async () => {
    await writeFile(filePath(url), 'no database, but long enough to be looked at'.repeat(100));
    const { ids, code } = await diagnose(url);
    expect([ids, code]).toEqual([['file-damaged'], 1]);
  });

  /** Of root only the file system keeps anything. */
  it('finds a folder that cannot be written', async () => {
    const readOnly = isRoot
      ? run('mount', ['-t', 'tmpfs', '-o', 'ro', 'aftercommit-test', folder])
      : chmod(folder, 0o500);
    await readOnly;
    try {
      const [finding] = await foundOf('file-unusable', url);
      expect(finding?.found).toContain(`${folder} cannot be written`);
    } finally {
      await (isRoot ? run('umount', [folder]) : chmod(folder, 0o700));
    }
    expect(await foundOf('file-unusable', url)).toEqual([]);
  });

  // Mounting is root's.
  (isRoot ? it : it.skip)('finds a disk that is nearly full (as root only)', async () => {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8M', 'aftercommit-test', folder]);
    try {
      const [finding] = await foundOf('disk-full', url);
      expect(finding?.found).toContain('Only 8 MiB are free');
      await run('mount', ['-o', 'remount,size=256M', 'aftercommit-test', folder]);
      expect(await foundOf('disk-full', url)).toEqual([]);
    } finally {
      await run('umount', [folder]);
    }
  });
});
