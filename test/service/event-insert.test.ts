// The statement of eventInsert in sessions that an application may have: drivers that escape, drivers that declare
// types, connections in other character sets.
import mysql from 'mysql2/promise';
import pg from 'pg';
import { eventInsert } from '../../src/generator/index.ts';
import { type DatabaseKind, describeDatabases } from '../support/databases.ts';
import { drainInbox, expectDense, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession } from '../support/sql-session.ts';

type Run = (sql: string, bindings: readonly string[]) => Promise<unknown>;
interface Session {
  readonly name: string;
  open(url: string): Promise<{ run: Run; close(): Promise<void> }>;
}

const onMysql = (how: 'query' | 'execute', options: mysql.ConnectionOptions = {}) => ({
  open: async (uri: string) => {
    const connection = await mysql.createConnection({ uri, ...options });
    await connection.query("set session sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'");
    return {
      run: (sql: string, bindings: readonly string[]) =>
        how === 'query'
          ? connection.query(sql, [...bindings])
          : connection.execute(sql, [...bindings]),
      close: () => connection.end(),
    };
  },
});

const SESSIONS: Record<DatabaseKind, readonly Session[]> = {
  sqlite: [{ name: 'a handle', open: (url) => openSqlSession('sqlite', url) }],
  postgres: [
    {
      name: 'a driver that leaves types to the server',
      open: (url) => openSqlSession('postgres', url),
    },
    {
      name: 'a driver that declares its parameters text',
      open: async (url) => {
        const client = new pg.Client(url);
        await client.connect();
        return {
          run: async (sql, bindings) => {
            await client.query(`prepare declared (text, text) as ${sql}`);
            const values = bindings.map((value) => client.escapeLiteral(value)).join(', ');
            await client.query(`execute declared (${values})`);
            await client.query('deallocate declared');
          },
          close: () => client.end(),
        };
      },
    },
  ],
  mysql: [
    { name: 'values escaped by the driver, without backslash escapes', ...onMysql('query') },
    { name: 'values sent apart', ...onMysql('execute') },
    { name: 'a connection in latin1', ...onMysql('query', { charset: 'latin1_swedish_ci' }) },
    {
      name: 'values sent apart in latin1',
      ...onMysql('execute', { charset: 'latin1_swedish_ci' }),
    },
  ],
};

describeDatabases('eventInsert', (kind) => {
  let opened: OpenStore;
  beforeEach(async () => {
    opened = await openStore(kind, ['main', 'orders']);
  });
  afterEach(() => opened.close());

  it.each(SESSIONS[kind])('writes exactly what it is given: $name', async ({ open }) => {
    const events: [string, unknown][] = [
      ['TEXT', { text: `😀é \\'; drop table evt_inbox; -- $$ ? $1 :x "` }],
      ['EMPTY', null],
      ['LARGE', 'ß'.repeat(1_048_575)],
    ];
    const { run, close } = await open(opened.url);
    for (const [type, data] of events) {
      const { sql, bindings } = eventInsert(kind, type, data);
      await run(sql, bindings);
    }
    const other = eventInsert(kind, 'OTHER', [1], { stream: 'orders' });
    await run(other.sql, other.bindings);
    await close();

    await drainInbox(opened.store);
    await drainInbox(opened.store, 'orders');
    const rows = await readAll(opened.store);
    expectDense(rows);
    expect(rows.map((row) => [row[1], row[2]])).toEqual(
      events.map(([type, data]) => [type, JSON.stringify(data)]),
    );
    expect((await readAll(opened.store, undefined, 'orders')).map((row) => row[1])).toEqual([
      'OTHER',
    ]);
  });
});
