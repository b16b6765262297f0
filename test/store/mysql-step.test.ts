// What is special about the steps on MySQL and MariaDB: packets of several statements with text of events in them, and
// row locks of producers that must never be waited for.
import { setTimeout as sleep } from 'node:timers/promises';
import { format, raw } from 'mysql2';
import { BATCH_BYTES_MAX } from '../../src/contract/limits.ts';
import type { SessionOptions } from '../../src/store/dialects/mysql/session.ts';
import { READ_ROWS, READ_SIZES } from '../../src/store/dialects/mysql/statements.ts';
import { StepConnection } from '../../src/store/dialects/mysql/step-connection.ts';
import { stepSql } from '../../src/store/dialects/mysql/step-sql.ts';
import { Stepper } from '../../src/store/dialects/mysql/stepper.ts';
import { Synced } from '../../src/store/dialects/mysql/synced.ts';
import { placeOf } from '../../src/store/dialects/source.ts';
import type { Store } from '../../src/store/store.ts';
import { isReadableSql } from '../../src/store/tables.ts';
import { describeDatabase } from '../support/databases.ts';
import { drainInbox, expectDense, id, makeDraft, makeDrafts, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';

const MIB = 1_048_576;

describeDatabase('mysql', 'a step', () => {
  let opened: OpenStore;
  let sql: SqlSession;
  const sessions: SqlSession[] = [];
  const steppers: Stepper[] = [];
  const session = async () => {
    const opening = await openSqlSession('mysql', opened.url);
    sessions.push(opening);
    return opening;
  };
  const stepper = (options: Partial<SessionOptions> = {}) => {
    const made = new Stepper(
      { place: placeOf(opened.url), timeoutMs: 10_000, statementMs: 10_000, ...options },
      { stream: 'main', synced: new Synced(), settle: () => settle(opened.store) },
    );
    steppers.push(made);
    return made;
  };
  const types = async () => (await readAll(opened.store)).map((row) => row[1]);
  beforeEach(async () => {
    opened = await openStore('mysql');
    sql = await session();
  });
  afterEach(async () => {
    for (const each of steppers.splice(0)) await each.close();
    for (const each of sessions.splice(0)) await each.close();
    await opened.close();
  });

  describe('with data that looks like SQL', () => {
    const texts = [
      `"\\\\'; drop table evt_queue; --"`,
      `"'; drop table evt_queue; -- "`,
      `"\\\\\\\\'; rollback; start transaction; --"`,
      '"? ?? ??? :name $1 $& $$ @b /* */ # -- "',
      `"''''\\"\\"\`\`"`,
      `"\\\\"`,
      `"%_\\\\%\\\\_"`,
      `"😀 \u2028 \u00a5 ¿'? 表' 噂\\\\'"`,
    ];
    const drafts = texts.map((data) => ({ type: 'TEXT', data }));

    it('keeps it byte for byte when the inbox is empty', async () => {
      await opened.store.append('main', drafts);
      expect((await readAll(opened.store)).map((row) => row[2])).toEqual(texts);
    });

    it('keeps it byte for byte when the inbox is not', async () => {
      for (const text of texts) await sql.insertEvent('TEXT', text);
      await opened.store.append('main', drafts);
      expect((await readAll(opened.store)).map((row) => row[2])).toEqual([...texts, ...texts]);
    });
  });

  describe('with producers that are open', () => {
    it('waits for none of them', async () => {
      const [early, middle] = [await session(), await session()];
      await early.run('begin');
      await early.insertEvent('EARLY', '1');
      for (let nth = 0; nth < 200; nth += 1) {
        await sql.insertEvent('DONE', String(nth));
        if (nth === 100) {
          await middle.run('begin');
          await middle.insertEvent('MIDDLE', '1');
        }
      }
      const startedMs = performance.now();
      expect(await opened.store.moveInbox('main')).toEqual({ moved: 200, isDrained: true });
      await sql.insertEvent('DONE', '200');
      expect((await opened.store.append('main', [makeDraft('CALL')])).first).toBe('202');
      // Full again, and finds nothing to move; the third is lean.
      await opened.store.append('main', [makeDraft('CALL')]);
      await opened.store.append('main', [makeDraft('CALL')]);
      // The time limit of a lock is ten seconds.
      expect(performance.now() - startedMs).toBeLessThan(3000);
      await middle.run('rollback');
      await early.run('commit');
      await drainInbox(opened.store);
      expect((await types()).slice(-4)).toEqual(['CALL', 'CALL', 'CALL', 'EARLY']);
    });

    it.each([1, 2, 30])('reaches %s rows of the inbox by their ids only', async (count) => {
      for (let nth = 0; nth < count; nth += 1) await sql.insertEvent('TEST', '1');
      const ids = (await sql.run('select id from evt_inbox order by id')).map((row) =>
        String(row.id),
      );
      const text = stepSql('main');
      for (const statement of [text.move(id(1), ids), text.deleteMoved(ids)]) {
        const plan = await sql.run(`explain ${statement}`);
        const inbox = plan.find((row) => row.table === 'b');
        expect(inbox?.key).toBe('PRIMARY');
        expect(['eq_ref', 'const']).toContain(inbox?.type);
      }
    });

    it('takes numbers and reads by primary keys', async () => {
      await opened.store.append('main', makeDrafts(50));
      const statements = [
        stepSql('main').takeNumbers(1),
        format(READ_SIZES, ['evt_queue', 10, raw(isReadableSql({ stream: 'main', epoch: 1 })), 20]),
        format(READ_ROWS, ['evt_queue', 10, 30]),
      ];
      for (const statement of statements) {
        const plan = await sql.run(`explain ${statement}`);
        expect(plan.filter((row) => row.table !== null).map((row) => row.key)).toEqual(
          plan.filter((row) => row.table !== null).map(() => 'PRIMARY'),
        );
      }
    });

    it('lets a caller through though each step leaves more behind than it took', async () => {
      await opened.store.append('main', makeDrafts(600, 'SOURCE'));
      const refill =
        "insert into evt_inbox (type, data) select 'NEW', data from evt_queue where id <= 600";
      await sql.run(refill);
      await sql.run(refill);
      const stepping = stepper();
      expect(await stepping.move()).toEqual({ moved: 500, isDrained: false });
      await sql.run(`create trigger refill after update on evt_streams for each row ${refill}`);
      // 700 rows and the first refill lie before the fence; the third step of 500 reaches it.
      expect(await stepping.append([makeDraft('CALL')])).toEqual({ first: '2601', moved: 1500 });
      await sql.run('drop trigger refill');
      await drainInbox(opened.store);
      expectDense(await readAll(opened.store));
    });

    it('puts each caller behind what was committed before, and soon', async () => {
      const producers = [await session(), await session(), await session()];
      await opened.store.append('main', makeDrafts(40, 'SOURCE'));
      let isRunning = true;
      const producing = producers.map(async (producer) => {
        while (isRunning) {
          await producer.run(
            "insert into evt_inbox (type, data) select 'BULK', data from evt_queue where id <= 40",
          );
          await sleep(5);
        }
      });
      let slowestMs = 0;
      for (let call = 0; call < 30; call += 1) {
        await sql.insertEvent('BEFORE', String(call));
        const startedMs = performance.now();
        await opened.store.append('main', [makeDraft('CALL', call)]);
        slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      }
      isRunning = false;
      await Promise.all(producing);
      await drainInbox(opened.store);
      const rows = await readAll(opened.store);
      expectDense(rows);
      const order = rows.filter((row) => row[1] === 'BEFORE' || row[1] === 'CALL');
      expect(order.map((row) => `${row[1]} ${row[2]}`)).toEqual(
        Array.from({ length: 30 }, (_, call) => [`BEFORE ${call}`, `CALL ${call}`]).flat(),
      );
      expect(slowestMs).toBeLessThan(3000);
    });
  });

  describe('with large rows', () => {
    it('moves no more bytes than a batch may have, and is not drained then', async () => {
      const large = `"${'x'.repeat(MIB)}"`;
      for (let nth = 0; nth < 7; nth += 1) await sql.insertEvent('LARGE', large);
      expect(await opened.store.moveInbox('main')).toEqual({ moved: 3, isDrained: false });
      expect(await opened.store.moveInbox('main')).toEqual({ moved: 3, isDrained: false });
      expect(await opened.store.moveInbox('main')).toEqual({ moved: 1, isDrained: true });
      expectDense(await readAll(opened.store));
    });

    it('puts drafts behind all of them', async () => {
      for (let nth = 0; nth < 9; nth += 1) {
        await sql.insertEvent('LARGE', `"${'x'.repeat(MIB - 2)}"`);
      }
      const call = { type: 'CALL', data: `"${'\\\\'.repeat(MIB / 4)}"` };
      const appended = await opened.store.append('main', [call, call]);
      expect(appended).toEqual({ first: '10', moved: 9 });
      const bytes = (await readAll(opened.store)).map((row) => row[2].length);
      expect(bytes.slice(0, 4).reduce((sum, each) => sum + each)).toBe(BATCH_BYTES_MAX);
      expect(bytes.slice(-2)).toEqual([MIB / 2 + 2, MIB / 2 + 2]);
    });
  });

  describe('on a server that takes small packets only', () => {
    const drafts = Array.from({ length: 60 }, (_, nth) =>
      makeDraft('SMALL', `${nth} ${"\\'".repeat(40)}`),
    );

    it('splits what it sends, in one transaction', async () => {
      const small = stepper({ packetBytesMax: 1500 });
      expect((await small.append(drafts)).first).toBe('1');
      await sql.insertEvent('INBOX', '1');
      expect(await small.append(drafts)).toEqual({ first: '62', moved: 1 });
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows.filter((row) => row[1] === 'SMALL').map((row) => row[2])).toEqual(
        [...drafts, ...drafts].map((draft) => draft.data),
      );
    });

    it('refuses an event that fits into none, and does nothing of the batch', async () => {
      const small = stepper({ packetBytesMax: 1500 });
      const batch = [...drafts, makeDraft('HUGE', 'x'.repeat(2000))];
      await expect(small.append(batch)).rejects.toMatchObject({ code: 'PayloadTooLarge' });
      await sql.insertEvent('INBOX', '1');
      await expect(small.append(batch)).rejects.toMatchObject({ code: 'PayloadTooLarge' });
      expect((await small.append([makeDraft()])).first).toBe('2');
      expect(await types()).toEqual(['INBOX', 'TEST']);
    });

    it('undoes the first packets when a later one fails', async () => {
      await sql.run(
        "insert into evt_queue (id, type, data, ts) values (50, 'STRAY', '1', utc_timestamp(3))",
      );
      const small = stepper({ packetBytesMax: 1500 });
      await expect(small.append(drafts)).rejects.toMatchObject({ errno: 1062 });
      await sql.run('delete from evt_queue');
      expect((await small.append(drafts)).first).toBe('1');
      expectDense(await readAll(opened.store));
    });
  });

  it('refuses a stream that is sealed, and leaves its inbox as it is', async () => {
    await sql.insertEvent('INBOX', '1');
    await sql.run("update evt_streams set status = 'sealed'");
    const sealed = { code: 'StreamSealed' };
    await expect(opened.store.append('main', [makeDraft()])).rejects.toMatchObject(sealed);
    expect(await opened.store.moveInbox('main')).toEqual({ moved: 0, isDrained: true });
    await sql.run("update evt_streams set status = 'open'");
    expect(await opened.store.append('main', [makeDraft()])).toEqual({ first: '2', moved: 1 });
  });

  it('refuses a stream without a row', async () => {
    const missing = { code: 'StreamNotFound' };
    await expect(opened.store.append('nowhere', [makeDraft()])).rejects.toMatchObject(missing);
    await expect(opened.store.moveInbox('nowhere')).rejects.toMatchObject(missing);
    await opened.store.append('main', [makeDraft()]);
    await sql.run('delete from evt_streams');
    await expect(opened.store.append('main', [makeDraft()])).rejects.toMatchObject(missing);
  });

  it('makes no hole when inbox rows are deleted by hand', async () => {
    for (let nth = 0; nth < 20; nth += 1) await sql.insertEvent('INBOX', String(nth));
    const deleting = (async () => {
      for (let nth = 20; nth > 0; nth -= 1) {
        await sql.run(`delete from evt_inbox where id = ${nth}`);
      }
    })();
    const appended = await opened.store.append('main', [makeDraft('CALL')]);
    await deleting;
    const rows = await readAll(opened.store);
    expectDense(rows);
    expect(rows.at(-1)?.[0]).toBe(appended.first);
    expect((await opened.store.append('main', [makeDraft('CALL')])).first).toBe(
      String(rows.length + 1),
    );
  });

  it('counts beyond the integers of JavaScript', async () => {
    const large = '123456789012345678';
    await sql.run(`update evt_streams set next_id = ${large}, discarded_up_to = ${large} - 1`);
    expect((await opened.store.append('main', makeDrafts(2))).first).toBe(large);
    await sql.insertEvent('INBOX', '1');
    expect((await opened.store.append('main', [makeDraft()])).first).toBe('123456789012345681');
    const rows = await readAll(opened.store, id('123456789012345677'));
    expectDense(rows, id(large));
    await opened.store.registerConsumer('main', 'a:b', { id: id('123456789012345679') });
    const consumerId = (await opened.store.findConsumer('main', 'a:b'))?.id ?? '';
    await opened.store.advanceCursors([
      { consumerId, cursor: id('123456789012345681'), token: null, epoch: 1 },
    ]);
    expect((await opened.store.findConsumer('main', 'a:b'))?.cursor).toBe('123456789012345681');
  });

  it('is taken in a session that owes nothing to the settings of the server', async () => {
    const connection = await StepConnection.connect({
      place: placeOf(opened.url),
      timeoutMs: 3000,
      statementMs: 2000,
    });
    const [settings] = await connection.send([
      `select @@sql_mode, @@character_set_client, @@time_zone, @@autocommit, @@innodb_lock_wait_timeout,
              @@session.lock_wait_timeout, timestampdiff(second, now(), utc_timestamp())`,
    ]);
    await connection.end();
    expect(settings).toEqual([
      ['STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', 'utf8mb4', '+00:00', '1', '3', '3', '0'],
    ]);
  });

  it('moves each of two acknowledgements of one consumer as far as it may', async () => {
    const { store } = opened;
    await store.append('main', makeDrafts(20));
    await store.registerConsumer('main', 'a:b', 'beginning');
    const lease = { stream: 'main', ident: 'a:b', node: 'n', leaseMs: 5000, onlyIfFree: false };
    const taken = await store.leases.take(lease);
    const consumerId = taken?.consumerId ?? '';
    const cursor = async () => (await store.findConsumer('main', 'a:b'))?.cursor;
    await store.advanceCursors([
      { consumerId, cursor: id(5), token: null, epoch: 1 },
      { consumerId, cursor: id(12), token: taken?.token ?? '', epoch: 1 },
    ]);
    expect(await cursor()).toBe('12');
    await store.advanceCursors([
      { consumerId, cursor: id(20), token: '999', epoch: 1 },
      { consumerId, cursor: id(15), token: null, epoch: 1 },
    ]);
    expect(await cursor()).toBe('15');
  });
});

/** As its own stepper would have it done. */
async function settle(store: Store): Promise<void> {
  await store.moveInbox('main');
}
