import { Hint } from '../../src/base/hint.ts';
// What a database of futoin-eventstream is after its adoption: the tables are ours, nothing of the events is lost, and
// ids that were never given stop nobody.
import { ARCHIVER } from '../../src/contract/consumer.ts';
import { NO_EVENT } from '../../src/contract/event-id.ts';
import { INVALID_DATA_TYPE, readDeliverable } from '../../src/feed/deliverable.ts';
import { Feed } from '../../src/feed/feed.ts';
import { Store } from '../../src/store/store.ts';
import { Warehouse } from '../../src/store/warehouse.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import {
  createDatabase,
  type DatabaseKind,
  describeDatabase,
  describeDatabases,
  type TestDatabase,
} from '../support/databases.ts';
import { id, makeDrafts, readAll } from '../support/events.ts';
import {
  addFutoinConsumers,
  addFutoinEvents,
  FUTOIN_TABLES,
  futoinNow,
  makeFutoinActive,
  makeFutoinHistory,
  namesOfAll,
} from '../support/futoin-database.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';

const LIMITS = { eventsMax: 1000, bytesMax: 4_194_304 };
const NAMES = new Map([
  ['1:A', 'shop:A'],
  ['1:B', 'shop:B'],
  ['-internal:ARCHIVER', ARCHIVER],
]);
const REQUEST = { tables: FUTOIN_TABLES, names: NAMES, archivedUpTo: null };

const openOptions = (database: TestDatabase) => ({
  database: database.url,
  poolMax: 4,
  timeoutMs: 10_000,
});

/** Everything that DDL decides about a table, as far as both ways to it must agree. */
const SHAPE: Record<DatabaseKind, string> = {
  sqlite: "select sql from sqlite_master where name = 'TABLE'",
  postgres: `select column_name, data_type, character_maximum_length, datetime_precision, is_nullable, collation_name,
      column_default, ordinal_position, is_identity, col_description(to_regclass('TABLE'), ordinal_position) as comment,
      (select string_agg(indexdef, ';' order by indexdef) from pg_indexes where tablename = 'TABLE') as indexes
    from information_schema.columns where table_name = 'TABLE' order by ordinal_position`,
  mysql: `select column_name, column_type, is_nullable, character_set_name, collation_name, column_default, extra,
      column_key, column_comment, ordinal_position
    from information_schema.columns where table_schema = database() and table_name = 'TABLE' order by ordinal_position`,
};

const insertText = (rowId: number, type: string, data: string, ts: string) =>
  `insert into evt_queue (id, type, data, ts) values (${rowId}, '${type}', ${data}, ${ts})`;

describeDatabases('an adopted database', (kind) => {
  let database: TestDatabase;
  let sql: SqlSession;
  let store: Store;
  beforeEach(async () => {
    database = await createDatabase(kind);
    sql = await openSqlSession(kind, database.url);
  });
  afterEach(async () => {
    await store?.close();
    await sql.close();
    await database.drop();
  });
  const open = async () => {
    store = await Store.open(openOptions(database));
    return store;
  };
  const adopt = async (archivedUpTo: string | null = null) => {
    await open();
    const adopted = await store.adopt({
      ...REQUEST,
      archivedUpTo: archivedUpTo === null ? null : id(archivedUpTo),
    });
    await store.migrate(['main']);
    return adopted;
  };
  const add = (rowId: number, type = 'TYPE', data = `'${rowId}'`, ts = futoinNow[kind]) =>
    sql.run(insertText(rowId, type, data, ts));

  it.each([true, false])('has our tables, with utf8mb4 before: %p', async (isUtf8mb4) => {
    await makeFutoinActive(sql, kind, { isUtf8mb4 });
    await makeFutoinHistory(sql, kind, { isUtf8mb4 });
    await addFutoinEvents(sql, kind, 3);
    const data = kind === 'mysql' && !isUtf8mb4 ? '"é表"' : '"é表😀"';
    await add(4, 'TEXT', `'${data}'`);
    await adopt();
    const warehouse = await Warehouse.open(openOptions(database));
    expect(await warehouse.adopt('evt_history')).toEqual({ count: 0, newest: '0' });
    await warehouse.migrate(['main']);
    await warehouse.close();
    expect((await readAll(store)).at(-1)?.slice(0, 3)).toEqual(['4', 'TEXT', data]);

    const fresh = await createDatabase(kind);
    const other = await Store.open(openOptions(fresh));
    const otherWarehouse = await Warehouse.open(openOptions(fresh));
    const otherSql = await openSqlSession(kind, fresh.url);
    await other.migrate(['main']);
    await otherWarehouse.migrate(['main']);
    for (const table of ['evt_queue', 'evt_consumers', 'evt_history', 'evt_streams']) {
      const query = SHAPE[kind].replaceAll('TABLE', table);
      expect(await sql.run(query)).toEqual(await otherSql.run(query));
    }
    const names = async (session: SqlSession) =>
      (await session.run(namesOfAll[kind])).map((row) => row.name);
    expect(await names(sql)).toEqual(await names(otherSql));
    await otherSql.close();
    await other.close();
    await otherWarehouse.close();
    await fresh.drop();
  });

  it('gives ids above everything that was ever given', async () => {
    await makeFutoinActive(sql, kind);
    await addFutoinEvents(sql, kind, 20);
    await sql.run('delete from evt_queue where id > 15');
    await addFutoinConsumers(sql, kind, { '1:A': 12 });
    expect(await adopt()).toMatchObject({ nextId: '21', discardedUpTo: '0', gapsUpTo: '20' });
    expect((await store.append('main', makeDrafts(2))).first).toBe('21');
    expect((await store.streamState('main')).gapsUpTo).toBe('20');
    const rows = await readAll(store, id(12));
    expect(rows.map((row) => row[0])).toEqual(['13', '14', '15', '21', '22']);
  });

  it('counts a cursor beyond the queue, and beyond its counter', async () => {
    await makeFutoinActive(sql, kind);
    await addFutoinEvents(sql, kind, 3);
    await addFutoinConsumers(sql, kind, { '1:A': 3, '1:B': 900 });
    const { consumers, ...numbers } = await adopt('500');
    expect(numbers).toEqual({ nextId: '901', discardedUpTo: '0', gapsUpTo: '900' });
    expect(consumers.map(({ to, cursor }) => [to, cursor])).toEqual([
      ['shop:A', '3'],
      ['shop:B', '900'],
    ]);
    expect((await store.findConsumer('main', ARCHIVER))?.cursor).toBe('500');
    expect((await store.streamState('main')).isArchiveRequired).toBe(true);
  });

  it('raises a cursor to what is there, as the original went on with the first event', async () => {
    await makeFutoinActive(sql, kind);
    await addFutoinEvents(sql, kind, 10);
    await sql.run('delete from evt_queue where id <= 6');
    await addFutoinConsumers(sql, kind, { '1:A': 2, '1:B': 8 });
    const { consumers, discardedUpTo } = await adopt();
    expect(discardedUpTo).toBe('6');
    expect(consumers).toEqual([
      { from: '1:A', to: 'shop:A', cursor: '6', stoodAt: '2' },
      { from: '1:B', to: 'shop:B', cursor: '8', stoodAt: null },
    ]);
    expect((await readAll(store, id(6))).map((row) => row[0])).toEqual(['7', '8', '9', '10']);
  });

  it('keeps when consumers were registered and seen', async () => {
    await makeFutoinActive(sql, kind);
    await sql.run(`insert into evt_consumers (last_evt_id, reg_time, last_time, ident)
      values (0, '2001-02-03 04:05:06', '2002-03-04 05:06:07', '1:A')`);
    await adopt();
    expect((await store.listConsumers('main'))[0]).toMatchObject({
      ident: 'shop:A',
      lastTime: '2002-03-04T05:06:07.000Z',
    });
  });

  it('has the times of events in UTC and milliseconds', async () => {
    await makeFutoinActive(sql, kind);
    await add(1, 'A', "'1'", "'2001-02-03 04:05:06'");
    if (kind === 'postgres') await add(2, 'A', "'1'", "'2001-02-03 04:05:06.9996'");
    else if (kind === 'sqlite') await add(2, 'A', "'1'", '981173106999');
    else await add(2, 'A', "'1'", "'2001-02-03 04:05:06.9'");
    await adopt();
    const times = (await readAll(store)).map((row) => row[3]);
    expect(times[0]).toBe('2001-02-03T04:05:06.000Z');
    if (kind !== 'mysql') expect(times[1]).toBe('2001-02-03T04:05:06.999Z');
  });

  it('keeps what is no event for us as it is, and gives it to nobody as one', async () => {
    await makeFutoinActive(sql, kind);
    for (const [place, values] of ODD_ROWS[kind].entries()) {
      const [type, data, ts] = values;
      await add(place + 1, type, data, ts ?? futoinNow[kind]);
    }
    await add(9, 'GOOD');
    await adopt();
    await store.append('main', makeDrafts(1));
    const invalid: string[] = [];
    const onInvalid = (rowId: string) => invalid.push(rowId);
    const rows = await readDeliverable({ store, stream: 'main', onInvalid }, NO_EVENT, LIMITS);
    const odd = ODD_ROWS[kind].map((_, place) => String(place + 1));
    expect(invalid).toEqual(odd);
    for (const row of rows.slice(0, odd.length)) {
      expect(row.slice(1, 3)).toEqual([INVALID_DATA_TYPE, 'null']);
    }
    expect(rows.slice(odd.length).map((row) => row[1])).toEqual(['GOOD', 'TEST']);
    const [first] = await sql.run('select type, data from evt_queue where id = 1');
    expect(first?.type).toBe(ODD_ROWS[kind][0]?.[0].replaceAll("''", "'"));
  });

  describe('with gaps', () => {
    beforeEach(async () => {
      await makeFutoinActive(sql, kind);
      for (const rowId of [3, 4, 7, 8, 12, 4_000_000_000, 4_000_000_001]) await add(rowId);
      await addFutoinConsumers(sql, kind, { '1:A': 0, '1:B': 8 });
      await adopt('4000000010');
      await store.append('main', makeDrafts(3));
    });

    it('is read across them, from wherever one stands', async () => {
      const all = ['3', '4', '7', '8', '12', '4000000000', '4000000001'];
      const newer = ['4000000011', '4000000012', '4000000013'];
      for (const [after, rest] of [
        ['2', all],
        ['5', all.slice(2)],
        ['7', all.slice(3)],
        ['100', all.slice(5)],
        ['4000000005', []],
      ] as const) {
        const rows = await readAll(store, id(after));
        expect(rows.map((row) => row[0])).toEqual([...rest, ...newer]);
      }
      const few = await store.readAfter('main', id(4), { eventsMax: 2, bytesMax: 1e6 });
      expect(few.map((row) => row[0])).toEqual(['7', '8']);
    });

    it('still finds a hole that was made by hand behind them', async () => {
      await sql.run('delete from evt_queue where id = 4000000012');
      await expect(readAll(store, id(2))).rejects.toThrow(/hole/);
      await expect(store.readAfter('main', id(4_000_000_011), LIMITS)).rejects.toThrow(/hole/);
    });

    it('finds a time across them', async () => {
      expect(await store.resolveStart('main', { time: '2000-01-01T00:00:00Z' })).toBe('2');
      const [row] = await readAll(store, id(4_000_000_010));
      expect(await store.resolveStart('main', { time: row?.[3] ?? '' })).toMatch(/^\d+$/);
      expect(await store.resolveStart('main', { time: '2999-01-01T00:00:00Z' })).toBe('4000000013');
    });

    it('knows how old the next event is', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const lags = (await store.listConsumers('main')).map(({ ident, lagMs }) => [
        ident,
        lagMs > 0,
      ]);
      expect(lags).toEqual([
        [ARCHIVER, true],
        ['shop:A', true],
        ['shop:B', true],
      ]);
    });

    it('is discarded in few windows, however wide a gap is', async () => {
      for (const ident of [ARCHIVER, 'shop:A', 'shop:B']) {
        const consumerId = (await store.findConsumer('main', ident))?.id ?? '';
        const cursor = id(4_000_000_012);
        await store.advanceCursors([{ consumerId, cursor, token: null, epoch: 1 }]);
      }
      let count = 0;
      for (let rounds = 1; ; rounds += 1) {
        const done = await store.discard('main', { limit: 4 });
        count += done.count;
        if (!done.hasMore) {
          expect(done.upTo).toBe('4000000012');
          break;
        }
        expect(rounds).toBeLessThan(12);
      }
      expect(count).toBe(9);
      expect((await readAll(store, id(4_000_000_012))).map((row) => row[0])).toEqual([
        '4000000013',
      ]);
    });

    it('lets nobody wait in vain, or turn in circles, who stands before one', async () => {
      await sql.run('delete from evt_queue where id > 4000000010');
      await sql.run('update evt_streams set next_id = 4000000011');
      const telemetry = createTelemetry(createLogger('silent'));
      const feed = new Feed({
        store,
        stream: 'main',
        pace: { sleepMsMin: 5, sleepMsMax: 5, sleepMsStep: 5 },
        limits: { windowEventsMax: 100, windowBytesMax: 1e6, checkpointMs: 1000 },
        ...telemetry,
      });
      await feed.start();
      const at = id(4_000_000_001);
      const nothing = await feed.cutFresh(at, null, LIMITS);
      expect([nothing.events.size, nothing.upTo]).toEqual([0, at]);
      let isAwake = false;
      const signal = new AbortController().signal;
      const wait = { hint: new Hint(), ms: 10_000, signal };
      const from = { after: at, seen: feed.newest, filter: null };
      const waiting = feed.waitBeyond(from, wait).then((upTo) => {
        isAwake = true;
        return upTo;
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(isAwake).toBe(false);
      await store.append('main', makeDrafts(1));
      expect(await waiting).toBe('4000000010');
      const { events } = await feed.cutFresh(at, null, LIMITS);
      expect(events.rows.map((row) => row[0])).toEqual(['4000000011']);
      await feed.stop();
    });
  });
});

/** type, data and ts of rows that the original's tables take and ours do not. */
const ODD_ROWS: Record<DatabaseKind, readonly (readonly [string, string, string?])[]> = {
  sqlite: [
    [`T","x":"`, "'1'"],
    ['T', "'{broken'"],
    ['T', "x'7bff00'"],
    ['T', "''"],
    ['T', "'1'", "'yesterday'"],
    ['', "'1'"],
  ],
  postgres: [
    [`T","x":"`, "'1'"],
    ['A B', "'1'"],
    ['T', "'1'", "'infinity'"],
    ['T', "'1'", "'0044-03-15 BC'"],
    ['', "'1'"],
  ],
  mysql: [
    [`T","x":"`, "'1'"],
    ['T', "'{broken'"],
    ['T', "''"],
    ['ä', "'1'"],
    ['T', "'1'", "'1901-01-01 00:00:00'"],
  ],
};

describeDatabase('mysql', 'what only MariaDB has', () => {
  it('takes data that is null for the null of JSON, as its readers did', async () => {
    const database = await createDatabase('mysql');
    const sql = await openSqlSession('mysql', database.url);
    await makeFutoinActive(sql, 'mysql');
    await sql.run("insert into evt_queue (type, data, ts) values ('T', null, utc_timestamp())");
    await sql.run("set sql_mode = 'ALLOW_INVALID_DATES'");
    await sql.run("insert into evt_queue (type, data, ts) values ('T', '1', '2026-02-30')");
    await sql.run("insert into evt_queue (type, data, ts) values ('T', '1', '0000-00-00')");
    const store = await Store.open(openOptions(database));
    await store.adopt({ ...REQUEST, names: new Map() });
    await store.migrate(['main']);
    expect((await readAll(store)).map((row) => row[2])).toEqual(['null', '1', '1']);
    await store.close();
    await sql.close();
    await database.drop();
  });
});
