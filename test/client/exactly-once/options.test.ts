// What the kit takes and refuses before it talks to any database, and what it gives to an effect, as types.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import knex, { type Knex } from 'knex';
import mysqlCallbacks from 'mysql2';
import mysql from 'mysql2/promise';
import pg from 'pg';
import {
  type ExactlyOnce,
  ExactlyOnceError,
  type ExactlyOnceOptions,
  exactlyOnce,
} from '../../../src/client/exactly-once/index.ts';
import { remainingOf } from '../../../src/client/exactly-once/remaining.ts';
import { loadDriver } from '../../../src/store/dialects/sqlite/driver.ts';
import { batchOf, idsOf } from './scene.ts';

const REFUSED = { name: 'ExactlyOnceError', code: 'InvalidRequest', isFinal: true };

describe('exactlyOnce', () => {
  it('knows the database by its handle, and what its effect is given', async () => {
    const Sqlite = await loadDriver();
    const handle = new Sqlite(':memory:');
    const pool = new pg.Pool();
    const mysqlPool = mysql.createPool({});
    const callbackPool = mysqlCallbacks.createPool({});
    const query = knex({ client: 'pg' });
    const consumer = 'billing';

    const overKnex: ExactlyOnce<Knex.Transaction> = exactlyOnce({ database: query, consumer });
    const overPool: ExactlyOnce<pg.PoolClient> = exactlyOnce({ database: pool, consumer });
    const overClient: ExactlyOnce<pg.Client> = exactlyOnce({ database: new pg.Client(), consumer });
    const overMysql: ExactlyOnce<mysql.PoolConnection> = exactlyOnce({
      database: mysqlPool,
      consumer,
    });
    const overCallbacks: ExactlyOnce<mysqlCallbacks.PoolConnection> = exactlyOnce({
      database: callbackPool,
      consumer,
    });
    const overSqlite: ExactlyOnce<typeof handle> = exactlyOnce({ database: handle, consumer });

    for (const { schemaSql } of [overKnex, overPool, overClient, overSqlite]) {
      expect(schemaSql).not.toMatch(/innodb/i);
    }
    for (const { schemaSql } of [overMysql, overCallbacks])
      expect(schemaSql).toMatch(/utf8mb4_bin/);
    handle.close();
    await Promise.all([pool.end(), mysqlPool.end(), callbackPool.promise().end(), query.destroy()]);
  });

  it('makes the table that its page shows', () => {
    const page = readFileSync(join(__dirname, '../../../docs/exactly-once.md'), 'utf8');
    const plain = exactlyOnce({ database: new pg.Client(), consumer: 'billing' }).schemaSql;
    const mysqlHandle = { execute: () => {}, beginTransaction: () => {} };
    const other = exactlyOnce({ database: mysqlHandle, consumer: 'billing' }).schemaSql;
    expect(page).toContain(`\n${plain}\n`);
    expect(page).toContain(`\`${other.slice(plain.length)}\``);
  });

  it('refuses handles that it does not know, and transactions', () => {
    const transaction = Object.assign(() => {}, {
      raw: () => {},
      transaction: () => {},
      isTransaction: true,
      client: { dialect: 'postgresql' },
    });
    const oracle = Object.assign(() => {}, {
      raw: () => {},
      transaction: () => {},
      client: { dialect: 'oracle' },
    });
    for (const database of [{}, () => {}, transaction, oracle]) {
      expect(() => exactlyOnce({ database, consumer: 'billing' })).toThrow(
        expect.objectContaining(REFUSED),
      );
    }
  });

  it.each<Partial<ExactlyOnceOptions<object>>>([
    { consumer: '' },
    { consumer: 'a b' },
    { consumer: 'x'.repeat(65) },
    { stream: 'Main' },
    { stream: 'x'.repeat(31) },
    { table: 'evt_cursors; drop table effects' },
    { table: '1st' },
  ])('refuses %j', (part) => {
    const options = { database: new pg.Client(), consumer: 'billing', ...part };
    const [name] = Object.keys(part);
    expect(() => exactlyOnce(options)).toThrow(expect.objectContaining(REFUSED));
    expect(() => exactlyOnce(options)).toThrow(`${name}: must match`);
  });

  it('refuses to seek what is no position', async () => {
    const once = exactlyOnce({ database: new pg.Client(), consumer: 'billing' });
    for (const id of ['', '-1', '01', '1.5', '1234567890123456789', 7 as unknown as string]) {
      await expect(once.seek({ id, epoch: 1 })).rejects.toMatchObject(REFUSED);
    }
    for (const epoch of [0, 1.5, 2 ** 31, '1' as unknown as number]) {
      await expect(once.seek({ id: '1', epoch })).rejects.toMatchObject(REFUSED);
    }
  });
});

describe('the remaining part of a batch', () => {
  it('is what lies behind the cursor, in a batch of the same shape', () => {
    const batch = { ...batchOf(3, 6), seq: 7 };
    expect(remainingOf(batch, { id: '4', epoch: 1 })).toEqual({ ...batchOf(4, 6), seq: 7 });
    expect(remainingOf(batch, { id: '3', epoch: 1 })).toEqual(batch);
    expect(remainingOf(batch, { id: '6', epoch: 1 })).toBeNull();
    expect(remainingOf(batch, { id: '60', epoch: 1 })).toBeNull();
  });

  it('is that of the events as they were written too', () => {
    const batch = { ...batchOf(3, 6), asWritten: () => batchOf(3, 6).events };
    const left = remainingOf(batch, { id: '4', epoch: 1 });
    expect(left?.asWritten()).toEqual(batchOf(4, 6).events);
  });

  it('compares ids by their value', () => {
    const left = remainingOf(batchOf(8, 12), { id: '9', epoch: 1 });
    expect(left === null ? [] : idsOf(left)).toEqual(['10', '11', '12']);
  });

  it('is refused when the batch has no sound range', () => {
    const cursor = { id: '0', epoch: 1 };
    const batch = batchOf(0, 3);
    for (const part of [{ upTo: "3' or 1" }, { after: '' }, { epoch: Number.NaN }]) {
      expect(() => remainingOf({ ...batch, ...part }, cursor)).toThrow(
        expect.objectContaining(REFUSED),
      );
    }
  });

  it('says how to go on when events between are missing', () => {
    try {
      remainingOf(batchOf(500, 510, 3), { id: '0', epoch: 1 });
      throw new Error('not refused');
    } catch (error) {
      expect(error).toBeInstanceOf(ExactlyOnceError);
      expect((error as Error).message).toContain("seek({ id: '500', epoch: 3 })");
    }
  });
});
