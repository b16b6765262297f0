// Connections to MySQL and MariaDB that go away: between statements, under them, and without a word.
import { setTimeout as sleep } from 'node:timers/promises';
import { mysqlOutcome } from '../../src/store/dialects/db-errors.ts';
import type { SessionOptions } from '../../src/store/dialects/mysql/session.ts';
import { StepConnection } from '../../src/store/dialects/mysql/step-connection.ts';
import { START, stepSql } from '../../src/store/dialects/mysql/step-sql.ts';
import { Stepper } from '../../src/store/dialects/mysql/stepper.ts';
import { Synced } from '../../src/store/dialects/mysql/synced.ts';
import { placeOf } from '../../src/store/dialects/source.ts';
import { Store } from '../../src/store/store.ts';
import { describeDatabase } from '../support/databases.ts';
import { expectDense, makeDraft, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { openWire, type Wire } from '../support/wire.ts';

/** Above what a connection may be idle without being asked whether it is still there. */
const IDLE_MS = 600;

describeDatabase('mysql', 'a lost connection', () => {
  let opened: OpenStore;
  let sql: SqlSession;
  const cleanups: (() => Promise<void>)[] = [];
  const openHolder = async () => {
    const holder = await openSqlSession('mysql', opened.url);
    cleanups.unshift(() => holder.close());
    await holder.run('begin');
    // In other words than those who will wait for the row, by which they are found.
    await holder.run("update evt_streams set epoch = epoch where name = 'main'");
    return holder;
  };
  const openStepper = (options: Partial<SessionOptions> = {}) => {
    const limits = { timeoutMs: 1000, statementMs: 1000 };
    const stepper = new Stepper(
      { place: placeOf(opened.url), ...limits, ...options },
      { stream: 'main', synced: new Synced(), settle: () => settle(opened.store) },
    );
    cleanups.unshift(() => stepper.close());
    return stepper;
  };
  const openCuttable = async (): Promise<Wire> => {
    const wire = await openWire(opened.url);
    cleanups.unshift(() => wire.close());
    return wire;
  };
  /** Kills the connections of the nodes; with a text only those that run such a statement, once there is one. */
  const kill = async (text = '') => {
    const threads = await until(async () => {
      const rows = await sql.run(
        `select id from information_schema.processlist
          where db = database() and id <> connection_id() and coalesce(info, '') like ?`,
        [`%${text}%`],
      );
      return (text === '' || rows.length > 0) && rows;
    });
    for (const thread of threads) await sql.run(`kill ${thread.id}`).catch(() => {});
  };
  const typesOf = async () => (await readAll(opened.store)).map((row) => row[1]);
  beforeEach(async () => {
    opened = await openStore('mysql');
    sql = await openSqlSession('mysql', opened.url);
    // The first step writes down which database it is taken in.
    await settle(opened.store);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
    await sql.close();
    await opened.close();
  });

  it('between steps is made again for the next one', async () => {
    const { store } = opened;
    for (let round = 0; round < 5; round += 1) {
      await store.append('main', [makeDraft('CALL')]);
      await sql.insertEvent('TX', '1');
      await kill();
      // Whether the loss is known by now or only when the step is sent, a step without drafts can be repeated.
      expect(await store.moveInbox('main')).toEqual({ moved: 1, isDrained: true });
    }
    expect(await typesOf()).toEqual([0, 1, 2, 3, 4].flatMap(() => ['CALL', 'TX']));
  });

  it('under a step that has not sent its commit is repeated', async () => {
    const { store } = opened;
    await sql.insertEvent('TX', '1');
    await store.append('main', [makeDraft('CALL')]);
    await sql.insertEvent('TX', '2');
    const holder = await openHolder();
    const appending = store.append('main', [makeDraft('CALL')]);
    await kill('for update');
    await sleep(50);
    await holder.run('rollback');
    expect(await appending).toEqual({ first: '4', moved: 1 });
    expect(await typesOf()).toEqual(['TX', 'CALL', 'TX', 'CALL']);
  });

  it('under a step with its commit leaves the outcome unknown, and the next one goes on', async () => {
    const { store } = opened;
    await store.append('main', [makeDraft('FIRST')]);
    const holder = await openHolder();
    const failing = expect(store.append('main', [makeDraft('LOST')])).rejects.toMatchObject({
      code: 'OutcomeUnknown',
    });
    await kill('last_insert_id');
    await failing;
    await holder.run('rollback');
    expect((await store.append('main', [makeDraft('NEXT')])).first).toBe('2');
    expect(await typesOf()).toEqual(['FIRST', 'NEXT']);
  });

  it('doubles and loses nothing, however often it happens', async () => {
    const nodes = [opened.store, await opened.another()];
    const done: string[] = [];
    const unknown: string[] = [];
    let isRunning = true;
    const killing = (async () => {
      while (isRunning) {
        await sleep(5);
        await kill();
      }
    })();
    await Promise.all(
      nodes.map(async (node, place) => {
        for (let call = 0; call < 200; call += 1) {
          const { type, data } = makeDraft('CALL', `${place} ${call}`);
          await node.append('main', [{ type, data }]).then(
            () => done.push(data),
            (error) => error.code === 'OutcomeUnknown' && unknown.push(data),
          );
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
    expect(found).toEqual(expect.arrayContaining(done));
    expect(found.every((data) => done.includes(data) || unknown.includes(data))).toBe(true);
  });

  it('in silence leaves the outcome unknown after the time limit', async () => {
    const wire = await openCuttable();
    const stepper = openStepper({ place: placeOf(wire.url) });
    await stepper.append([makeDraft('FIRST')]);
    wire.hush();
    const failure = await stepper.append([makeDraft('PERHAPS')]).catch((error) => error);
    expect(mysqlOutcome(failure)).toBe('unknown');
    wire.mend();
    await stepper.append([makeDraft('LAST')]);
    expect((await typesOf()).filter((type) => type !== 'PERHAPS')).toEqual(['FIRST', 'LAST']);
  });

  it('in silence is found out before a commit is sent when it was idle', async () => {
    const wire = await openCuttable();
    const stepper = openStepper({ place: placeOf(wire.url) });
    await stepper.append([makeDraft('FIRST')]);
    await sleep(IDLE_MS);
    wire.hush();
    const failure = await stepper.append([makeDraft('NEVER')]).catch((error) => error);
    expect(mysqlOutcome(failure)).toBe('not-run');
    wire.mend();
    expect((await stepper.append([makeDraft('SECOND')])).first).toBe('2');
    expect(await typesOf()).toEqual(['FIRST', 'SECOND']);
  });

  it('of the pool is made again for the next query', async () => {
    await opened.store.streamState('main');
    await kill();
    expect((await opened.store.streamState('main')).newest).toBe('0');
    expect(await opened.store.registerConsumer('main', 'a:b', 'now')).toBe(true);
  });

  it('of the pool under a transaction that has not sent its commit is repeated', async () => {
    const holder = await openHolder();
    const registering = opened.store.registerConsumer('main', 'a:b', 'now');
    await kill('for update');
    await holder.run('rollback');
    expect(await registering).toBe(true);
    expect(await opened.store.registerConsumer('main', 'a:b', 'now')).toBe(false);
  });

  it('of the pool in silence is given up after the time limit', async () => {
    const wire = await openCuttable();
    const store = await Store.open({ database: wire.url, poolMax: 2, timeoutMs: 1000 });
    cleanups.unshift(() => store.close());
    await store.streamState('main');
    wire.hush();
    const startedMs = performance.now();
    await expect(store.streamState('main')).rejects.toMatchObject({ code: 'StoreUnavailable' });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    wire.mend();
    // A connection that was begun in the silence may still fail.
    const state = await until(() => store.streamState('main').catch(() => null));
    expect(state.newest).toBe('0');
  });
});

describeDatabase('mysql', 'the row of a stream that another session holds', () => {
  let opened: OpenStore;
  let sql: SqlSession;
  let stepper: Stepper;
  const hold = async () => {
    await sql.run('begin');
    await sql.run("select * from evt_streams where name = 'main' for update");
  };
  beforeEach(async () => {
    opened = await openStore('mysql');
    sql = await openSqlSession('mysql', opened.url);
    // The first step writes down which database it is taken in.
    await settle(opened.store);
    stepper = new Stepper(
      { place: placeOf(opened.url), timeoutMs: 1000, statementMs: 2000 },
      { stream: 'main', synced: new Synced(), settle: () => settle(opened.store) },
    );
  });
  afterEach(async () => {
    await stepper.close();
    await sql.close();
    await opened.close();
  });

  it('is waited for as long as the time limit, and then nothing has happened', async () => {
    await hold();
    const lean = await stepper.append([makeDraft()]).catch((error) => error);
    expect(mysqlOutcome(lean)).toBe('rolled-back');
    await sql.run('rollback');
    await sql.insertEvent('TX', '1');
    await stepper.append([makeDraft()]);
    await hold();
    const full = await stepper.append([makeDraft()]).catch((error) => error);
    expect(mysqlOutcome(full)).toBe('rolled-back');
    await sql.run('rollback');
    expect((await stepper.append([makeDraft()])).first).toBe('3');
  });

  it('is passed over at once when nobody waits for an answer', async () => {
    await sql.insertEvent('TX', '1');
    await hold();
    const startedMs = performance.now();
    expect(await opened.store.moveInbox('main')).toEqual({ moved: 0, isDrained: false });
    expect(performance.now() - startedMs).toBeLessThan(1000);
    await sql.run('rollback');
    expect(await opened.store.moveInbox('main')).toEqual({ moved: 1, isDrained: true });
  });

  it('is free again soon after a node was frozen in the middle of a step', async () => {
    const limits = { timeoutMs: 1000, statementMs: 1000 };
    const frozen = await StepConnection.connect({ place: placeOf(opened.url), ...limits });
    await frozen.send([START, stepSql('main').lock]);
    const startedMs = performance.now();
    expect((await opened.store.append('main', [makeDraft()])).first).toBe('1');
    expect(performance.now() - startedMs).toBeLessThan(5000);
    await expect(frozen.commit([['commit']])).rejects.toThrow();
    frozen.cut();
  });
});

describeDatabase('mysql', 'a server that cannot be used', () => {
  it.each([
    ['nobody listens', { port: '1' }],
    ['the password is wrong', { password: 'wrong' }],
    ['the database is missing', { pathname: '/evt_missing' }],
  ])('is told as such when %s', async (_, change) => {
    const url = Object.assign(new URL(process.env.TEST_MYSQL_URL as string), {
      pathname: '/mysql',
      ...change,
    });
    const store = await Store.open({ database: url.href, poolMax: 2, timeoutMs: 1000 });
    const unavailable = { code: 'StoreUnavailable' };
    await expect(store.ping()).rejects.toMatchObject(unavailable);
    await expect(store.append('main', [makeDraft()])).rejects.toMatchObject(unavailable);
    await store.close();
  });

  it('is refused when its URL names no database', async () => {
    const options = { database: 'mysql://u@127.0.0.1/', poolMax: 1, timeoutMs: 1000 };
    await expect(Store.open(options)).rejects.toThrow(/name of a database/);
  });
});

/** As its own stepper would have it done. */
async function settle(store: Store): Promise<void> {
  await store.moveInbox('main');
}
