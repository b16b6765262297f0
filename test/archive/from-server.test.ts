// aftercommit archive --from: the events come from a server, by a key with a right of its own.
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../src/client/index.ts';
import { ARCHIVER } from '../../src/contract/consumer.ts';
import { Store } from '../../src/store/store.ts';
import { cli, linesOf, startCli } from '../app/run-cli.ts';
import {
  archiveAll,
  makeArchiver,
  type OpenWarehouse,
  openWarehouse,
} from '../support/archiving.ts';
import { createDatabase, describeDrawnDatabase } from '../support/databases.ts';
import { id, makeDrafts, readAll } from '../support/events.ts';
import { loseEvents } from '../support/lost-events.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const KEYS = { archiver: 'key-of-the-archiver', reader: 'key-of-a-reader', some: 'key-of-some' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const DATA = ['1.0', '1e400', '9007199254740993', '{"b":{"id":"7"},"id":"8"}', '"]},{\\"id\\":"'];

describeDrawnDatabase('archive --from a server', (kind) => {
  let folder: string;
  let node: StartedApp;
  let store: Store;
  let archive: OpenWarehouse;
  const address = (scheme: string, path = '/rpc') => node.url.replace(/^http/, scheme) + path;
  const env = (key: string) => ({
    // Nothing may come from there.
    EVT_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
    EVT_WAREHOUSE_URL: archive.url,
    EVT_KEY: key,
    EVT_WORKER_PERIOD_MS: '20',
  });
  const run = (from: string, flags: string[] = ['--once'], key = KEYS.archiver) =>
    cli(['archive', '--from', from, ...flags], { env: env(key) });
  const history = () => archive.warehouse.readHistory('main', id(0), PAGE);
  const cursor = async () => (await store.findConsumer('main', ARCHIVER))?.cursor;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aftercommit-archive-'));
    const credentials = join(folder, 'credentials.json');
    const principal = (name: keyof typeof KEYS, may: string[], types = ['*']) => ({
      name,
      keys: [{ sha256: sha256(KEYS[name]) }],
      may,
      types,
    });
    const principals = [
      principal('archiver', ['archive']),
      principal('reader', ['generate', 'consume', 'admin']),
      principal('some', ['archive'], ['A_*']),
    ];
    await writeFile(credentials, JSON.stringify({ principals }));
    node = await startApp(kind, { credentials });
    archive = await openWarehouse('sqlite');
    const { databaseUrl: database } = node.settings;
    store = await Store.open({ database, poolMax: 2, timeoutMs: 10_000 });
  });
  afterEach(async () => {
    await store.close();
    await archive.close();
    await node.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('needs no active database, and copies all there is as it stands', async () => {
    await store.append('main', [
      ...DATA.map((data) => ({ type: 'a:b.c/d-e', data })),
      { type: 'LARGE', data: `"${'x'.repeat(2_000_000)}"` },
      { type: 'LARGE', data: `"${'ä'.repeat(1_000_000)}"` },
      { type: 'LARGE', data: `"${'y'.repeat(2_000_000)}"` },
    ]);
    for (let nth = 0; nth < 7; nth += 1) await store.append('main', makeDrafts(900));
    const first = await run(address('ws'));
    expect([first.code, first.stdout]).toEqual([0, 'Archived 6308 events of main.\n']);
    await store.append('main', makeDrafts(1));
    expect((await run(address('http', ''), ['--once', '--json'])).stdout).toBe(
      '{"stream":"main","archived":1,"done":true}\n',
    );
    const queued = await readAll(store);
    for (let after = id(0), seen = 0; seen < queued.length; ) {
      const rows = await archive.warehouse.readHistory('main', after, PAGE);
      expect(rows).toEqual(queued.slice(seen, seen + rows.length));
      seen += rows.length;
      after = rows.at(-1)?.[0] ?? after;
    }
    expect(await cursor()).toBe('6309');
    const verified = await run(address('ws'), ['--verify']);
    expect(verified.stdout).toBe('Verified 6309 events of main.\n');
    const { stdout } = await run(address('http'), ['--verify', '--json', '--from-id', '6309']);
    expect(JSON.parse(stdout)).toMatchObject({ differing: 0, done: true });
  }, 60_000);

  it('is what discarding waits for, like any archiver', async () => {
    const reader = createClient({ url: node.url, key: KEYS.reader });
    await reader.registerConsumer('c');
    await reader.addEvents(Array.from({ length: 30 }, () => ({ type: 'A' })));
    const daemon = startCli(['archive', '--from', address('ws')], { env: env(KEYS.archiver) });
    await until(async () => (await cursor()) === '30');
    expect((await store.streamState('main')).isArchiveRequired).toBe(true);
    await reader.call('pollEvents', { component: 'c', last_id: '30' });
    // It has not stopped: what comes is archived, and no other archiver is at work meanwhile.
    await reader.addEvents(Array.from({ length: 5 }, () => ({ type: 'A' })));
    await until(async () => (await cursor()) === '35');
    const own = makeArchiver(store, archive.warehouse);
    expect(await own.round()).toBe('another-is-at-work');
    expect((await run(address('http'))).stdout).toMatch(/^Another process is at work on main/);
    await daemon.stop();
    expect(await own.round()).toBe('nothing-left');
    expect((await run(address('ws'))).stdout).toMatch(/^Another process is at work on main/);
    await own.release();

    await reader.addEvents(Array.from({ length: 5 }, () => ({ type: 'A' })));
    await reader.call('pollEvents', { component: 'c', last_id: '40' });
    const discard = () =>
      cli(['discard', '--once'], { env: { EVT_DATABASE_URL: node.settings.databaseUrl } });
    expect((await discard()).stdout).toBe('Discarded 35 events of main.\n');
    await run(address('ws'));
    expect((await discard()).stdout).toBe('Discarded 5 events of main.\n');
    expect((await history()).map(([each]) => Number(each))).toEqual(
      Array.from({ length: 40 }, (_, nth) => nth + 1),
    );
  }, 60_000);

  // What does not depend on the database.
  it('cuts nothing off in the epoch that the stream is still in, and says what to do', async () => {
    const database = await createDatabase(kind);
    const open = { database: database.url, poolMax: 2, timeoutMs: 10_000 };
    const restored = await Store.open(open);
    await restored.migrate(['main']);
    await restored.append('main', makeDrafts(20, 'OLD'));
    await archiveAll(restored, archive.warehouse);
    const sql = await openSqlSession(kind, database.url);
    await loseEvents(sql, 12);
    await sql.close();
    await restored.append('main', makeDrafts(8, 'NEW'));
    const other = await node.another({ databaseUrl: database.url });
    const from = `${other.url.replace(/^http/, 'ws')}/rpc`;
    const refused = await run(from, ['--rewind', '12']);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('run aftercommit epoch begin where the database is');
    expect(await history()).toHaveLength(20);
    const begun = await cli(['epoch', 'begin'], { env: { EVT_DATABASE_URL: database.url } });
    expect(begun).toMatchObject({ code: 0 });
    expect(await run(from, ['--rewind', '12'])).toMatchObject({ code: 0, stderr: '' });
    expect(await history()).toHaveLength(12);
    expect(await run(from)).toMatchObject({ code: 0 });
    expect((await history()).slice(11, 13).map(([, type]) => type)).toEqual(['OLD', 'NEW']);
    await other.stop();
    await restored.close();
    await database.drop();
  });

  if (kind !== 'sqlite') return;

  it('is for who may, and sees every type; and the key is nowhere to be seen', async () => {
    const refused = await run(address('ws'), ['--once'], KEYS.reader);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/no right to archive.*\(Unauthorized\)/);
    expect((await run(address('http'), ['--once'], KEYS.some)).stderr).toMatch(/every type/);
    expect((await run(address('ws'), [], 'no-such-key')).stderr).toMatch(/SecurityError/);
    const elsewhere = await run('ws://127.0.0.1:1/rpc', []);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      1,
      expect.stringMatching(/cannot be reached: nobody listens there/),
    ]);
    for (const wrong of ['ftp://host', 'host', 'wss://name:secret@host/rpc', 'wss://host/?k=s']) {
      const { code, stderr } = await run(wrong);
      expect([code, linesOf(stderr).length]).toEqual([2, 1]);
      expect(stderr).not.toMatch(/secret|k=s/);
    }
    const debug = await cli(['archive', '--from', 'ws://127.0.0.1:1/rpc', '--once'], {
      env: { ...env(KEYS.archiver), EVT_LOG_LEVEL: 'debug' },
    });
    expect(debug.stderr + debug.stdout).not.toContain(KEYS.archiver);
    const unknown = await cli(['archive', '--once', '--from', address('ws')], {
      env: { ...env(KEYS.archiver), EVT_STREAMS: 'nowhere' },
    });
    expect(unknown.stderr).toMatch(/StreamNotFound/);
  }, 60_000);

  it('holds no lease but its own, and moves no cursor beyond what is there', async () => {
    await store.append('main', makeDrafts(10));
    const client = createClient({ url: node.url, key: KEYS.archiver });
    const lease = { lease_ms: 30_000 };
    const one = await client.call('takeArchive', { node: 'one', ...lease });
    expect(one).toEqual({ token: '1', cursor: '0' });
    expect(await client.call('takeArchive', { node: 'two', ...lease })).toBeNull();
    // After a lost answer.
    const again = await client.call('takeArchive', { node: 'one', ...lease });
    expect(again).toEqual({ token: '2', cursor: '0' });
    expect(await client.call('keepArchive', { token: '1', cursor: '9', ...lease })).toBe(false);
    expect(await cursor()).toBe('0');
    expect(await client.call('keepArchive', { token: '2', cursor: '4', ...lease })).toBe(true);
    expect(await client.call('keepArchive', { token: '2', cursor: '3', ...lease })).toBe(true);
    expect(await cursor()).toBe('4');
    const asked = { token: '2', ...lease };
    await expect(client.call('keepArchive', { ...asked, cursor: '11' })).rejects.toMatchObject({
      code: 'CursorAhead',
    });
    const other = { ...asked, cursor: '5', epoch: 2 };
    await expect(client.call('keepArchive', other)).rejects.toMatchObject({
      code: 'HistoryForked',
    });
    expect(await client.call('releaseArchive', { token: '1' })).toBe(true);
    expect(await client.call('takeArchive', { node: 'two', ...lease })).toBeNull();
    expect(await client.call('releaseArchive', { token: '2' })).toBe(true);
    const two = await client.call('takeArchive', { node: 'two', ...lease });
    expect(two).toEqual({ token: '3', cursor: '4' });

    const { events, ...range } = await client.call('readEvents', { after: '7', limit: 2 });
    expect(events.map((event) => event.id)).toEqual(['8', '9']);
    expect(range).toEqual({ after: '7', up_to: '9', epoch: 1 });
    expect(await client.call('readEvents', { after: '10' })).toMatchObject({ up_to: '10' });
    await expect(client.call('readEvents', { after: '11' })).rejects.toMatchObject({
      code: 'CursorAhead',
    });
    await expect(client.call('readEvents', { after: '1', epoch: 2 })).rejects.toMatchObject({
      code: 'HistoryForked',
    });
  }, 60_000);

  it('goes on where the warehouse stands, wherever the cursor is', async () => {
    await store.append('main', makeDrafts(2500));
    await archiveAll(store, archive.warehouse);
    const sql = `update evt_consumers set last_evt_id = 100 where ident = '${ARCHIVER}'`;

    const session = await openSqlSession(kind, node.settings.databaseUrl);
    await session.run(sql);
    await session.close();
    expect((await run(address('ws'))).stdout).toBe('Archived 0 events of main.\n');
    expect(await cursor()).toBe('2500');
  }, 60_000);
});

const PAGE = { eventsMax: 1000, bytesMax: 4_194_304 };
