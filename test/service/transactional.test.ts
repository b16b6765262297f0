// aftercommit/generator inside transactions of the drivers that applications use.
import knex, { type Knex } from 'knex';
import mysqlCallbacks from 'mysql2';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { addEvent, type TransactionHandle } from '../../src/generator/index.ts';
import { whenFree } from '../../src/store/dialects/sqlite/busy.ts';
import { databaseFile, loadDriver, openHandle } from '../../src/store/dialects/sqlite/driver.ts';
import { SqliteClient } from '../../src/store/dialects/sqlite/knex-client.ts';
import { type DatabaseKind, describeDatabases } from '../support/databases.ts';
import { drainInbox, expectDense, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';

interface Driver {
  readonly name: string;
  begin(url: string): Promise<{
    readonly tx: TransactionHandle;
    readonly pool?: unknown;
    end(verb: 'commit' | 'rollback'): Promise<void>;
  }>;
}

const knexDriver = (config: (url: string) => Knex.Config): Driver => ({
  name: 'knex',
  begin: async (url) => {
    const db = knex(config(url));
    const tx = await db.transaction();
    return {
      tx,
      end: async (verb) => {
        await tx[verb]();
        await db.destroy();
      },
    };
  },
});

const DRIVERS: Record<DatabaseKind, readonly Driver[]> = {
  sqlite: [
    {
      name: 'a SQLite handle',
      begin: async (url) => {
        const handle = await openHandle(await loadDriver(), databaseFile(url), 5000);
        await whenFree(() => handle.exec('begin immediate'), 5000);
        return {
          tx: handle,
          end: async (verb) => {
            handle.exec(verb);
            handle.close();
          },
        };
      },
    },
    knexDriver((url) => ({
      client: SqliteClient,
      connection: { filename: databaseFile(url) },
      useNullAsDefault: true,
    })),
  ],
  postgres: [
    {
      name: 'pg',
      begin: async (url) => {
        const client = new pg.Client(url);
        await client.connect();
        await client.query('begin');
        return {
          tx: client,
          pool: new pg.Pool({ connectionString: url }),
          end: async (verb) => {
            await client.query(verb);
            await client.end();
          },
        };
      },
    },
    knexDriver((connection) => ({ client: 'pg', connection })),
  ],
  mysql: [
    {
      name: 'mysql2',
      begin: async (url) => {
        const connection = await mysql.createConnection(url);
        await connection.query("set session sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'");
        await connection.beginTransaction();
        return {
          tx: connection,
          pool: mysql.createPool(url),
          end: async (verb) => {
            await connection[verb]();
            await connection.end();
          },
        };
      },
    },
    {
      name: 'mysql2 with callbacks',
      begin: async (url) => {
        const connection = mysqlCallbacks.createConnection(url);
        await connection.promise().beginTransaction();
        return {
          tx: connection,
          end: async (verb) => {
            await connection.promise()[verb]();
            await connection.promise().end();
          },
        };
      },
    },
    {
      name: 'knex without backslash escapes',
      begin: async (connection) => {
        const db = knex({ client: 'mysql2', connection });
        const tx = await db.transaction();
        await tx.raw("set session sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'");
        return {
          tx,
          end: async (verb) => {
            await tx[verb]();
            await db.destroy();
          },
        };
      },
    },
  ],
};

describeDatabases('aftercommit/generator', (kind) => {
  describe.each(DRIVERS[kind])('in a transaction of $name', ({ begin }) => {
    let opened: OpenStore;
    beforeEach(async () => {
      opened = await openStore(kind, ['main', 'orders']);
    });
    afterEach(() => opened.close());

    it('writes events that exist if it commits', async () => {
      const data = {
        text: `😀 \\'; drop table evt_inbox; -- $$ ? :x "`,
        number: 1.5,
        nested: [null],
      };
      const kept = await begin(opened.url);
      expect(await addEvent(kept.tx, 'KEPT', data)).toBeUndefined();
      await addEvent(kept.tx, 'EMPTY');
      await addEvent(kept.tx, 'ORDER', 1, { stream: 'orders' });
      await kept.end('commit');
      const gone = await begin(opened.url);
      await addEvent(gone.tx, 'GONE', data);
      await gone.end('rollback');

      await drainInbox(opened.store);
      await drainInbox(opened.store, 'orders');
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows.map((row) => [row[1], row[2]])).toEqual([
        ['KEPT', JSON.stringify(data)],
        ['EMPTY', 'null'],
      ]);
      expect((await readAll(opened.store, undefined, 'orders')).length).toBe(1);
    });

    it('refuses bad input before it writes', async () => {
      const { tx, pool, end } = await begin(opened.url);
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      const refused = { code: 'InvalidRequest' };
      await expect(addEvent(tx, 'NOT GOOD', 1)).rejects.toMatchObject(refused);
      await expect(addEvent(tx, 'aftercommit:mine', 1)).rejects.toMatchObject(refused);
      await expect(addEvent(tx, 'T', circular)).rejects.toMatchObject(refused);
      await expect(addEvent(tx, 'T', () => {})).rejects.toMatchObject(refused);
      await expect(addEvent(tx, 'T', 1n)).rejects.toMatchObject(refused);
      await expect(addEvent(tx, 'T', 1, { stream: 'x; drop' })).rejects.toMatchObject(refused);
      await expect(addEvent(tx, 'T', 'x'.repeat(2_097_151))).rejects.toMatchObject({
        code: 'PayloadTooLarge',
      });
      await expect(addEvent({} as TransactionHandle, 'T')).rejects.toMatchObject(refused);
      if (pool !== undefined) {
        await expect(addEvent(pool as TransactionHandle, 'T')).rejects.toMatchObject(refused);
        await (pool as { end(): Promise<void> }).end();
      }
      await addEvent(tx, 'GOOD');
      await end('commit');
      await drainInbox(opened.store);
      expect((await readAll(opened.store)).map((row) => row[1])).toEqual(['GOOD']);
    });
  });
});
