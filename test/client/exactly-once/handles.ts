// Every kind of database handle that the kit takes, with what an effect does over it.
import knex, { type Knex } from 'knex';
import mysqlCallbacks from 'mysql2';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { databaseFile, loadDriver, openHandle } from '../../../src/store/dialects/sqlite/driver.ts';
import { SqliteClient } from '../../../src/store/sqlite-client.ts';
import type { DatabaseKind } from '../../support/databases.ts';

export interface Handle {
  readonly database: object;
  /** Runs a statement the way an effect would. */
  run(tx: unknown, sql: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface HandleKind {
  readonly name: string;
  /** Gets over the loss of a connection by itself. */
  readonly isPool: boolean;
  open(url: string): Promise<Handle>;
}

type SqliteHandle = Awaited<ReturnType<typeof openHandle>>;

const overKnex = (config: (url: string) => Knex.Config): HandleKind => ({
  name: 'knex',
  isPool: true,
  open: async (url) => {
    const database = knex(config(url));
    return {
      database,
      run: async (tx, sql) => (tx as Knex.Transaction).raw(sql),
      close: () => database.destroy(),
    };
  },
});

const overSqlite = (name: string, dress: (handle: SqliteHandle) => object): HandleKind => ({
  name,
  isPool: false,
  open: async (url) => {
    const handle = await openHandle(await loadDriver(), databaseFile(url), 10_000);
    return {
      database: dress(handle),
      run: async (tx, sql) => (tx as SqliteHandle).exec(sql),
      close: async () => handle.close(),
    };
  },
});

/** better-sqlite3 knows statements that give rows from those that do not, and refuses the other verb. */
function likeBetterSqlite(handle: SqliteHandle): object {
  return {
    exec: (sql: string) => handle.exec(sql),
    prepare: (sql: string) => {
      const statement = handle.prepare(sql);
      const isReader = statement.columns().length > 0;
      const only = (isFit: boolean) => {
        if (!isFit) throw new TypeError('This verb is not for this statement');
      };
      return {
        run: (...values: string[]) => {
          only(!isReader);
          return statement.run(...values);
        },
        all: (...values: string[]) => {
          only(isReader);
          return statement.all(...values);
        },
      };
    },
  };
}

const runByPg: Handle['run'] = (tx, sql) => (tx as pg.ClientBase).query(sql);
const runByMysql: Handle['run'] = (tx, sql) => (tx as mysql.Connection).query(sql);
const runByCallbacks: Handle['run'] = (tx, sql) =>
  (tx as mysqlCallbacks.Connection).promise().query(sql);

export const HANDLES: Readonly<Record<DatabaseKind, readonly HandleKind[]>> = {
  sqlite: [
    overKnex((url) => ({
      client: SqliteClient,
      connection: { filename: databaseFile(url) },
      useNullAsDefault: true,
    })),
    overSqlite('a handle', (handle) => handle),
    overSqlite('a handle like better-sqlite3', likeBetterSqlite),
  ],
  postgres: [
    overKnex((connection) => ({ client: 'pg', connection })),
    {
      name: 'pg.Pool',
      isPool: true,
      open: async (connectionString) => {
        const pool = new pg.Pool({ connectionString, max: 3 });
        pool.on('error', () => {});
        return { database: pool, run: runByPg, close: () => pool.end() };
      },
    },
    {
      name: 'pg.Client',
      isPool: false,
      open: async (url) => {
        const client = new pg.Client(url);
        client.on('error', () => {});
        await client.connect();
        return { database: client, run: runByPg, close: () => client.end() };
      },
    },
  ],
  mysql: [
    overKnex((connection) => ({ client: 'mysql2', connection })),
    {
      name: 'a mysql2 pool',
      isPool: true,
      open: async (uri) => {
        const pool = mysql.createPool({ uri, connectionLimit: 3, rowsAsArray: true });
        return { database: pool, run: runByMysql, close: () => pool.end() };
      },
    },
    {
      name: 'a mysql2 connection',
      isPool: false,
      open: async (url) => {
        const connection = await mysql.createConnection(url);
        connection.on('error', () => {});
        return { database: connection, run: runByMysql, close: async () => connection.destroy() };
      },
    },
    {
      name: 'a mysql2 pool with callbacks',
      isPool: true,
      open: async (url) => {
        const pool = mysqlCallbacks.createPool(url);
        return { database: pool, run: runByCallbacks, close: () => pool.promise().end() };
      },
    },
    {
      name: 'a mysql2 connection with callbacks',
      isPool: false,
      open: async (url) => {
        const connection = mysqlCallbacks.createConnection(url);
        connection.on('error', () => {});
        return {
          database: connection,
          run: runByCallbacks,
          close: async () => connection.destroy(),
        };
      },
    },
  ],
};
