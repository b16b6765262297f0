// One plain connection as an application would hold it: SQL text in, rows out, transactions by hand.
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { whenFree } from '../../src/store/dialects/sqlite/busy.ts';
import { databaseFile, loadDriver, openHandle } from '../../src/store/dialects/sqlite/driver.ts';
import type { DatabaseKind } from './databases.ts';

export interface SqlSession {
  run(sql: string, values?: readonly (string | null)[]): Promise<Record<string, unknown>[]>;
  /** Inserts one event the way a foreign application does. */
  insertEvent(type: string | null, data: string | null, table?: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSqlSession(kind: DatabaseKind, url: string): Promise<SqlSession> {
  const connection = await CONNECT[kind](url);
  return {
    run: (sql, values = []) => connection.run(sql, values),
    insertEvent: async (type, data, table = 'evt_inbox') => {
      const values = [type, data] as string[];
      await connection.run(
        `insert into ${table} (type, data) values (${connection.marks})`,
        values,
      );
    },
    close: () => connection.close(),
  };
}

/** SQL for the database's time, so many hours ahead (or behind). */
export const timeInHours: Readonly<Record<DatabaseKind, (hours: number) => string>> = {
  sqlite: (hours) => `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '${hours} hours')`,
  postgres: (hours) => `now() + interval '${hours} hours'`,
  mysql: (hours) => `utc_timestamp(3) + interval ${hours} hour`,
};

interface Connection {
  readonly marks: string;
  run(sql: string, values: readonly (string | null)[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

const CONNECT: Record<DatabaseKind, (url: string) => Promise<Connection>> = {
  sqlite: async (url) => {
    const file = databaseFile(url);
    const handle: DatabaseSyncInstance = await openHandle(await loadDriver(), file, 10_000);
    return {
      marks: '?, ?',
      // Waiting must not block: the writer that is waited for may live in this very process.
      run: (sql, values) =>
        whenFree(() => handle.prepare(sql).all(...values) as Record<string, unknown>[], 10_000),
      close: async () => handle.close(),
    };
  },
  postgres: async (url) => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    return {
      marks: '$1, $2',
      run: async (sql, values) => (await client.query(sql, [...values])).rows,
      close: () => client.end(),
    };
  },
  mysql: async (url) => {
    const connection = await mysql.createConnection({ uri: url, charset: 'utf8mb4' });
    return {
      marks: '?, ?',
      run: async (sql, values) => {
        const [rows] = await connection.query(sql, [...values]);
        return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
      },
      close: () => connection.end(),
    };
  },
};
