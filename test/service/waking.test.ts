// What wakes a node that would sleep for an hour: commits of other processes are told of, hinted at, or found later.
import knex, { type Knex } from 'knex';
import type { Settings } from '../../src/config/load.ts';
import { addEvent, Hints } from '../../src/generator/index.ts';
import { databaseFile } from '../../src/store/dialects/sqlite/driver.ts';
import { SqliteClient } from '../../src/store/dialects/sqlite/knex-client.ts';
import {
  type DatabaseKind,
  describeDatabase,
  describeDrawnDatabase,
} from '../support/databases.ts';
import { call, RpcSocket } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

/** Nobody who sleeps so long finds anything within a test. */
const ASLEEP: Partial<Settings> = { sleepMsMin: 60_000, sleepMsMax: 60_000 };

const KNEX: Record<DatabaseKind, (url: string) => Knex.Config> = {
  sqlite: (url) => ({
    client: SqliteClient,
    connection: { filename: databaseFile(url) },
    useNullAsDefault: true,
  }),
  postgres: (connection) => ({ client: 'pg', connection }),
  mysql: (connection) => ({ client: 'mysql2', connection }),
};

/** The types of the events that a LIVE reader of the node receives, from now on. */
async function receive(node: StartedApp) {
  const types: string[] = [];
  const socket = await RpcSocket.open(node.url, ({ params }) => {
    types.push(...params.events.map((event) => event.type));
    return true;
  });
  await socket.call('readyToReceive', { component: 'LIVE' });
  return { types, close: () => socket.socket.terminate() };
}

const has = (types: readonly string[], type: string) => until(() => types.includes(type));

describeDrawnDatabase('waking', (kind) => {
  const started: { stop(): Promise<unknown> }[] = [];
  const start = async (values: Partial<Settings>) => {
    const node = await startApp(kind, values);
    started.push(node);
    return node;
  };
  const listen = async (node: StartedApp) => {
    const { types, close } = await receive(node);
    started.push({ stop: async () => close() });
    return types;
  };
  afterEach(async () => {
    for (const each of started.splice(0).reverse()) await each.stop();
  });

  it('is told of what another node has numbered, or finds it', async () => {
    const node = await start(ASLEEP);
    // MySQL cannot tell.
    const other = await node.another(kind === 'mysql' ? { sleepMsMin: 5, sleepMsMax: 5 } : ASLEEP);
    const types = await listen(other);
    for (const type of ['FIRST', 'SECOND', 'THIRD']) {
      await call(node.url, 'addEvent', { type });
      await has(types, type);
    }
  });

  it('wakes by a hint of a producer behind its commit, and not by one that rolls back', async () => {
    const node = await start({ ...ASLEEP, watch: false });
    const types = await listen(node);
    const given: string[] = [];
    const target = new Hints(node.url);
    const hints = new Hints(async (stream) => {
      given.push(stream);
      target.give(stream);
    });
    const db = knex(KNEX[kind](node.settings.databaseUrl));
    started.push({ stop: () => db.destroy() });

    const gone = db.transaction(async (tx) => {
      await addEvent(tx, 'GONE', 1, { hints });
      throw new Error('weather');
    });
    await expect(gone).rejects.toThrow('weather');
    expect(given).toEqual([]);

    await db.transaction(async (tx) => {
      await addEvent(tx, 'KEPT', 1, { hints });
      await addEvent(tx, 'KEPT_TOO', 2, { hints });
      expect(given).toEqual([]);
    });
    await has(types, 'KEPT_TOO');
    expect(types).toEqual(['KEPT', 'KEPT_TOO']);
    expect(new Set(given)).toEqual(new Set(['main']));
  });

  it('takes a hint of whoever commits by SQL', async () => {
    const node = await start({ ...ASLEEP, watch: false });
    const types = await listen(node);
    const session = await openSqlSession(kind, node.settings.databaseUrl);
    await session.insertEvent('BY_SQL', '1');
    await session.close();
    expect(await call(node.url, 'hint')).toBe(true);
    await has(types, 'BY_SQL');
    await expect(call(node.url, 'hint', { stream: 'other' })).rejects.toMatchObject({
      data: { code: 'StreamNotFound' },
    });
  });

  it('finds everything without any of it, later', async () => {
    const paced = { sleepMsMin: 20, sleepMsMax: 200, sleepMsStep: 50, watch: false };
    const node = await start(paced);
    const other = await node.another(paced);
    const types = await listen(other);
    await call(node.url, 'addEvent', { type: 'BY_CALL' });
    const session = await openSqlSession(kind, node.settings.databaseUrl);
    await session.insertEvent('BY_SQL', '1');
    await session.close();
    await has(types, 'BY_SQL');
    expect(types).toEqual(['BY_CALL', 'BY_SQL']);
  });

  it('loses no hint while the node cannot be reached, and bothers nobody', async () => {
    const node = await start({ ...ASLEEP, watch: false });
    const errors: unknown[] = [];
    const hints = new Hints('http://127.0.0.1:1', { onError: (error) => errors.push(error) });
    expect(() => new Hints('nowhere')).toThrow('target must be the HTTP address of a node');
    const session = await openSqlSession(kind, node.settings.databaseUrl);
    await session.insertEvent('BY_SQL', '1');
    await session.close();
    for (let nth = 0; nth < 100; nth += 1) hints.give();
    const types = await listen(node);
    // Whoever adds by call moves what was committed before.
    await call(node.url, 'addEvent', { type: 'BY_CALL' });
    await has(types, 'BY_CALL');
    await until(() => errors.length > 0);
    const told: unknown[] = [];
    new Hints(node.url, { onError: (error) => told.push(error) }).give('other');
    await until(() => told.length > 0);
    expect(String(told[0])).toMatch(/stream/i);
  });
});

describeDatabase('postgres', 'waking by NOTIFY', (kind) => {
  it('hears of what any process notifies, also after its connection was lost', async () => {
    const node = await startApp(kind, ASLEEP);
    const { types, close } = await receive(node);
    const session = await openSqlSession(kind, node.settings.databaseUrl);
    try {
      for (const type of ['BEFORE', 'AFTER']) {
        await until(async () => (await watching()).length === 1);
        await session.insertEvent(type, '1');
        await until(async () => {
          await session.run("notify aftercommit_inbox, 'main'");
          return types.includes(type);
        });
        if (type === 'AFTER') break;
        const [pid] = await watching();
        await session.run(`select pg_terminate_backend(${pid})`);
        await until(async () => !(await watching()).includes(pid));
      }
    } finally {
      close();
      await session.close();
      await node.stop();
    }

    async function watching() {
      const rows = await session.run(
        `select pid from pg_stat_activity where application_name = 'aftercommit watch'
            and datname = current_database() and query not like 'set%'`,
      );
      return rows.map(({ pid }) => pid);
    }
  });
});
