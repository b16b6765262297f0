import { setTimeout as sleep } from 'node:timers/promises';
import { Store } from '../../src/store/store.ts';
import { Warehouse } from '../../src/store/warehouse.ts';
import { createDatabase, describeDatabase } from '../support/databases.ts';
import { id, makeDraft } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { conformance } from './contract/conformance.ts';

describeDatabase('sqlite', 'the store', () => conformance('sqlite'));

describeDatabase('sqlite', 'a process with one SQLite file', () => {
  let opened: OpenStore;
  let sql: SqlSession;
  beforeEach(async () => {
    opened = await openStore('sqlite');
    sql = await openSqlSession('sqlite', opened.url);
  });
  afterEach(async () => {
    await sql.close();
    await opened.close();
  });

  it('reads at once while a write waits for a foreign writer', async () => {
    const { store } = opened;
    await store.append('main', [makeDraft()]);
    await store.registerConsumer('main', 'a:b', 'beginning');
    await sql.run('begin immediate');
    const writing = store.registerConsumer('main', 'a:c', 'now');
    await sleep(50);
    const startedMs = performance.now();
    await store.ping();
    expect((await store.streamState('main')).newest).toBe('1');
    expect((await store.findConsumer('main', 'a:b'))?.cursor).toBe('0');
    expect((await store.listConsumers('main')).length).toBe(1);
    expect(await store.resolveStart('main', { time: '2000-01-01T00:00:00Z' })).toBe('0');
    expect((await store.readAfter('main', id(0), { eventsMax: 1, bytesMax: 1 })).length).toBe(1);
    expect(performance.now() - startedMs).toBeLessThan(1000);
    await sql.run('rollback');
    expect(await writing).toBe(true);
  });

  it('goes on with other work while it looks for a time among many events', async () => {
    await sql.run(`insert into evt_queue (id, type, data, ts)
      with recursive n (id) as (select 1 union all select id + 1 from n where id < 60000)
      select id, 'OLD', '1', '2001-02-03T04:05:06.789Z' from n`);
    await sql.run('update evt_streams set next_id = 60001');
    let turns = 0;
    let isLooking = true;
    const count = () => {
      turns += 1;
      if (isLooking) setImmediate(count);
    };
    setImmediate(count);
    expect(await opened.store.resolveStart('main', { time: '2002-01-01T00:00:00Z' })).toBe('60000');
    isLooking = false;
    expect(turns).toBeGreaterThan(4);
  });

  it('has the ts in front of the data, behind which it would be pages away', async () => {
    const warehouse = await Warehouse.open({ database: opened.url, poolMax: 1, timeoutMs: 10_000 });
    await warehouse.migrate(['main']);
    await warehouse.close();
    for (const table of ['evt_queue', 'evt_history']) {
      const columns = await sql.run(`select name from pragma_table_info('${table}') order by cid`);
      expect(columns.map((column) => column.name)).toEqual(['id', 'type', 'ts', 'data']);
    }
  });
});

describeDatabase('sqlite', 'a SQLite file that another process has for itself', (kind) => {
  it('is opened when it is free', async () => {
    const database = await createDatabase(kind);
    const sql = await openSqlSession(kind, database.url);
    await sql.run('begin exclusive');
    const opening = Store.open({ database: database.url, poolMax: 2, timeoutMs: 10_000 });
    await sleep(50);
    await sql.run('rollback');
    const store = await opening;
    await store.ping();
    await store.close();
    await sql.close();
    await database.drop();
  });
});
