// Connections to PostgreSQL that go away: between statements, under them, and without a word.
import { Store } from '../../src/store/store.ts';
import { killBackends, POOL, STEPS } from '../support/backends.ts';
import { describeDatabase } from '../support/databases.ts';
import { drainInbox, expectDense, id, makeDraft, makeDrafts, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { openWire } from '../support/wire.ts';

describeDatabase('postgres', 'a lost connection', () => {
  let opened: OpenStore;
  let sql: SqlSession;
  let admin: SqlSession;
  const cleanups: (() => Promise<void>)[] = [];
  const openShort = async (url: string, timeoutMs: number) => {
    const store = await Store.open({ database: url, poolMax: 2, timeoutMs });
    cleanups.unshift(() => store.close());
    return store;
  };
  const openCuttable = async () => {
    const wire = await openWire(opened.url);
    cleanups.unshift(() => wire.close());
    return wire;
  };
  beforeEach(async () => {
    opened = await openStore('postgres');
    sql = await openSqlSession('postgres', opened.url);
    admin = await openSqlSession('postgres', opened.url);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
    await sql.close();
    await admin.close();
    await opened.close();
  });
  const typesOf = async () => (await readAll(opened.store)).map((row) => row[1]);

  it('at the commit of what may be done twice is done twice', async () => {
    const { store } = opened;
    await store.append('main', makeDrafts(10));
    await store.registerConsumer('main', 'a:b', 'now');
    for (const statement of LOST_ONCE) await sql.run(statement);
    const loseOnce = () => sql.run('alter sequence commits restart');
    const losses = async () =>
      Number((await sql.run('select last_value from commits'))[0]?.last_value);
    const request = { stream: 'main', ident: 'a:b', node: 'n', leaseMs: 5000, onlyIfFree: true };
    const take = async () => {
      const lease = await store.leases.take(request);
      if (lease === null) throw new Error('The lease is not free.');
      return lease;
    };
    const verbs: (() => Promise<unknown>)[] = [
      () => store.registerConsumer('main', 'a:c', 'now'),
      take,
      async () => expect((await store.leases.renew([await take()], 5000)).lost).toEqual([]),
      async () => {
        const lease = await take();
        await loseOnce();
        expect((await store.leases.renew([lease], 5000)).lost).toEqual([]);
      },
      async () => {
        const lease = await take();
        await loseOnce();
        await store.leases.release(lease);
      },
      () => store.discard('main', { limit: 4 }),
      () => store.requireArchive('main'),
    ];
    for (const verb of verbs) {
      await loseOnce();
      await verb();
      expect(await losses()).toBeGreaterThan(1);
    }
    expect((await store.streamState('main')).discardedUpTo).toBe('4');
    const idents = (await store.listConsumers('main')).map((consumer) => consumer.ident);
    expect(idents.sort()).toEqual(['ARCHIVER', 'a:b', 'a:c']);
  });

  it('at the commit of what must not be done twice is said', async () => {
    const { store } = opened;
    await store.registerConsumer('main', 'a:b', 'now');
    for (const statement of LOST_ONCE) await sql.run(statement);
    await expect(
      store.unregisterConsumer('main', 'a:b', { isDryRun: false, dropsParked: false }),
    ).rejects.toMatchObject({
      code: 'OutcomeUnknown',
    });
  });

  it('between steps is made again for the next one', async () => {
    const { store } = opened;
    for (let round = 0; round < 5; round += 1) {
      await store.append('main', [makeDraft('CALL')]);
      await sql.insertEvent('TX', '1');
      await killBackends(admin, STEPS, false);
      // Whether the loss is known by now or only when the step is sent, a step without drafts can be repeated.
      expect(await store.moveInbox('main')).toEqual({ moved: 1, isDrained: true });
    }
    expect(await typesOf()).toEqual([0, 1, 2, 3, 4].flatMap(() => ['CALL', 'TX']));
  });

  it('between appends doubles nothing, and what is not known is said', async () => {
    const { store } = opened;
    const done: string[] = [];
    const unknown: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const type = `CALL_${round}`;
      await store.append('main', [makeDraft(type)]).then(
        () => done.push(type),
        (error) => {
          expect(error.code).toBe('OutcomeUnknown');
          unknown.push(type);
        },
      );
      // Not waiting for the end of the backend: the next call meets it at any stage of its end.
      await admin.run(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
          and application_name like '${STEPS}'`,
      );
    }
    const rows = await readAll(store);
    expectDense(rows);
    const types = rows.map((row) => row[1]);
    expect(new Set(types).size).toBe(types.length);
    expect(types).toEqual(expect.arrayContaining(done));
    expect(types.every((type) => done.includes(type) || unknown.includes(type))).toBe(true);
  });

  it('under an append leaves its outcome unknown, and the next one goes on', async () => {
    const { store } = opened;
    await store.append('main', [makeDraft('FIRST')]);
    await sql.run('begin');
    await sql.run('select from evt_streams for update');
    const lost = store.append('main', [makeDraft('LOST')]);
    const isSaid = expect(lost).rejects.toMatchObject({ code: 'OutcomeUnknown' });
    await killBackends(admin, STEPS, true);
    await isSaid;
    const next = store.append('main', [makeDraft('NEXT')]);
    await sql.run('commit');
    expect((await next).first).toBe('2');
    expect(await typesOf()).toEqual(['FIRST', 'NEXT']);
  });

  it('under a step without drafts goes unnoticed', async () => {
    const { store } = opened;
    await sql.insertEvent('TX', '1');
    await sql.run('begin');
    await sql.run('lock table evt_inbox in access exclusive mode');
    const moving = store.moveInbox('main');
    await killBackends(admin, STEPS, true);
    await sql.run('commit');
    expect(await moving).toEqual({ moved: 1, isDrained: true });
    expect(await typesOf()).toEqual(['TX']);
  });

  it('under a transaction before its commit is a reason to begin again', async () => {
    const { store } = opened;
    await sql.run('begin');
    await sql.run('select from evt_streams for update');
    const registering = store.registerConsumer('main', 'a:b', 'beginning');
    await killBackends(admin, POOL, true);
    await sql.run('commit');
    expect(await registering).toBe(true);
    expect((await store.listConsumers('main')).length).toBe(1);
  });

  it('of the pool is replaced', async () => {
    const { store } = opened;
    await store.append('main', makeDrafts(3));
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([store.streamState('main'), readAll(store), store.inboxDepth('main')]);
      await killBackends(admin, POOL, false);
      expect((await store.streamState('main')).newest).toBe('3');
      expect((await readAll(store)).length).toBe(3);
    }
  });

  it('loses and doubles nothing when it happens again and again', async () => {
    const { store } = opened;
    const other = await opened.another();
    const done: string[] = [];
    const unknown: string[] = [];
    let isRunning = true;
    const killing = (async () => {
      while (isRunning) {
        await admin.run(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
            and application_name like '${STEPS}' and random() < 0.5`,
        );
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      }
    })();
    const moving = (async () => {
      while (isRunning) await other.moveInbox('main');
    })();
    await Promise.all(
      [store, other].map(async (node, place) => {
        for (let round = 0; round < 150; round += 1) {
          const type = `CALL_${place}_${round}`;
          await sql.insertEvent(`TX_${place}_${round}`, '1');
          await node.append('main', [makeDraft(type)]).then(
            () => done.push(type),
            () => unknown.push(type),
          );
        }
      }),
    );
    isRunning = false;
    await Promise.all([killing, moving]);
    await drainInbox(store);
    const rows = await readAll(store);
    expectDense(rows);
    const types = rows.map((row) => row[1]);
    expect(new Set(types).size).toBe(types.length);
    expect(types).toEqual(expect.arrayContaining(done));
    expect(types.filter((type) => type.startsWith('TX')).length).toBe(300);
    const calls = types.filter((type) => type.startsWith('CALL'));
    expect(calls.every((type) => done.includes(type) || unknown.includes(type))).toBe(true);
  });

  it('that dies without a word keeps nobody waiting for ever', async () => {
    const wire = await openCuttable();
    // Enough for a new connection on a busy machine, which the last calls need.
    const store = await openShort(wire.url, 1000);
    await store.append('main', makeDrafts(2));
    expect((await store.streamState('main')).newest).toBe('2');
    wire.hush();
    await Promise.all([
      expect(store.append('main', [makeDraft()])).rejects.toMatchObject({ code: 'OutcomeUnknown' }),
      expect(store.readAfter('main', id(0), { eventsMax: 9, bytesMax: 9e5 })).rejects.toMatchObject(
        { code: 'StoreUnavailable' },
      ),
    ]);
    await expect(store.append('main', [makeDraft()])).rejects.toMatchObject({
      code: 'StoreUnavailable',
    });
    wire.mend();
    expect((await store.append('main', [makeDraft('AGAIN')])).first).toMatch(/^[34]$/);
    expect((await readAll(store)).at(-1)?.[1]).toBe('AGAIN');
  });

  it('does not keep the store from closing', async () => {
    const wire = await openCuttable();
    const store = await openShort(wire.url, 1000);
    await store.append('main', makeDrafts(1));
    wire.hush();
    await store.close();
  });

  it('is not what a lock time-out is: the append is tried again', async () => {
    const store = await openShort(opened.url, 1000);
    await sql.run('begin');
    await sql.run('select from evt_streams for update');
    const appending = store.append('main', [makeDraft()]);
    // Longer than two of its time-outs.
    await sql.run('select pg_sleep(2.5)');
    await sql.run('commit');
    expect((await appending).first).toBe('1');
  });
});

/** Ends the session at its first commit of a change since the sequence was restarted. */
const LOST_ONCE = [
  'create sequence commits',
  `create function lose_once() returns trigger language plpgsql as $$ begin
     if nextval('commits') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
     return null; end $$`,
  ...['evt_consumers', 'evt_queue'].map(
    (table) => `create constraint trigger lose_once after insert or update or delete on ${table}
       deferrable initially deferred for each row execute function lose_once()`,
  ),
];
