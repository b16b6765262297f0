// What transactions may write into the inbox, and what becomes of it.
import type { DatabaseKind } from '../../support/databases.ts';
import { drainInbox, expectDense, makeDraft, readAll } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import type { Open } from './conformance.ts';

export function inboxContract(kind: DatabaseKind, open: Open): void {
  describe('the inbox', () => {
    let opened: OpenStore;
    let sql: SqlSession;
    beforeEach(async () => {
      opened = await open(['main', 'orders']);
      sql = await openSqlSession(kind, opened.url);
    });
    afterEach(async () => {
      await sql.close();
      await opened.close();
    });

    it('takes plain inserts, and their text comes out as it went in', async () => {
      const texts = ['{"a": 1.0}', '"😀 $$ \\u0000"', 'null', '1e400', '[\n1\r\n]'];
      for (const text of texts) await sql.insertEvent('TEST', text);
      await drainInbox(opened.store);
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows.map((row) => row[2])).toEqual(texts);
      expect(await opened.store.inboxDepth('main')).toEqual({ rows: 0, ageMs: 0 });
    });

    it('takes insert ... select, in the order of the select', async () => {
      await opened.store.append('main', [makeDraft('A', 1), makeDraft('B', 2)]);
      await sql.run(
        "insert into evt_inbox (type, data) select 'COPY', data from evt_queue order by id",
      );
      await drainInbox(opened.store);
      expect((await readAll(opened.store)).map((row) => [row[1], row[2]])).toEqual([
        ['A', '1'],
        ['B', '2'],
        ['COPY', '1'],
        ['COPY', '2'],
      ]);
    });

    it('forgets what was rolled back, and what a savepoint took back', async () => {
      await sql.run('begin');
      await sql.insertEvent('GONE', '1');
      await sql.run('rollback');
      await sql.run('begin');
      await sql.insertEvent('KEPT', '1');
      await sql.run('savepoint s');
      await sql.insertEvent('GONE', '2');
      await sql.run('rollback to savepoint s');
      await sql.insertEvent('KEPT', '2');
      await sql.run('commit');
      await drainInbox(opened.store);
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows.map((row) => row[1])).toEqual(['KEPT', 'KEPT']);
    });

    it('keeps streams apart', async () => {
      await sql.insertEvent('ORDER', '1', 'evt_orders_inbox');
      await drainInbox(opened.store, 'orders');
      expect(await readAll(opened.store)).toEqual([]);
      expect((await opened.store.streamState('orders')).newest).toBe('1');
    });

    it.each([
      ['a type with a space', 'NOT GOOD', '1'],
      ['a type that begins with a digit', '1TYPE', '1'],
      ['a type that ends with a line break', 'TYPE\n', '1'],
      ['a type of 129 characters', 'T'.repeat(129), '1'],
      ['an empty type', '', '1'],
      ['no type', null, '1'],
      ['data that is not JSON', 'TYPE', '{broken'],
      ['empty data', 'TYPE', ''],
      ['no data', 'TYPE', null],
      ['data of more than 2 MiB', 'TYPE', `"${'x'.repeat(2_097_151)}"`],
      ['a type of the service itself', 'aftercommit:invalid-data', 'null'],
    ])('refuses %s, and nothing is blocked', async (_, type, data) => {
      await expect(sql.insertEvent(type, data)).rejects.toThrow();
      await sql.insertEvent('GOOD', '1');
      await drainInbox(opened.store);
      const rows = await readAll(opened.store);
      expect(rows.map((row) => [row[0], row[1]])).toEqual([['1', 'GOOD']]);
    });

    it('reserves the types of the service by their case', async () => {
      const types = ['Aftercommit:x', 'AFTERCOMMIT:x', 'aftercommit', 'an_aftercommit:x'];
      for (const type of types) await sql.insertEvent(type, '1');
      await drainInbox(opened.store);
      expect((await readAll(opened.store)).map((row) => row[1])).toEqual(types);
    });

    it('takes a ts that is one', async () => {
      const ts = kind === 'mysql' ? '2001-02-03 04:05:06.789' : '2001-02-03T04:05:06.789Z';
      await sql.run(`insert into evt_inbox (type, data, ts) values ('OLD', '1', '${ts}')`);
      await drainInbox(opened.store);
      expect((await readAll(opened.store))[0]?.[3]).toBe('2001-02-03T04:05:06.789Z');
    });

    it('takes the clock of futoin-eventstream in a transaction, and says that there is one row', async () => {
      // As its `addXferEvent` writes, with our inbox for its table; it looks at the number of rows.
      const insert = `insert into evt_inbox (type, data, ts) values ('XFER', '{"a":1}', ${ORIGINAL_NOW[kind]})`;
      await sql.run('begin');
      expect(await AFFECTED[kind](sql, insert)).toBe(1);
      await sql.run('commit');
      await drainInbox(opened.store);
      const [row] = await readAll(opened.store);
      expect(row?.slice(0, 3)).toEqual(['1', 'XFER', '{"a":1}']);
      expect(row?.[3]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Math.abs(Date.parse(row?.[3] ?? '') - Date.now())).toBeLessThan(60_000);
    });

    it.each(FOREIGN_TIMES[kind])('makes our form of a ts: %s', async (ts, own) => {
      await sql.run(`insert into evt_inbox (type, data, ts) values ('OLD', '1', ${ts})`);
      await drainInbox(opened.store);
      expect((await readAll(opened.store))[0]?.[3]).toBe(own);
    });

    it.each(NO_TIMES[kind])('lets no ts in that is none: %s', async (ts) => {
      if (kind === 'mysql') await sql.run("set sql_mode = 'ALLOW_INVALID_DATES'");
      await sql
        .run(`insert into evt_inbox (type, data, ts) values ('BAD', '1', '${ts}')`)
        .catch(() => {});
      await sql.insertEvent('GOOD', '1');
      await drainInbox(opened.store);
      const rows = await readAll(opened.store);
      expectDense(rows);
      for (const [, , , own] of rows) {
        expect(Math.abs(Date.parse(own) - Date.now())).toBeLessThan(60_000);
      }
    });

    if (kind === 'sqlite') {
      it('refuses data with a zero byte, behind which SQLite does not look', async () => {
        await expect(
          sql.run(`insert into evt_inbox (type, data) values ('BAD', '1' || char(0) || '"junk')`),
        ).rejects.toThrow(/JSON/);
        expect(await readAll(opened.store)).toEqual([]);
      });
    }

    it('makes no hole when a bad row is ignored', async () => {
      const verb = { sqlite: 'insert or ignore', mysql: 'insert ignore', postgres: 'insert' }[kind];
      for (const data of ["'{broken'", 'null']) {
        await sql
          .run(`${verb} into evt_inbox (type, data) values ('BAD', ${data})`)
          .catch(() => {});
      }
      await sql.insertEvent('GOOD', '1');
      await drainInbox(opened.store);
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows.at(-1)?.[1]).toBe('GOOD');
    });

    it('does not let a direct insert into the queue take a number', async () => {
      await expect(
        sql.run("insert into evt_queue (type, data, ts) values ('STRAY', '1', '2026-01-01')"),
      ).rejects.toThrow();
      expect(await readAll(opened.store)).toEqual([]);
    });

    it('takes events from a database trigger', async () => {
      for (const statement of TRIGGER[kind]) await sql.run(statement);
      await sql.run('insert into orders (id) values (7)');
      await drainInbox(opened.store);
      expect((await readAll(opened.store)).map((row) => [row[1], row[2]])).toEqual([
        ['ORDER_ADDED', '7'],
      ]);
    });
  });
}

/** What it takes for the time. */
const ORIGINAL_NOW: Record<DatabaseKind, string> = {
  sqlite: 'CURRENT_TIMESTAMP',
  postgres: 'CURRENT_TIMESTAMP',
  mysql: 'UTC_TIMESTAMP()',
};

const AFFECTED: Record<DatabaseKind, (sql: SqlSession, insert: string) => Promise<number>> = {
  sqlite: async (sql, insert) => {
    await sql.run(insert);
    return Number((await sql.run('select changes() as n'))[0]?.n);
  },
  postgres: async (sql, insert) => {
    const [row] = await sql.run(`with i as (${insert} returning 1) select count(*) as n from i`);
    return Number(row?.n);
  },
  mysql: async (sql, insert) => {
    await sql.run(insert);
    return Number((await sql.run('select row_count() as n'))[0]?.n);
  },
};

const FOREIGN_TIMES: Record<DatabaseKind, readonly (readonly [string, string])[]> = {
  sqlite: [
    ["'2001-02-03 04:05:06'", '2001-02-03T04:05:06.000Z'],
    ["'2001-02-03T04:05:06Z'", '2001-02-03T04:05:06.000Z'],
    ["'2001-02-03 04:05:06.789123'", '2001-02-03T04:05:06.789Z'],
    ["'2001-02-03T04:05:06+02:00'", '2001-02-03T02:05:06.000Z'],
  ],
  postgres: [
    ["'2001-02-03 04:05:06Z'", '2001-02-03T04:05:06.000Z'],
    ["timestamp '2001-02-03 04:05:06' at time zone 'UTC'", '2001-02-03T04:05:06.000Z'],
    ["'2001-02-03T04:05:06+02:00'", '2001-02-03T02:05:06.000Z'],
  ],
  mysql: [
    ["'2001-02-03 04:05:06'", '2001-02-03T04:05:06.000Z'],
    ["'2001-02-03T04:05:06.789'", '2001-02-03T04:05:06.789Z'],
  ],
};

const NO_TIMES: Record<DatabaseKind, readonly string[]> = {
  sqlite: [
    'infinity',
    '0000-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '2026-02-30T00:00:00.000Z',
    '2026-02-30 00:00:00',
    '2026-01-01 24:00:00',
    '12345.678',
    '04:05:06',
    'now',
  ],
  postgres: ['infinity', '-infinity', '0044-03-15 BC', '1969-12-31T23:59:59.999Z', '10000-01-01'],
  mysql: ['0000-00-00', '2026-00-00', '2026-11-00', '2026-02-30', '1969-12-31 23:59:59.999'],
};

const TRIGGER: Record<DatabaseKind, readonly string[]> = {
  sqlite: [
    'create table orders (id integer primary key)',
    `create trigger orders_events after insert on orders begin
       insert into evt_inbox (type, data) values ('ORDER_ADDED', cast(new.id as text)); end`,
  ],
  postgres: [
    'create table orders (id bigint primary key)',
    `create function orders_events() returns trigger language plpgsql as $$ begin
       insert into evt_inbox (type, data) values ('ORDER_ADDED', to_json(new.id)); return null; end $$`,
    'create trigger orders_events after insert on orders for each row execute function orders_events()',
  ],
  mysql: [
    'create table orders (id bigint primary key)',
    `create trigger orders_events after insert on orders for each row
       insert into evt_inbox (type, data) values ('ORDER_ADDED', cast(new.id as char))`,
  ],
};
