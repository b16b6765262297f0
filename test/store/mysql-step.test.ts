// What is special about the steps on MySQL and MariaDB: packets of several statements, a connection that may be lost
// between or during them, row locks of producers that must never be waited for.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BATCH_BYTES_MAX } from '../../src/contract/limits.ts';
import { mysqlOutcome } from '../../src/store/dialects/db-errors.ts';
import { Lookahead } from '../../src/store/dialects/mysql/lookahead.ts';
import { insertStatements, packetsOf } from '../../src/store/dialects/mysql/packets.ts';
import type { SessionOptions } from '../../src/store/dialects/mysql/session.ts';
import { StepConnection } from '../../src/store/dialects/mysql/step-connection.ts';
import { START, stepSql } from '../../src/store/dialects/mysql/step-sql.ts';
import { Stepper } from '../../src/store/dialects/mysql/stepper.ts';
import { Store } from '../../src/store/store.ts';
import { describeDatabase } from '../support/databases.ts';
import { drainInbox, expectDense, id, makeDraft, makeDrafts, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';

const MIB = 1_048_576;

describe('packets', () => {
  it('hold as many statements as fit, in their order', () => {
    expect(packetsOf(['aaaa', 'bbbb', 'cccc', 'd'], 12)).toEqual([
      ['aaaa', 'bbbb'],
      ['cccc', 'd'],
    ]);
  });

  it('count bytes and not characters', () => {
    expect(packetsOf(['éééé', 'éééé'], 12)).toEqual([['éééé'], ['éééé']]);
  });

  it('split the rows of an insert', () => {
    expect(insertStatements('insert ', ['(11)', '(22)', '(33)'], 21)).toEqual([
      'insert (11), (22)',
      'insert (33)',
    ]);
    expect(insertStatements('insert ', [], 21)).toEqual([]);
  });

  it('refuse a row that is too large for any', () => {
    expect(() => insertStatements('insert ', ['(1)', `(${'x'.repeat(20)})`], 21)).toThrow(
      expect.objectContaining({ code: 'PayloadTooLarge' }),
    );
  });
});

describe('a look ahead', () => {
  it('takes what fits, and one row however large', () => {
    const lookahead = new Lookahead();
    expect(lookahead.fitting([4, 4, 4], 9)).toBe(2);
    expect(lookahead.fitting([10, 1], 9)).toBe(1);
    expect(lookahead.fitting([], 9)).toBe(0);
  });

  it('goes only a little further than what fits, until all fits again', () => {
    const lookahead = new Lookahead();
    expect(lookahead.rows(500)).toBe(500);
    lookahead.fitting(Array(500).fill(1), 20);
    expect(lookahead.rows(500)).toBe(40);
    lookahead.fitting(Array(40).fill(20), 20);
    expect(lookahead.rows(500)).toBe(8);
    lookahead.fitting(Array(8).fill(1), 20);
    expect(lookahead.rows(500)).toBe(500);
  });
});

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
      { url: opened.url, timeoutMs: 10_000, statementMs: 10_000, ...options },
      'main',
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

  /** Leaves the inbox non-empty behind a first append, so that the next one begins with the full step. */
  const makeBusy = async (busy: Stepper) => {
    await sql.insertEvent('BUSY', '1');
    await busy.append([makeDraft('BUSY')]);
  };
  const holdStream = async () => {
    const holder = await session();
    await holder.run('begin');
    await holder.run("select * from evt_streams where name = 'main' for update");
    return holder;
  };
  const threadsIn = async (text: string) => {
    const rows = await sql.run(
      'select id from information_schema.processlist where db = database() and id <> connection_id() and info like ?',
      [`%${text}%`],
    );
    return rows.map((row) => String(row.id));
  };
  const waitingThread = async (text: string) => {
    for (;;) {
      const [thread] = await threadsIn(text);
      if (thread !== undefined) return thread;
      await sleep(5);
    }
  };

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

  describe('whose connection is lost', () => {
    it('is taken on a new one when the loss came between steps', async () => {
      const stepping = stepper();
      await stepping.append([makeDraft('FIRST')]);
      for (const thread of await threadsIn('')) await sql.run(`kill ${thread}`);
      expect((await stepping.append([makeDraft('SECOND')])).first).toBe('2');
      expect((await opened.store.append('main', [makeDraft('THIRD')])).first).toBe('3');
      expect(await types()).toEqual(['FIRST', 'SECOND', 'THIRD']);
    });

    it('is rolled back for certain before the commit was sent, and then repeated', async () => {
      await sql.insertEvent('BUSY', '1');
      await opened.store.append('main', [makeDraft('BUSY')]);
      await sql.insertEvent('INBOX', '1');
      const holder = await holdStream();
      const appending = opened.store.append('main', [makeDraft('CALL')]);
      await sql.run(`kill ${await waitingThread('for update')}`);
      await sleep(50);
      await holder.run('rollback');
      expect(await appending).toEqual({ first: '4', moved: 1 });
      expect(await types()).toEqual(['BUSY', 'BUSY', 'INBOX', 'CALL']);
    });

    it('has an unknown outcome when the commit was on its way', async () => {
      await opened.store.append('main', [makeDraft('FIRST')]);
      const holder = await holdStream();
      const appending = opened.store.append('main', [makeDraft('LOST')]);
      const failing = expect(appending).rejects.toMatchObject({ code: 'OutcomeUnknown' });
      await sql.run(`kill ${await waitingThread('last_insert_id')}`);
      await failing;
      await holder.run('rollback');
      expect((await opened.store.append('main', [makeDraft('NEXT')])).first).toBe('2');
      expect(await types()).toEqual(['FIRST', 'NEXT']);
    });

    it('loses and doubles nothing however often that happens', async () => {
      const known: string[] = [];
      const unknown: string[] = [];
      let isRunning = true;
      const killing = (async () => {
        while (isRunning) {
          await sleep(5);
          for (const thread of await threadsIn('')) {
            await sql.run(`kill ${thread}`).catch(() => {});
          }
        }
      })();
      const other = await opened.another();
      await Promise.all(
        [opened.store, other].map(async (node, place) => {
          for (let call = 0; call < 200; call += 1) {
            const draft = makeDraft('CALL', `${place} ${call}`);
            try {
              await node.append('main', [draft]);
              known.push(draft.data);
            } catch (error) {
              if ((error as { code: string }).code === 'OutcomeUnknown') unknown.push(draft.data);
            }
            await node.moveInbox('main').catch(() => {});
          }
        }),
      );
      isRunning = false;
      await killing;
      const rows = await readAll(opened.store);
      expectDense(rows);
      const found = rows.map((row) => row[2]);
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((data) => known.includes(data)).sort()).toEqual(known.sort());
      expect(found.filter((data) => !known.includes(data) && !unknown.includes(data))).toEqual([]);
    });
  });

  describe('on a server that has gone without a word', () => {
    let proxy: Awaited<ReturnType<typeof startProxy>>;
    beforeEach(async () => {
      proxy = await startProxy(opened.url);
    });
    afterEach(() => proxy.close());

    it('gives up, and does not say that nothing happened', async () => {
      const stepping = stepper({ url: proxy.url, timeoutMs: 1000, statementMs: 1000 });
      await stepping.append([makeDraft('FIRST')]);
      proxy.isSilent = true;
      const failure = await stepping.append([makeDraft('PERHAPS')]).catch((error) => error);
      expect(mysqlOutcome(failure)).toBe('unknown');
      proxy.isSilent = false;
      await stepping.append([makeDraft('LAST')]);
      const found = await types();
      expect(found[0]).toBe('FIRST');
      expect(found.at(-1)).toBe('LAST');
    });

    it('finds that out before it sends a commit when it was idle', async () => {
      const stepping = stepper({ url: proxy.url, timeoutMs: 1000, statementMs: 1000 });
      await stepping.append([makeDraft('FIRST')]);
      await sleep(600);
      proxy.cut();
      expect((await stepping.append([makeDraft('SECOND')])).first).toBe('2');
      await sleep(600);
      proxy.isSilent = true;
      const failure = await stepping.append([makeDraft('NEVER')]).catch((error) => error);
      expect(mysqlOutcome(failure)).toBe('not-run');
      expect(await types()).toEqual(['FIRST', 'SECOND']);
    });
  });

  describe('while another session holds the row of the stream', () => {
    it('gives up after the time limit, and nothing has happened', async () => {
      const stepping = stepper({ timeoutMs: 1000, statementMs: 2000 });
      const holder = await holdStream();
      const lean = await stepping.append([makeDraft()]).catch((error) => error);
      expect(mysqlOutcome(lean)).toBe('rolled-back');
      await holder.run('rollback');
      await makeBusy(stepping);
      await holder.run('begin');
      await holder.run("select * from evt_streams where name = 'main' for update");
      const full = await stepping.append([makeDraft()]).catch((error) => error);
      expect(mysqlOutcome(full)).toBe('rolled-back');
      await holder.run('rollback');
      expect((await stepping.append([makeDraft()])).first).toBe('3');
    });

    it('leaves the inbox to that one at once', async () => {
      await sql.insertEvent('INBOX', '1');
      const holder = await holdStream();
      const startedMs = performance.now();
      expect(await opened.store.moveInbox('main')).toEqual({ moved: 0, isDrained: false });
      expect(performance.now() - startedMs).toBeLessThan(1000);
      await holder.run('rollback');
      expect(await opened.store.moveInbox('main')).toEqual({ moved: 1, isDrained: true });
    });

    it('gets it from a node that was frozen in the middle of a step', async () => {
      const frozen = await StepConnection.connect({
        url: opened.url,
        timeoutMs: 1000,
        statementMs: 1000,
      });
      await frozen.send([START, stepSql('main').lock]);
      const startedMs = performance.now();
      expect((await opened.store.append('main', [makeDraft()])).first).toBe('1');
      expect(performance.now() - startedMs).toBeLessThan(5000);
      await expect(frozen.commit([['commit']])).rejects.toThrow();
      frozen.cut();
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
      { consumerId, cursor: id('123456789012345681'), token: null },
    ]);
    expect((await opened.store.findConsumer('main', 'a:b'))?.cursor).toBe('123456789012345681');
  });

  it('is taken in a session that owes nothing to the settings of the server', async () => {
    const connection = await StepConnection.connect({
      url: opened.url,
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
    const taken = await store.takeLease(lease);
    const consumerId = taken?.consumerId ?? '';
    const cursor = async () => (await store.findConsumer('main', 'a:b'))?.cursor;
    await store.advanceCursors([
      { consumerId, cursor: id(5), token: null },
      { consumerId, cursor: id(12), token: taken?.token ?? '' },
    ]);
    expect(await cursor()).toBe('12');
    await store.advanceCursors([
      { consumerId, cursor: id(20), token: '999' },
      { consumerId, cursor: id(15), token: null },
    ]);
    expect(await cursor()).toBe('15');
  });
});

describeDatabase('mysql', 'a pooled connection', () => {
  let opened: OpenStore;
  let sql: SqlSession;
  beforeEach(async () => {
    opened = await openStore('mysql');
    sql = await openSqlSession('mysql', opened.url);
  });
  afterEach(async () => {
    await sql.close();
    await opened.close();
  });
  const others =
    'from information_schema.processlist where db = database() and id <> connection_id()';

  it('is replaced when it was lost between two uses', async () => {
    await opened.store.streamState('main');
    for (const { id: thread } of await sql.run(`select id ${others}`)) {
      await sql.run(`kill ${thread}`);
    }
    expect((await opened.store.streamState('main')).newest).toBe('0');
    expect(await opened.store.registerConsumer('main', 'a:b', 'now')).toBe(true);
  });

  it('has done nothing when it is lost before the commit, so that all is repeated', async () => {
    await sql.run('begin');
    await sql.run("select * from evt_streams where name = 'main' for update");
    const registering = opened.store.registerConsumer('main', 'a:b', 'now');
    for (let isKilled = false; !isKilled; ) {
      await sleep(5);
      for (const { id: thread } of await sql.run(
        `select id ${others} and info like '%for update%'`,
      )) {
        await sql.run(`kill ${thread}`);
        isKilled = true;
      }
    }
    await sql.run('rollback');
    expect(await registering).toBe(true);
    expect(await opened.store.registerConsumer('main', 'a:b', 'now')).toBe(false);
  });

  it('waits no longer than the time limit for a server that has gone without a word', async () => {
    const proxy = await startProxy(opened.url);
    const store = await Store.open({ url: proxy.url, poolMax: 2, timeoutMs: 1000 });
    await store.streamState('main');
    proxy.isSilent = true;
    const startedMs = performance.now();
    await expect(store.streamState('main')).rejects.toMatchObject({ code: 'StoreUnavailable' });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    proxy.isSilent = false;
    expect((await store.streamState('main')).newest).toBe('0');
    await store.close();
    await proxy.close();
  });
});

describeDatabase('mysql', 'a server that cannot be used', () => {
  it.each([
    ['nobody listens', (url: URL) => Object.assign(url, { port: '1' })],
    ['the password is wrong', (url: URL) => Object.assign(url, { password: 'wrong' })],
    ['the database is missing', (url: URL) => Object.assign(url, { pathname: '/evt_none' })],
  ])('is reported as such when %s', async (_, change) => {
    const url = change(new URL(process.env['TEST_MYSQL_URL'] ?? '')).href;
    const store = await Store.open({
      url: url.replace(/\/$/, '/mysql'),
      poolMax: 2,
      timeoutMs: 1000,
    });
    const unavailable = { code: 'StoreUnavailable' };
    await expect(store.ping()).rejects.toMatchObject(unavailable);
    await expect(store.append('main', [makeDraft()])).rejects.toMatchObject(unavailable);
    await store.close();
  });

  it('needs the name of a database', async () => {
    const options = { url: 'mysql://u@127.0.0.1/', poolMax: 1, timeoutMs: 1000 };
    await expect(Store.open(options)).rejects.toThrow(/name of a database/);
  });
});

describe('a failure of MySQL', () => {
  it.each([
    ['a deadlock', { errno: 1213 }, 'rolled-back'],
    ['a lock time-out', { errno: 1205 }, 'rolled-back'],
    ['a statement time-out of MariaDB', { errno: 1969 }, 'rolled-back'],
    ['a full disk', { errno: 1021 }, 'not-run'],
    ['a server that was demoted', { errno: 1290 }, 'not-run'],
    ['nobody there', { errno: -111, code: 'ECONNREFUSED', fatal: true }, 'not-run'],
    ['no free connection', { name: 'KnexTimeoutError' }, 'not-run'],
    ['a failure at the commit', { errno: 1180 }, 'unknown'],
    ['a shutdown', { errno: 1053 }, 'unknown'],
    ['a lost connection', { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }, 'unknown'],
    ['a reset', { errno: -104, code: 'ECONNRESET', fatal: true }, 'unknown'],
    ['no answer', { code: 'PROTOCOL_SEQUENCE_TIMEOUT' }, 'unknown'],
    ['a hang-up that was known before', { code: 'EPIPE' }, 'rolled-back'],
    ['a duplicate', { errno: 1062 }, 'refused'],
    ['a programmer error', new TypeError('x is not a function'), 'refused'],
    ['nothing', undefined, 'refused'],
  ])('says what it left behind: %s', (_, failure, outcome) => {
    expect(mysqlOutcome(failure)).toBe(outcome);
  });
});

/** A line to the server that can be cut, or fall silent while it stays open. */
async function startProxy(url: string) {
  const target = new URL(url);
  const port = Number(target.port);
  const sockets = new Set<Socket>();
  const state = { isSilent: false };
  const server = createServer((near) => {
    const far = connect(port, target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (data) => {
        if (!state.isSilent) to.write(data);
      });
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  target.port = String((server.address() as AddressInfo).port);
  return {
    url: target.href,
    cut,
    set isSilent(isSilent: boolean) {
      state.isSilent = isSilent;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
