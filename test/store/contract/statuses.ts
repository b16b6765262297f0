// Sealed and copied into: the database's word, also for whoever writes by SQL.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Store } from '../../../src/store/store.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { drainInbox, expectDense, makeDraft, readAll } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { pause } from '../../support/pause.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import { until } from '../../support/until.ts';
import type { Open } from './conformance.ts';

const SEALED = { code: 'StreamSealed' };
const BUSY = { code: 'StreamBusy' };

export function statusesContract(kind: DatabaseKind, open: Open): void {
  describe('a sealed stream', () => {
    let opened: OpenStore;
    let sql: SqlSession;
    beforeEach(async () => {
      opened = await open(['main', 'orders']);
      sql = await openSqlSession(kind, opened.url);
    });
    afterEach(async () => {
      await sql.close();
      await opened.close();
    });

    const statusOf = async (stream = 'main') => (await opened.store.streamState(stream)).status;

    it('takes no event, neither by a call nor by SQL, until it is unsealed', async () => {
      const { store } = opened;
      await store.append('main', [makeDraft()]);
      await sql.insertEvent('BEFORE', '1');
      await store.statuses.seal('main');
      expect(await statusOf()).toBe('sealed');
      await expect(store.append('main', [makeDraft()])).rejects.toMatchObject(SEALED);
      await expect(sql.insertEvent('TOO_LATE', '1')).rejects.toThrow(/sealed/);
      await sql.insertEvent('OTHER', '1', 'evt_orders_inbox');
      const rows = await readAll(store);
      expectDense(rows);
      expect(rows.map(([, type]) => type)).toEqual(['TEST', 'BEFORE']);

      await store.statuses.unseal('main');
      expect(await statusOf()).toBe('open');
      expect((await store.append('main', [makeDraft()])).first).toBe('3');
      await sql.insertEvent('AGAIN', '1');
      await drainInbox(store);
      expect((await readAll(store)).map(([, type]) => type)).toEqual([
        ...['TEST', 'BEFORE', 'TEST', 'AGAIN'],
      ]);
    });

    it('is sealed, and unsealed, as often as it is asked for', async () => {
      const { statuses } = opened.store;
      await statuses.unseal('main');
      for (let time = 0; time < 2; time += 1) await statuses.seal('main');
      expect(await statusOf()).toBe('sealed');
      for (let time = 0; time < 2; time += 1) await statuses.unseal('main');
      await sql.insertEvent('OPEN', '1');
      await expect(statuses.seal('nowhere')).rejects.toMatchObject({ code: 'StreamNotFound' });
      await expect(statuses.unseal('nowhere')).rejects.toMatchObject({ code: 'StreamNotFound' });
    });

    it('lets nothing in by a statement that ignores errors', async () => {
      await opened.store.statuses.seal('main');
      const verb = { sqlite: 'insert or ignore', mysql: 'insert ignore', postgres: 'insert' }[kind];
      await sql.run(`${verb} into evt_inbox (type, data) values ('LATE', '1')`).catch(() => {});
      expect((await opened.store.inboxDepth('main')).rows).toBe(0);
      expect(await readAll(opened.store)).toEqual([]);
    });

    if (kind !== 'sqlite') {
      it('has the events of a transaction that was open when it was to be sealed', async () => {
        const { store } = opened;
        const other = await openSqlSession(kind, opened.url);
        await sql.run('begin');
        await sql.insertEvent('OPEN_BEFORE', '1');
        const sealing = store.statuses.seal('main', { waitMs: 30_000 });
        // Others go on while the seal waits: nobody stands behind it for long.
        for (let nth = 0; nth < 5; nth += 1) await other.insertEvent('OTHERS', String(nth));
        expect(await statusOf()).toBe('open');
        await sql.run('commit');
        await sealing;
        await expect(other.insertEvent('TOO_LATE', '1')).rejects.toThrow(/sealed/);
        const rows = await readAll(store);
        expectDense(rows);
        expect(rows.map(([, type]) => type).sort()).toEqual(
          [...Array(1).fill('OPEN_BEFORE'), ...Array(5).fill('OTHERS')].sort(),
        );
        await other.close();
      });

      it('stays open when a transaction does not end, and says whose it is', async () => {
        const { store } = opened;
        await sql.run('begin');
        await sql.insertEvent('OPEN', '1');
        await expect(store.statuses.seal('main', { waitMs: 300 })).rejects.toMatchObject({
          code: 'StreamInUse',
          message: expect.stringMatching(/transaction open/),
        });
        const other = await openSqlSession(kind, opened.url);
        await other.insertEvent('OTHERS', '1');
        await other.close();
        expect(await statusOf()).toBe('open');
        await sql.run('rollback');
        await store.statuses.seal('main');
        expect((await readAll(store)).map(([, type]) => type)).toEqual(['OTHERS']);
      });

      if (kind === 'postgres') {
        it("stays open when somebody holds the stream's row, and inbox rows wait for that", async () => {
          const { statuses } = opened.store;
          // The first step writes down which database it is taken in.
          await opened.store.moveInbox('main');
          await sql.run('begin');
          await sql.run("select 1 from evt_streams where name = 'main' for update");
          const other = await openSqlSession(kind, opened.url);
          await other.insertEvent('WAITING', '1');
          const sealing = statuses.seal('main', { waitMs: 100 });
          const ended = await Promise.race([sealing.catch(({ code }) => code), pause(3000)]);
          await sql.run('rollback');
          await other.close();
          expect(ended).toBe('StreamInUse');
          await statuses.seal('main');
        });
      }

      it('is put right at the next start, where a crash came between the table and the row', async () => {
        const { store } = opened;
        await store.statuses.seal('main');
        // As a crash leaves it on a database whose DDL commits by itself.
        await sql.run("update evt_streams set status = 'open' where name = 'main'");
        await expect(sql.insertEvent('REFUSED', '1')).rejects.toThrow(/sealed/);
        await (await opened.another()).migrate(['main']);
        await sql.insertEvent('TAKEN', '1');
        await drainInbox(store);
        await sql.run("update evt_streams set status = 'sealed' where name = 'main'");
        await (await opened.another()).migrate(['main']);
        await expect(sql.insertEvent('REFUSED', '1')).rejects.toThrow(/sealed/);
        expect((await readAll(store)).map(([, type]) => type)).toEqual(['TAKEN']);
      });

      it('is put right by the next call as well', async () => {
        const { statuses } = opened.store;
        await statuses.seal('main');
        await sql.run("update evt_streams set status = 'open' where name = 'main'");
        await statuses.unseal('main');
        await sql.insertEvent('TAKEN', '1');
        await statuses.seal('main');
        await sql.run("update evt_streams set status = 'open' where name = 'main'");
        await statuses.seal('main');
        expect(await statusOf()).toBe('sealed');
        expect((await readAll(opened.store)).map(([, type]) => type)).toEqual(['TAKEN']);
      });
    }

    if (kind === 'mysql') {
      it('takes events by SQL when its seal was refused because it is copied into meanwhile', async () => {
        const { statuses } = opened.store;
        const other = await openSqlSession(kind, opened.url);
        await sql.run('begin');
        await sql.insertEvent('OPEN', '1');
        const refused = expect(statuses.seal('main', { waitMs: 30_000 })).rejects.toMatchObject(
          BUSY,
        );
        const waiting = `select 1 from information_schema.processlist
          where state like 'Waiting for table metadata lock' and info like '%create trigger%'`;
        await until(async () => (await other.run(waiting)).length > 0);
        await other.run("update evt_streams set status = 'copying' where name = 'main'");
        await sql.run('commit');
        await refused;
        await other.insertEvent('WAITING', '1');
        await statuses.endCopying('main', 'open');
        await other.insertEvent('TAKEN', '1');
        await other.close();
      });

      it('is sealed by a check of its own where the account may make no trigger', async () => {
        const url = new URL(opened.url);
        const database = url.pathname.slice(1);
        const user = `check_${database.slice(-20)}`;
        await sql.run(`create user ${user}@'%' identified by 'p'`);
        const rights = 'select, insert, update, delete, create, alter, drop, index';
        await sql.run(`grant ${rights} on ${database}.* to ${user}@'%'`);
        Object.assign(url, { username: user, password: 'p' });
        const store = await Store.open({ database: url.href, poolMax: 2, timeoutMs: 10_000 });
        await store.statuses.seal('main');
        await store.statuses.seal('orders');
        await expect(sql.insertEvent('LATE', '1')).rejects.toThrow(/sealed/);
        // On MySQL no two of a database have one name.
        const names =
          await sql.run(`select constraint_name as name from information_schema.table_constraints
          where table_schema = database() and constraint_name like '%sealed'`);
        expect(new Set(names.map(({ name }) => name)).size).toBe(2);
        await store.statuses.unseal('main');
        await sql.insertEvent('TAKEN', '1');
        await store.close();
        await sql.run(`drop user ${user}@'%'`);
      });
    }

    it('has every event that was confirmed, however many write at the moment', async () => {
      const { store } = opened;
      const second = await opened.another();
      const confirmed: string[] = [];
      const end = new AbortController();
      const writing = Array.from({ length: 3 }, async (_, writer) => {
        const session = await openSqlSession(kind, opened.url);
        for (let nth = 0; !end.signal.aborted; nth += 1) {
          const data = `"${writer} ${nth}"`;
          // SQLite answers without a turn of the event loop, and others want theirs.
          await nextTurn();
          try {
            await session.run('begin');
            await session.insertEvent('SQL', data);
            await session.run('commit');
            confirmed.push(data);
          } catch (error) {
            await session.run('rollback').catch(() => {});
            if (/sealed/.test((error as Error).message)) break;
          }
        }
        await session.close();
      });
      const calling = (async () => {
        for (let nth = 0; !end.signal.aborted; nth += 1) {
          try {
            await second.append('main', [makeDraft('CALL', `call ${nth}`)]);
            confirmed.push(`"call ${nth}"`);
            await nextTurn();
          } catch (error) {
            expect(error).toMatchObject(SEALED);
            break;
          }
        }
      })();
      await until(() => confirmed.length > 30);
      await Promise.all([store.statuses.seal('main'), second.statuses.seal('main')]);
      const { newest } = await store.streamState('main');
      await Promise.all([...writing, calling]);
      end.abort();
      const rows = await readAll(store);
      expectDense(rows);
      expect(rows.at(-1)?.[0]).toBe(newest);
      expect(rows.map(([, , data]) => data).sort()).toEqual(confirmed.sort());
    });
  });

  describe('a stream that several nodes add to with idempotency keys', () => {
    it('is sealed in between', async () => {
      const opened = await open();
      const { store } = opened;
      const nodes = [store, await opened.another(), await opened.another()];
      let added = 0;
      let isOver = false;
      const adding = nodes.map(async (node, nth) => {
        for (let call = 0; !isOver; call += 1) {
          const keyed = { principal: 'p', key: `${nth} ${call}`, hash: 'h', drafts: [makeDraft()] };
          const { answers } = await node.appendKeyed('main', [keyed]);
          if (typeof answers[0] !== 'string') break;
          added += 1;
          await nextTurn();
        }
      });
      await until(() => added > 30);
      try {
        await store.statuses.seal('main', { waitMs: 3000 });
      } finally {
        isOver = true;
        await Promise.all(adding);
      }
      expect((await readAll(store)).length).toBe(added);
      await opened.close();
    });
  });

  describe('a stream that is copied into', () => {
    let opened: OpenStore;
    let sql: SqlSession;
    beforeEach(async () => {
      opened = await open();
      sql = await openSqlSession(kind, opened.url);
    });
    afterEach(async () => {
      await sql.close();
      await opened.close();
    });

    /** As a copy does it. */
    const copyIn = async (type: string) => {
      const at = "(select next_id from evt_streams where name = 'main')";
      const ts = kind === 'sqlite' ? "'2026-01-01T00:00:00.000Z'" : "'2026-01-01 00:00:00.000'";
      await sql.run(
        `insert into evt_queue (id, type, data, ts) values (${at}, '${type}', '1', ${ts})`,
      );
      await sql.run("update evt_streams set next_id = next_id + 1 where name = 'main'");
    };

    it('lets inbox rows wait, and numbers them behind the copy', async () => {
      const { store } = opened;
      await sql.insertEvent('EARLIER', '1');
      await store.statuses.beginCopying('main');
      await store.statuses.beginCopying('main');
      await sql.insertEvent('WAITING', '1');
      await sql.insertEvent('WAITING', '2');
      expect(await store.moveInbox('main')).toMatchObject({ moved: 0 });
      expect((await store.inboxDepth('main')).rows).toBe(2);
      await copyIn('COPIED');
      await expect(store.append('main', [makeDraft()])).rejects.toMatchObject(BUSY);
      await expect(store.statuses.seal('main')).rejects.toMatchObject(BUSY);
      await expect(store.statuses.unseal('main')).rejects.toMatchObject(BUSY);
      // Another copy may have begun since this one ended.
      for (const then of ['open', 'sealed'] as const) {
        await store.statuses.endCopying('main', then, async () => false);
        expect((await store.streamState('main')).status).toBe('copying');
        expect((await store.inboxDepth('main')).rows).toBe(2);
      }
      await store.statuses.endCopying('main', 'open');
      await store.statuses.endCopying('main', 'open');
      await drainInbox(store);
      const rows = await readAll(store);
      expectDense(rows);
      expect(rows.map(([, type, data]) => `${type} ${data}`)).toEqual([
        ...['EARLIER 1', 'COPIED 1', 'WAITING 1', 'WAITING 2'],
      ]);
      for (const [, , , ts] of rows) expect(ts).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/);
      expect((await store.append('main', [makeDraft()])).first).toBe('5');
    });

    it('numbers what waits before it is sealed', async () => {
      const { store } = opened;
      await store.statuses.beginCopying('main');
      const values = Array.from({ length: 1200 }, (_, nth) => `('WAITING', '${nth}')`);
      await sql.run(`insert into evt_inbox (type, data) values ${values.join(', ')}`);
      await copyIn('COPIED');
      await store.statuses.endCopying('main', 'sealed');
      await store.statuses.endCopying('main', 'sealed');
      const rows = await readAll(store);
      expectDense(rows);
      expect(rows.map(([, , data]) => data)).toEqual(['1', ...values.map((_, nth) => String(nth))]);
      await expect(sql.insertEvent('LATE', '1')).rejects.toThrow(/sealed/);
      await expect(store.append('main', [makeDraft()])).rejects.toMatchObject(SEALED);
      await expect(store.statuses.beginCopying('main')).rejects.toMatchObject(SEALED);
      await expect(store.statuses.endCopying('main', 'open')).rejects.toMatchObject(SEALED);
    });

    it('checks what waits as it would have checked it', async () => {
      await opened.store.statuses.beginCopying('main');
      for (const [type, data] of [
        ['NOT GOOD', '1'],
        ['GOOD', '{broken'],
        ['GOOD', null],
      ] as const) {
        await expect(sql.insertEvent(type, data)).rejects.toThrow();
      }
      expect((await opened.store.inboxDepth('main')).rows).toBe(0);
    });

    it('forgets what was rolled back while it waited', async () => {
      const { store } = opened;
      await store.statuses.beginCopying('main');
      await sql.run('begin');
      await sql.insertEvent('GONE', '1');
      await sql.run('rollback');
      await sql.insertEvent('KEPT', '1');
      await store.statuses.endCopying('main', 'open');
      await drainInbox(store);
      expect((await readAll(store)).map(([id, type]) => `${id} ${type}`)).toEqual(['1 KEPT']);
    });
  });
}
