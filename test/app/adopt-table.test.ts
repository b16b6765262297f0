// aftercommit streams adopt: a table of events becomes a stream, or is told what is wrong with it.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENT_BYTES_MAX } from '../../src/contract/limits.ts';
import { Store } from '../../src/store/store.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { drainInbox, id, readAll } from '../support/events.ts';
import { runProgram } from '../support/run-program.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { cli } from './run-cli.ts';

const MAIN = join(__dirname, '../../dist/src/app/main.js');

describeDrawnDatabase('aftercommit streams adopt', (kind) => {
  const ts = { sqlite: 'text', postgres: 'timestamptz', mysql: 'datetime(3)' }[kind];
  const large = kind === 'mysql' ? 'longtext' : 'text';
  let database: TestDatabase;
  let store: Store;
  let sql: SqlSession;
  const run = (...args: string[]) =>
    cli(['streams', 'adopt', ...args], { env: { EVT_DATABASE_URL: database.url } });
  beforeEach(async () => {
    database = await createDatabase(kind);
    store = await Store.open({ database: database.url, poolMax: 2, timeoutMs: 10_000 });
    await store.migrate(['main']);
    sql = await openSqlSession(kind, database.url);
    await sql.run(`create table copied (id bigint, type varchar(200), data text, ts ${ts})`);
  });
  afterEach(async () => {
    await sql.close();
    await store.close();
    await database.drop();
  });
  const insert = (...rows: [string, string, string][]) => {
    const at = kind === 'mysql' ? '2026-01-02 03:04:05.678' : '2026-01-02T03:04:05.678Z';
    const values = rows.map(([nth, type, data]) => `(${nth}, '${type}', '${data}', '${at}')`);
    return sql.run(`insert into copied (id, type, data, ts) values ${values.join(', ')}`);
  };

  it('takes its rows with their ids, and the stream goes on behind them', async () => {
    await insert(
      ['7', 'C', '{"a": 1.0}'],
      ['5', 'A', '"x"'],
      ['999', 'D', 'null'],
      ['1000', 'E', '1'],
    );
    expect(await run('copied', 'old')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        'Stream old has the 4 events of copied, the last with id 1000',
      ),
    });
    const rows = await readAll(store, id(4), 'old');
    expect(rows).toEqual([
      ['5', 'A', '"x"', '2026-01-02T03:04:05.678Z'],
      ['7', 'C', '{"a": 1.0}', '2026-01-02T03:04:05.678Z'],
      ['999', 'D', 'null', '2026-01-02T03:04:05.678Z'],
      ['1000', 'E', '1', '2026-01-02T03:04:05.678Z'],
    ]);
    expect(await store.streamState('old')).toMatchObject({ discardedUpTo: '4', gapsUpTo: '1000' });
    await sql.insertEvent('BY_SQL', '1', 'evt_old_inbox');
    await drainInbox(store, 'old');
    expect((await store.streamState('old')).newest).toBe('1001');
    expect(await run('copied', 'old')).toMatchObject({ code: 1 });
  });

  it('tells all that is wrong at once, and changes nothing', async () => {
    await insert(['0', 'A', '1'], ['2', 'B', '1'], ['2', 'B', '1'], ['3', 'NOT GOOD', '{broken']);
    const { code, stderr } = await run('copied', 'old');
    expect(code).toBe(1);
    expect(stderr).toMatch(/twice: 2;.*none .*: 0;.*types: 3; data that is not JSON: 3/);
    await expect(store.streamState('old')).rejects.toMatchObject({ code: 'StreamNotFound' });
    await sql.run('delete from copied where id in (0, 2, 3)');
    await insert(['1', 'A', '1']);
    expect((await run('copied', 'old')).code).toBe(0);
  });

  it('refuses ids that are text, whose order is another, and data that no stream takes', async () => {
    await sql.run(`create table texts (id varchar(20), type varchar(200), data text, ts ${ts})`);
    const from = 'select id, type, data, ts from copied';
    await insert(['9', 'A', '1'], ['10', 'B', '2'], ['11', 'C', '3']);
    await sql.run(`insert into texts ${from}`);
    expect((await run('texts', 'old')).stderr).toContain(
      'order of numbers (is the column a text?): 9',
    );
    await sql.run(`create table large (id bigint, type varchar(200), data ${large}, ts ${ts})`);
    await sql.run(`insert into large ${from}`);
    const tooLarge = `"${'x'.repeat(EVENT_BYTES_MAX)}"`;
    await sql.run(`update large set data = '${tooLarge}' where id = 10`);
    expect((await run('large', 'old')).stderr).toContain('data that is too large: 10');
    expect((await run('copied', 'old')).code).toBe(0);
  });

  it('lets consumers of the name read on, and none beyond the last event', async () => {
    await insert(['1', 'A', '1'], ['2', 'B', '2']);
    await store.registerConsumer('main', 'local:c', 'now');
    const move = (cursor: number) =>
      sql.run(`update evt_consumers set stream = 'old', last_evt_id = ${cursor}`);
    await move(3);
    expect((await run('copied', 'old')).stderr).toContain(
      'consumers beyond the last event: local:c',
    );
    await move(1);
    expect((await run('copied', 'old')).code).toBe(0);
    expect(await store.findConsumer('old', 'local:c')).toMatchObject({ cursor: '1' });
  });

  it('refuses what is no table of events, and a name that is taken', async () => {
    expect((await run('nothing', 'old')).stderr).toContain(
      'nothing is no table that can be read here',
    );
    expect((await run('evt_queue', 'old')).stderr).toContain('is of the stream main');
    expect((await run('evt_migrations', 'old')).stderr).toContain('has no id, type, data, ts');
    expect((await run('copied', 'main')).stderr).toContain('There is a stream main already');
    expect((await run('a b', 'old')).code).toBe(2);
  });
});

describe('aftercommit streams adopt', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase('sqlite');
  });
  afterEach(() => database.drop());

  it('takes large rows a few at a time', async () => {
    const sql = await openSqlSession('sqlite', database.url);
    await sql.run('create table copied (id bigint, type text, data text, ts text)');
    const million = `'"' || hex(zeroblob(500000)) || '"'`;
    for (let nth = 1; nth <= 150; nth += 1) {
      const ts = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
      await sql.run(`insert into copied values (${nth}, 'A', ${million}, ${ts})`);
    }
    await sql.close();
    // With all of them at once it would run out of memory.
    const command = ['--max-old-space-size=96', MAIN, 'streams', 'adopt', 'copied', 'old'];
    const env = { EVT_DATABASE_URL: database.url };
    await runProgram(process.execPath, command, tmpdir(), env);
    const store = await Store.open({ database: database.url, poolMax: 2, timeoutMs: 10_000 });
    expect(await store.streamState('old')).toMatchObject({ newest: '150' });
    await store.close();
  });
});
