// aftercommit streams rename: events, consumers, keys and history go along, whatever comes between.
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../src/client/index.ts';
import { copyIdent } from '../../src/contract/consumer.ts';
import { Store } from '../../src/store/store.ts';
import { createDatabase, describeDrawnDatabase } from '../support/databases.ts';
import { id } from '../support/events.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { cli } from './run-cli.ts';

describeDrawnDatabase('aftercommit streams rename', (kind) => {
  let node: StartedApp;
  let store: Store;
  const run = (...args: string[]) => {
    const { databaseUrl, warehouseUrl } = node.settings;
    return cli(['streams', 'rename', ...args], {
      env: { EVT_DATABASE_URL: databaseUrl, EVT_WAREHOUSE_URL: warehouseUrl },
    });
  };
  beforeEach(async () => {
    node = await startApp(kind, { streams: ['main', 'orders'], archiver: true, discarder: true });
    const { databaseUrl } = node.settings;
    store = await Store.open({ database: databaseUrl, poolMax: 2, timeoutMs: 10_000 });
  });
  afterEach(async () => {
    await store.close();
    await node.stop();
  });

  /** 30 events, of which a consumer has 10; they are archived and discarded up to there. */
  const fill = async () => {
    const client = createClient({ url: node.url });
    const stream = 'orders';
    await client.call('registerConsumer', { component: 'c', stream });
    const keyed = { stream, idempotencyKey: 'k' };
    await client.addEvents(
      Array.from({ length: 30 }, (_, nth) => ({ type: 'T', data: nth })),
      keyed,
    );
    await client.call('pollEvents', { component: 'c', stream, last_id: '10', limit: 1 });
    await until(async () => (await store.streamState(stream)).discardedUpTo === '10');
  };
  const stopped = () => node.app.stop();
  const renamed = () => node.another({ streams: ['main', 'shipped'] });

  it('keeps the position of a consumer, the keys and the history', async () => {
    await fill();
    await stopped();
    expect(await run('orders', 'shipped')).toEqual({
      code: 0,
      stdout: 'Stream orders is now shipped: name it so in EVT_STREAMS.\n',
      stderr: '',
    });
    const client = createClient({ url: (await renamed()).url });
    const stream = 'shipped';
    expect(await client.listConsumers({ stream })).toEqual(
      expect.arrayContaining([expect.objectContaining({ component: 'c', cursor: '10', lag: 20 })]),
    );
    const batch = await client.call('pollEvents', { component: 'c', stream, last_id: null });
    expect(batch.events.map(({ id }) => Number(id))).toEqual(
      Array.from({ length: 20 }, (_, nth) => 11 + nth),
    );
    const archived = await client.call('pollEvents', { component: 'LIVE', stream, last_id: '0' });
    expect(archived.events[0]).toMatchObject({ id: '1', data: 0 });
    const again = { stream, idempotencyKey: 'k' };
    const events = Array.from({ length: 30 }, (_, nth) => ({ type: 'T', data: nth }));
    expect(await client.addEvents(events, again)).toEqual({ first: '1', last: '30' });
    const sql = await openSqlSession(kind, node.settings.databaseUrl);
    await sql.insertEvent('BY_SQL', '1', 'evt_shipped_inbox');
    await sql.close();
    await until(async () => (await client.streamInfo({ stream })).last === '31');
  });

  it('refuses a name that is taken or none, and a stream that is not there', async () => {
    await stopped();
    expect(await run('orders', 'main')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already'),
    });
    expect(await run('nowhere', 'shipped')).toMatchObject({ code: 1 });
    expect(await run('orders', 'No-Name')).toMatchObject({ code: 2 });
    expect((await store.streamState('orders')).status).toBe('open');
  });

  it('makes no database where there is none', async () => {
    const databaseUrl = `sqlite:${join(tmpdir(), randomUUID(), 'events.db')}`;
    for (const args of [
      ['rename', 'orders', 'shipped'],
      ['adopt', 'events', 'shipped'],
    ]) {
      const done = await cli(['streams', ...args], { env: { EVT_DATABASE_URL: databaseUrl } });
      expect(done).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/There is no database/),
      });
    }
  });

  it('refuses a stream that a copy reads', async () => {
    await fill();
    await stopped();
    const ident = copyIdent({ name: 'out', id: '0123abcd' });
    await store.registerConsumer('orders', ident, { id: id(20) });
    expect(await run('orders', 'shipped')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/COPY_out_0123abcd.*StreamInUse/),
    });
    await store.unregisterConsumer('orders', ident, { isDryRun: false, dropsParked: false });
    expect(await run('orders', 'shipped')).toMatchObject({ code: 0 });
  });

  it('goes on where it was interrupted, and no node starts before', async () => {
    await fill();
    await stopped();
    const renaming = { from: 'orders', to: 'shipped' };
    const died = async () => {
      throw new Error('died');
    };
    await expect(store.statuses.rename(renaming, { renameHistory: died })).rejects.toThrow('died');
    await expect(store.migrate(['main', 'orders'])).rejects.toThrow(
      /streams rename orders shipped again/,
    );
    await expect(renamed()).rejects.toThrow(/is not finished/);
    expect(await run('orders', 'other')).toMatchObject({ code: 1 });
    if (kind === 'mysql') {
      // Its DDL commits by itself: the tables are renamed, the rows are not.
      const sql = await openSqlSession(kind, node.settings.databaseUrl);
      await sql.run(
        'rename table evt_orders_inbox to evt_shipped_inbox, evt_orders_queue to evt_shipped_queue',
      );
      await sql.close();
    }
    expect((await run('orders', 'shipped')).code).toBe(0);
    expect((await store.streamState('shipped')).newest).toBe('30');
    await renamed();
  });

  it('is refused with nothing changed where the warehouse has both names, or neither, or is away', async () => {
    await fill();
    await stopped();
    const warehouse = await openSqlSession(kind, node.settings.warehouseUrl);
    await warehouse.run('create table evt_shipped_history (id int)');
    expect(await run('orders', 'shipped')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already'),
    });
    await warehouse.run('drop table evt_shipped_history');
    await warehouse.close();
    const other = await createDatabase(kind);
    const env = { EVT_DATABASE_URL: node.settings.databaseUrl, EVT_WAREHOUSE_URL: other.url };
    expect(await cli(['streams', 'rename', 'orders', 'shipped'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no history'),
    });
    await other.drop();
    const away = { ...env, EVT_WAREHOUSE_URL: 'postgres://127.0.0.1:1/away' };
    expect(await cli(['streams', 'rename', 'orders', 'shipped'], { env: away })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    });
    const client = createClient({ url: (await node.another()).url });
    expect(await client.streamInfo({ stream: 'orders' })).toMatchObject({ last: '30' });
    expect((await run('orders', 'shipped')).code).toBe(0);
  });

  it('is refused while there are consumers of a stream of that name that is no more', async () => {
    await stopped();
    for (const stream of ['main', 'orders']) await store.registerConsumer(stream, 'local:c', 'now');
    const sql = await openSqlSession(kind, node.settings.databaseUrl);
    await sql.run("update evt_consumers set stream = 'shipped' where stream = 'main'");
    expect(await run('orders', 'shipped')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('evt_consumers has rows of a stream shipped'),
    });
    await sql.run("delete from evt_consumers where stream = 'shipped'");
    await sql.close();
    await node.another();
    expect((await run('orders', 'shipped')).code).toBe(0);
  });

  if (kind === 'sqlite') {
    it("takes the application's own triggers along", async () => {
      await stopped();
      const sql = await openSqlSession(kind, node.settings.databaseUrl);
      await sql.run('create table seen (id integer)');
      await sql.run(
        'create trigger own after insert on evt_orders_queue begin insert into seen values (new.id); end',
      );
      expect((await run('orders', 'shipped')).code).toBe(0);
      await sql.insertEvent('T', '1', 'evt_shipped_inbox');
      expect(await sql.run('select id from seen')).toEqual([{ id: 1 }]);
      expect(
        await sql.run(
          "select name from sqlite_master where type = 'trigger' and name like '%orders%'",
        ),
      ).toEqual([]);
      await sql.close();
    });
  }

  if (kind === 'postgres') {
    it('takes a consumer along that is registered at that moment', async () => {
      await stopped();
      const sql = await openSqlSession(kind, node.settings.databaseUrl);
      const other = await openSqlSession(kind, node.settings.databaseUrl);
      const renameHistory = async () => {
        await sql.run('begin');
        await sql.run("select 1 from evt_streams where name = 'orders' for update");
        await sql.run(
          "insert into evt_consumers (stream, ident, last_evt_id, reg_time) values ('orders', 'local:c', 0, now())",
        );
      };
      const renaming = store.statuses.rename({ from: 'orders', to: 'shipped' }, { renameHistory });
      const waiting = `select 1 from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and query like '%evt_streams%'`;
      await until(async () => (await other.run(waiting)).length > 0);
      await sql.run('commit');
      await renaming;
      expect(await store.findConsumer('shipped', 'local:c')).not.toBeNull();
      await sql.close();
      await other.close();
    });
  }

  it('leaves a node that runs without the stream, and its others as they were', async () => {
    await fill();
    expect((await run('orders', 'shipped')).code).toBe(0);
    const gone = { code: 'StreamNotFound' };
    const client = createClient({ url: node.url });
    const params = { component: 'c', stream: 'orders', last_id: null };
    await expect(client.call('pollEvents', params)).rejects.toMatchObject({
      code: 'NotRegistered',
    });
    await expect(client.call('streamInfo', { stream: 'orders' })).rejects.toMatchObject(gone);
    await expect(node.app.generator.addEvent('T', 1, { stream: 'orders' })).rejects.toMatchObject(
      gone,
    );
    expect(await client.addEvent('T')).toBe('1');
  });

  it('takes the seal along', async () => {
    await store.statuses.seal('orders');
    await stopped();
    expect((await run('orders', 'shipped')).code).toBe(0);
    await store.migrate(['orders', 'shipped']);
    const sql = await openSqlSession(kind, node.settings.databaseUrl);
    await expect(sql.insertEvent('LATE', '1', 'evt_shipped_inbox')).rejects.toThrow(/sealed/);
    await store.statuses.seal('orders');
    await store.statuses.unseal('shipped');
    await sql.insertEvent('TAKEN', '1', 'evt_shipped_inbox');
    await expect(sql.insertEvent('LATE', '1', 'evt_orders_inbox')).rejects.toThrow(/sealed/);
    await sql.close();
  });
});
