// What a source may not name, and what of a knex instance's settings is taken.
import { inspect } from 'node:util';
import makeKnex, { type Knex } from 'knex';
import ClientBetterSqlite3 from 'knex/lib/dialects/better-sqlite3/index.js';
import ClientMysql2 from 'knex/lib/dialects/mysql2/index.js';
import pg from 'pg';
import { connectionOptions } from '../../src/store/dialects/mysql/session.ts';
import { placeOf } from '../../src/store/dialects/source.ts';
import { databaseFile, loadDriver } from '../../src/store/dialects/sqlite/driver.ts';
import { SqliteClient } from '../../src/store/sqlite-client.ts';
import { Store } from '../../src/store/store.ts';
import { createDatabase, type TestDatabase } from '../support/databases.ts';

const made: Knex[] = [];
let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase('sqlite');
});
afterEach(async () => {
  for (const each of made.splice(0)) await each.destroy();
  await database.drop();
});

function connect(config: Knex.Config): Knex {
  const app = makeKnex({ ...config, log: { warn: () => {} } });
  made.push(app);
  return app;
}

function sqlite(connection: { filename: string }): Knex {
  return connect({ client: SqliteClient, useNullAsDefault: true, connection });
}

describe('a database is refused', () => {
  const memory = /needs a file, as in \{filename: .*every connection has its own/;
  it.each<[string, () => unknown, RegExp]>([
    [
      'of another kind',
      () => connect({ client: 'mssql' }),
      /the client mssql .* one of pg, mysql2/,
    ],
    [
      'that only speaks like PostgreSQL',
      () => connect({ client: 'cockroachdb', connection: {} }),
      /the client cockroachdb /,
    ],
    ['of Redshift', () => connect({ client: 'redshift', connection: {} }), /pg-redshift/],
    ['without a client', () => connect({ client: makeKnex.Client }), /the client of no driver /],
    ['without a connection', () => connect({ client: 'pg' }), /has no connection/],
    [
      'on a pool of the application',
      () => connect({ client: 'pg', connectionPool: new pg.Pool() } as Knex.Config),
      /\(connectionPool\) does not say/,
    ],
    ['in memory', () => sqlite({ filename: ':memory:' }), memory],
    ['in a temporary file', () => sqlite({ filename: '' }), memory],
    ['named as a URI', () => sqlite({ filename: 'file:a?mode=memory' }), memory],
    ['without a file', () => sqlite({} as { filename: string }), memory],
    [
      'without a name on its server',
      () => connect({ client: 'mysql2', connection: { host: '127.0.0.1' } }),
      /names no database of its server/,
    ],
    ['that is a pool', () => new pg.Pool(), /named by its URL or by a knex instance/],
    ['that is nothing', () => undefined, /named by its URL or by a knex instance/],
  ])('%s', async (_, makeSource, message) => {
    const options = { database: makeSource() as Knex, poolMax: 1, timeoutMs: 1000 };
    await expect(Store.open(options)).rejects.toThrow(message);
  });

  it.each(['postgres', 'mysql'])(
    'whose URL cannot be read, on %s without showing it',
    async (name) => {
      const url = `${name}://a:not-to-be-printed@h:port/x`;
      const opening = Store.open({ database: url, poolMax: 1, timeoutMs: 1000 });
      const failure = await opening.then((store) => store.ping()).catch((error) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(inspect(failure, { depth: 9 })).not.toContain('not-to-be-printed');
    },
  );

  it('that is a transaction', async () => {
    await sqlite({ filename: databaseFile(database.url) }).transaction(async (tx) => {
      const opening = Store.open({ database: tx, poolMax: 1, timeoutMs: 1000 });
      await expect(opening).rejects.toThrow(/not by a transaction/);
    });
  });
});

describe('a SQLite library', () => {
  const openWith = async (driver: unknown) => {
    class Client extends ClientBetterSqlite3 {
      _driver() {
        return driver;
      }
    }
    const connection = { filename: databaseFile(database.url) };
    const client = Client as unknown as typeof Knex.Client;
    const app = connect({ client, connection, useNullAsDefault: true });
    return Store.open({ database: app, poolMax: 1, timeoutMs: 1000 });
  };

  it('other than ours is refused, since neither would see the locks of the other', async () => {
    const refusal = /client better-sqlite3 brings a SQLite library of its own/;
    await expect(openWith(class Database {})).rejects.toThrow(refusal);
    await expect(openWith({ Database: class {} })).rejects.toThrow(refusal);
  });

  it('that is ours is taken, also under a client of the application', async () => {
    const driver = await loadDriver();
    for (const given of [driver, { DatabaseSync: driver }]) {
      const store = await openWith(given);
      await store.ping();
      await store.close();
    }
  });
});

describe('connections to MySQL and MariaDB', () => {
  const optionsOf = async (driverName: string, connection: object) => {
    class Client extends ClientMysql2 {}
    Object.assign(Client.prototype, { driverName });
    const client = Client as unknown as typeof Knex.Client;
    const place = placeOf(connect({ client, connection }));
    const limits = { timeoutMs: 1000, statementMs: 1000 };
    const settings = await place.settings(limits);
    const target = { settings, connectMs: 1000, isOneOfMany: false };
    return connectionOptions({ place, ...limits }, target);
  };

  it.each(['mysql', 'mysql2', 'mariadb'])(
    'take from %s where to go, and no session',
    async (name) => {
      const ssl = { ca: 'a' };
      const where = { socketPath: '/run/db.sock', user: 'u', password: 'p', database: 'd', ssl };
      const options = await optionsOf(name, {
        ...where,
        ...{ timezone: 'local', charset: 'latin1', typeCast: false, multipleStatements: true },
      });
      expect(options).toMatchObject({ ...where, jsonStrings: true, dateStrings: true });
      for (const other of ['timezone', 'charset', 'typeCast', 'multipleStatements']) {
        expect(options).not.toHaveProperty(other);
      }
    },
  );

  it('are checked by their certificate where MariaDB says plainly that it is wanted', async () => {
    expect((await optionsOf('mariadb', { host: 'h', database: 'd', ssl: true })).ssl).toEqual({});
  });
});
