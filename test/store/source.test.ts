// A database that is named by a knex instance of the application: the same database over connections of our own, and
// the instance goes on as if nothing had been.
import { inspect } from 'node:util';
import makeKnex, { type Knex } from 'knex';
import { App } from '../../src/app/app.ts';
import { loadSettings } from '../../src/config/load.ts';
import { addEvent } from '../../src/generator/index.ts';
import { databaseFile } from '../../src/store/dialects/sqlite/driver.ts';
import { SqliteClient } from '../../src/store/sqlite-client.ts';
import { Store } from '../../src/store/store.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import {
  createDatabase,
  type DatabaseKind,
  describeDatabase,
  describeDatabases,
  type ServerKind,
  serverKinds,
  type TestDatabase,
} from '../support/databases.ts';
import { drainInbox, makeDraft, readAll } from '../support/events.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'p@ss:w/ord #1?&%25 \'"\\ é';

/** A setting of the application's own sessions, other than ours. */
const OWN: Record<DatabaseKind, { set: string; get: string }> = {
  sqlite: { set: 'pragma cache_size = -1234', get: 'pragma cache_size' },
  postgres: {
    set: "set default_transaction_isolation = 'serializable'",
    get: 'show default_transaction_isolation',
  },
  mysql: { set: "set session sql_mode = 'ANSI'", get: 'select @@sql_mode' },
};

const CONFIGS: Record<DatabaseKind, Knex.Config> = {
  sqlite: { client: SqliteClient, useNullAsDefault: true },
  postgres: { client: 'pg' },
  mysql: { client: 'mysql2' },
};

function partsOf(kind: DatabaseKind, url: string): Knex.StaticConnectionConfig {
  if (kind === 'sqlite') return { filename: databaseFile(url) };
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function freshDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const database = await createDatabase(kind);
  cleanups.unshift(() => database.drop());
  return database;
}

function connect(config: Knex.Config): Knex {
  const app = makeKnex({ ...config, log: { warn: () => {} } });
  cleanups.unshift(() => app.destroy());
  return app;
}

async function openOn(database: Knex | string, timeoutMs = 10_000): Promise<Store> {
  const store = await Store.open({ database, poolMax: 2, timeoutMs });
  cleanups.unshift(() => store.close());
  return store;
}

async function openSession(kind: DatabaseKind, url: string): Promise<SqlSession> {
  const session = await openSqlSession(kind, url);
  cleanups.unshift(() => session.close());
  return session;
}

/** An account with a password of its own on a fresh database. */
async function makeAccount(kind: ServerKind, password: string) {
  const { url } = await freshDatabase(kind);
  const admin = await openSession(kind, url);
  const database = new URL(url).pathname.slice(1);
  const user = database.replace('aftercommit_test', 'u');
  const quoted = (text: string) =>
    kind === 'mysql' ? `'${text.replace(/['\\]/g, '\\$&')}'` : `'${text.replaceAll("'", "''")}'`;
  const run = async (statements: Record<ServerKind, readonly string[]>) => {
    for (const statement of statements[kind]) await admin.run(statement);
  };
  await run({
    postgres: [
      `create role ${user} login password ${quoted(password)}`,
      `grant all on schema public to ${user}`,
    ],
    mysql: [
      `create user ${user}@'%' identified by ${quoted(password)}`,
      `grant all on ${database}.* to ${user}@'%'`,
    ],
  });
  cleanups.unshift(() =>
    run({
      postgres: [`drop owned by ${user}`, `drop role ${user}`],
      mysql: [`drop user ${user}@'%'`],
    }),
  );
  return {
    parts: { ...(partsOf(kind, url) as object), user, password },
    url: Object.assign(new URL(url), {
      username: user,
      password: encodeURIComponent(password),
    }).href.replaceAll("'", '%27'),
    change: (next: string) =>
      run({
        postgres: [`alter role ${user} password ${quoted(next)}`],
        mysql: [`alter user ${user}@'%' identified by ${quoted(next)}`],
      }),
    /** Ends all connections of the account. */
    cut: async () => {
      const found = {
        postgres: `select pid as id from pg_stat_activity where usename = '${user}'`,
        mysql: `select id from information_schema.processlist where user = '${user}'`,
      };
      for (const { id } of await admin.run(found[kind])) {
        await admin.run(kind === 'mysql' ? `kill ${id}` : `select pg_terminate_backend(${id})`);
      }
    },
  };
}

const typesOf = async (store: Store) => (await readAll(store)).map((row) => row[1]);

describeDatabases('a knex instance of the application', (kind) => {
  const FORMS = {
    'by a string': (url: string) => (kind === 'sqlite' ? databaseFile(url) : url),
    'by an object': (url: string) => partsOf(kind, url),
    'by a function': (url: string) => async () => partsOf(kind, url),
  } as const;

  it.each(Object.entries(FORMS))('connected %s names the database', async (_, form) => {
    const { url } = await freshDatabase(kind);
    const app = connect({
      ...CONFIGS[kind],
      connection: form(url) as Knex.StaticConnectionConfig,
      pool: {
        min: 0,
        max: 1,
        afterCreate: (connection: unknown, done: (error: unknown, made: unknown) => void) => {
          const set = app.client.query(connection, OWN[kind].set) as Promise<unknown>;
          set.then(() => done(null, connection), done as (error: unknown) => void);
        },
      },
    });
    const own = async () => JSON.stringify(await app.raw(OWN[kind].get));
    const before = await own();

    const store = await Store.open({ database: app, poolMax: 2, timeoutMs: 10_000 });
    expect(store.kind).toBe(kind);
    await store.migrate(['main']);
    await store.append('main', [makeDraft('CALLED')]);
    await app.transaction((tx) => addEvent(tx, 'IN_TRANSACTION', { order: 7 }));
    await drainInbox(store);
    expect(await typesOf(store)).toEqual(['CALLED', 'IN_TRANSACTION']);
    expect(await typesOf(await openOn(url))).toEqual(['CALLED', 'IN_TRANSACTION']);

    await store.close();
    expect(await own()).toBe(before);
    expect(before).toMatch(/1234|serializable|ANSI/);
  });

  it('keeps its password out of what can be printed', async () => {
    const { url } = await freshDatabase(kind);
    const secret = 'not-to-be-printed';
    const parts = partsOf(kind, url) as object;
    const app = connect({ ...CONFIGS[kind], connection: { ...parts, password: secret } });
    const store = await openOn(app, 2000);
    const failure = await store.migrate(['main']).catch((error) => error);
    expect(failure instanceof Error).toBe(kind !== 'sqlite');
    expect(inspect([store, failure, app.client.connectionSettings], { depth: 9 })).not.toContain(
      secret,
    );
  });
});

describeDatabases('a node whose databases are knex instances', (kind) => {
  it('serves from the one and archives into the other', async () => {
    const [active, warehouse] = [await freshDatabase(kind), await freshDatabase(kind)];
    const [database, history] = [active, warehouse].map(({ url }) =>
      connect({ ...CONFIGS[kind], connection: partsOf(kind, url) }),
    ) as [Knex, Knex];
    const nowhere = 'postgres://a@127.0.0.1:1/x';
    const settings = loadSettings({
      values: { databaseUrl: nowhere, warehouseUrl: nowhere, port: 0, archiver: true },
    });
    const app = new App(settings, createLogger('silent'), { database, warehouse: history });
    cleanups.unshift(() => app.stop());
    await app.start();
    await database.transaction((tx) => addEvent(tx, 'IN_TRANSACTION'));
    await until(async () => (await history('evt_history').select('type')).length === 1);
  });
});

describe.each(serverKinds)('the connections that are made to', (kind) => {
  describeDatabase(kind, 'a server', () => {
    it('take a password of any characters, from an object and from a URL', async () => {
      const account = await makeAccount(kind, PASSWORD);
      for (const connection of [account.parts, account.url]) {
        const app = connect({ ...CONFIGS[kind], connection });
        await app.raw('select 1');
        await (await openOn(app)).ping();
      }
      await (await openOn(account.url)).ping();
    });

    it('ask the function for its settings each time, so a changed password is known', async () => {
      const account = await makeAccount(kind, 'first');
      const given: string[] = [];
      let password = 'first';
      const connection = async () => {
        given.push(password);
        return { ...account.parts, password };
      };
      const store = await openOn(connect({ ...CONFIGS[kind], connection }));
      await store.migrate(['main']);
      await store.append('main', [makeDraft('FIRST')]);
      expect(new Set(given)).toEqual(new Set(['first']));

      password = 'second';
      await account.change(password);
      await account.cut();
      given.length = 0;
      await until(() => store.append('main', [makeDraft('SECOND')]).catch(() => null));
      expect(await typesOf(store)).toEqual(['FIRST', 'SECOND']);
      // One for the step, one for the pool.
      expect(given).toEqual(['second', 'second']);
    });

    it('do not wait for ever for a function that gives no answer', async () => {
      const { url } = await freshDatabase(kind);
      let isHanging = false;
      const connection = () =>
        isHanging ? new Promise<never>(() => {}) : Promise.resolve(partsOf(kind, url));
      const store = await openOn(connect({ ...CONFIGS[kind], connection }), 500);
      await store.migrate(['main']);
      isHanging = true;
      const away = { code: 'StoreUnavailable' };
      await expect(store.append('main', [makeDraft()])).rejects.toMatchObject(away);
      isHanging = false;
      // A connection that was begun in the silence may still fail.
      const appended = await until(() => store.append('main', [makeDraft()]).catch(() => null));
      expect(appended.first).toBe('1');
    });
  });
});

describeDatabase('postgres', 'a knex instance with a search path', () => {
  const inSchema = (connection: string, change: Partial<Knex.Config>) =>
    connect({ client: 'pg', connection, ...change });

  it.each<[string, (url: string) => Knex]>([
    ['of its own', (url) => inSchema(url, { searchPath: ['Shop "1"', 'public'] })],
    ['of one schema', (url) => inSchema(url, { searchPath: 'Shop "1"' })],
    [
      'in its URL',
      (url) =>
        inSchema(`${url}?options=${encodeURIComponent('-c search_path="Shop\\ ""1"""')}`, {}),
    ],
  ])('%s has the tables in its schema, for steps too', async (_, connectTo) => {
    const { url } = await freshDatabase('postgres');
    const admin = await openSession('postgres', url);
    await admin.run('create schema "Shop ""1"""');
    const app = connectTo(url);
    const store = await openOn(app);
    await store.migrate(['main']);
    await app.transaction((tx) => addEvent(tx, 'IN_TRANSACTION'));
    expect(await drainInbox(store)).toBe(1);
    expect(await typesOf(store)).toEqual(['IN_TRANSACTION']);
    const schemas = await admin.run(
      "select distinct schemaname from pg_tables where tablename like 'evt%'",
    );
    expect(schemas).toEqual([{ schemaname: 'Shop "1"' }]);
  });
});

describeDatabase('postgres', 'a node on a knex instance', () => {
  it('is told of what another one commits', async () => {
    const { url } = await freshDatabase('postgres');
    const app = connect({ client: 'pg', connection: url });
    const [store, other] = [await openOn(app), await openOn(app)];
    await store.migrate(['main']);
    const told: (string | null)[] = [];
    const watches = [store, other].map((each) =>
      each.watch({ onChange: (stream) => told.push(stream), onError: () => {} }),
    );
    for (const watch of watches) {
      await watch?.start();
      cleanups.unshift(async () => watch?.stop());
    }
    await until(() => {
      watches[0]?.announce('main');
      return told.includes('main');
    });
  });
});
