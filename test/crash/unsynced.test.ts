// A database is killed while commits are visible that are not on its disk: what left it by a read must not be taken back.
// MariaDB shows commits in that state for the moment that its disk takes (without a binary log); here it is made to last.
// PostgreSQL does so for sessions with synchronous_commit = off, which a server or a role may have by default.
import { App } from '../../src/app/app.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Store } from '../../src/store/store.ts';
import { Warehouse } from '../../src/store/warehouse.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { copyRun, from, queueAt, to } from '../app/copying/runs.ts';
import { describeDatabase } from '../support/databases.ts';
import { id, makeDraft, readAll } from '../support/events.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { ownStore } from './own-store.ts';

const SILENT = createLogger('silent');
const LIMITS = { eventsMax: 100, bytesMax: 1_000_000 };

const IS_PURGED = `
select 1 from information_schema.global_status
 where variable_name = 'innodb_history_list_length' and variable_value = '0'`;
const WAITS_FOR_SYNC = `
select id from information_schema.processlist where id <> connection_id() and info like '%insert into evt_syncs%'`;

describeDatabase('mysql', 'commits that are not on the disk', () => {
  const place = ownStore('mysql');

  /** What is committed meanwhile is visible, and stays away from the disk until a later commit. */
  const unsynced = async <T>(work: () => Promise<T>): Promise<T> => {
    const { sql } = place;
    await sql.run('set global innodb_flush_log_at_timeout = 2700');
    // Purging old versions of rows writes the log too: there are none, and the snapshot keeps those to come.
    await until(async () => (await sql.run(IS_PURGED)).length === 1);
    await sql.run('start transaction with consistent snapshot');
    await sql.run('set global innodb_flush_log_at_trx_commit = 0');
    const result = await work();
    await sql.run('set global innodb_flush_log_at_trx_commit = 1');
    return result;
  };
  const crash = async () => {
    await place.server.crash();
    await place.server.start();
    return place.open();
  };
  const append = async (store: Store) => (await store.append('main', [makeDraft('SEEN')])).first;

  it('are taken back, when nothing has read them', async () => {
    const other = await place.open();
    await unsynced(() => append(other));
    const store = await crash();
    expect(await readAll(store)).toEqual([]);
  });

  it('are on it once they were read', async () => {
    const other = await place.open();
    await append(place.store);
    await unsynced(() => append(other));
    const rows = await readAll(place.store);
    expect(rows.map((row) => row[0])).toEqual(['1', '2']);
    const store = await crash();
    expect(await readAll(store)).toEqual(rows);
    expect(await append(store)).toBe('3');
  });

  it('are not given out when the server goes before they are', async () => {
    const other = await place.open();
    // Makes the row that a read writes.
    await append(other);
    await readAll(place.store);
    const holder = await openSqlSession('mysql', place.url);
    place.cleanups.unshift(() => holder.close().catch(() => {}));
    await holder.run('begin');
    expect(await holder.run('select slot from evt_syncs for update')).toHaveLength(1);
    await unsynced(() => append(other));
    const reading = place.store.readAfter('main', id(1), LIMITS).catch(() => []);
    await until(async () => (await place.sql.run(WAITS_FOR_SYNC)).length === 1);
    const store = await crash();
    expect(await reading).toEqual([]);
    expect(await readAll(store)).toHaveLength(1);
  });

  it('do not hold up what is known to be there', async () => {
    const other = await place.open();
    await append(place.store);
    await unsynced(() => append(other));
    const first = await place.store.readAfter('main', id(0), LIMITS);
    expect(first.map((row) => row[0])).toEqual(['1']);
    const rest = await place.store.readAfter('main', id(1), LIMITS);
    expect(rest.map((row) => row[0])).toEqual(['2']);
  });

  it('are on it once a state was given out by which somebody goes on', async () => {
    const other = await place.open();
    await unsynced(() => append(other));
    const { newest } = await place.store.syncedState('main');
    expect(newest).toBe('1');
    const store = await crash();
    expect((await store.streamState('main')).newest).toBe('1');
  });

  it('are on it once a repeated call was answered with their ids', async () => {
    const call = { principal: '-', key: 'k', hash: 'h', drafts: [makeDraft('SEEN')] };
    const other = await place.open();
    const first = await unsynced(() => other.appendKeyed('main', [call]));
    const again = await place.store.appendKeyed('main', [call]);
    expect(again.answers).toEqual(first.answers);
    expect(again.repeated).toBe(1);
    const store = await crash();
    expect(await readAll(store)).toHaveLength(1);
  });

  it.each(['now' as const, { time: '2020-01-01T00:00:00.000Z' }])(
    'are on it once a consumer was told that it is registered (%j)',
    async (start) => {
      const other = await place.open();
      await unsynced(() => other.registerConsumer('main', 'a:b', start));
      expect(await place.store.registerConsumer('main', 'a:b', start)).toBe(false);
      const store = await crash();
      expect(await store.findConsumer('main', 'a:b')).not.toBeNull();
    },
  );

  it('are on it once a consumer was told that it is not registered', async () => {
    const other = await place.open();
    await place.store.registerConsumer('main', 'a:b', 'now');
    await unsynced(() =>
      other.unregisterConsumer('main', 'a:b', { isDryRun: false, dropsParked: false }),
    );
    expect(
      await place.store.unregisterConsumer('main', 'a:b', { isDryRun: false, dropsParked: false }),
    ).toBeNull();
    const store = await crash();
    expect(await store.findConsumer('main', 'a:b')).toBeNull();
  });

  it('are on it once an acknowledgement was answered', async () => {
    const app = new App(loadSettings({ values: { databaseUrl: place.url, port: 0 } }), SILENT);
    await app.start();
    place.cleanups.unshift(() => app.stop());
    await call(app.url, 'registerConsumer', { component: 'c' });
    const ack = { component: 'c', last_id: await call(app.url, 'addEvent', { type: 'SEEN' }) };
    const other = await place.open();
    const consumerId = (await other.findConsumer('main', 'local:c'))?.id as string;
    const acks = [{ consumerId, cursor: id(1), token: null, epoch: 1 }];
    await unsynced(() => other.advanceCursors(acks));
    await call(app.url, 'pollEvents', ack);
    const store = await crash();
    expect((await store.findConsumer('main', 'local:c'))?.cursor).toBe('1');
  });

  it.each(['said to be done', 'ended by the end of its source'])(
    'are on it once a copy is %s',
    async (title) => {
      const other = await place.open();
      const { name, ...wish } = {
        ...{ name: 'c', source: from(queueAt(place.store)), destination: to(queueAt(other)) },
      };
      const copy = copyRun({
        ...wish,
        name,
        terms: { mode: 'append', ids: 'reassign', seal: true },
      });
      await copy.begin();
      const { job } = await other.copies.take(name, 'n', 10_000);
      await unsynced(async () => {
        await other.copies.end(job, 'main', { status: 'done', watermark: id(0), error: null });
        await place.sql.run("update evt_streams set status = 'sealed'");
      });
      if (title === 'said to be done') {
        const known = await place.store.copies.known({ ...job, stream: 'main' });
        expect(known?.status).toBe('done');
      } else expect(await wish.source.isAtItsEnd()).toBe(true);
      const store = await crash();
      expect((await store.copies.find(name)).status).toBe('done');
      expect((await store.streamState('main')).status).toBe('sealed');
    },
  );

  it('are on it once the archive is said to be required', async () => {
    const other = await place.open();
    await unsynced(() => other.requireArchive('main'));
    await place.store.requireArchive('main');
    const store = await crash();
    expect((await store.streamState('main')).isArchiveRequired).toBe(true);
  });

  it('are on it once the archive is said to hold what may be discarded', async () => {
    const url = await place.server.createDatabase();
    const open = async () => {
      const warehouse = await Warehouse.open({ database: url, poolMax: 2, timeoutMs: 5000 });
      place.cleanups.unshift(() => warehouse.close());
      return warehouse;
    };
    const start = { lastId: id(0), epoch: 1 };
    const rows = [[id(1), 'SEEN', 'null', '2026-01-01T00:00:00.000Z']] as const;
    const other = await open();
    await other.migrate(['main']);
    await other.openWatermark('archiver', 'main', start);
    const move = { from: { lastId: id(0), epoch: 1 }, to: { lastId: id(1), epoch: 1 } };
    await unsynced(() => other.copyToHistory('archiver', 'main', rows as never, move));
    const found = await (await open()).openWatermark('archiver', 'main', start);
    expect(found.lastId).toBe('1');
    await crash();
    expect((await (await open()).openWatermark('archiver', 'main', start)).lastId).toBe('1');
  });
});

describeDatabase('postgres', 'a server whose commits do not wait for the disk', () => {
  const place = ownStore('postgres');

  it('keeps what was answered nevertheless', async () => {
    const { sql } = place;
    await sql.run("alter system set wal_writer_delay = '10s'");
    await sql.run('alter system set synchronous_commit = off');
    await sql.run('select pg_reload_conf()');
    await place.server.halt();
    await place.server.start();
    const store = await place.open();
    await store.append('main', [makeDraft('ANSWERED')]);
    await place.server.crash();
    await place.server.start();
    const again = await place.open();
    expect((await readAll(again)).map((row) => row[1])).toEqual(['ANSWERED']);
  });
});
