// The warehouse: rows and watermark move together.
import type { EventRow } from '../../../src/contract/event.ts';
import { EVENT_BYTES_MAX } from '../../../src/contract/limits.ts';
import { Warehouse } from '../../../src/store/warehouse.ts';
import { createDatabase, type DatabaseKind } from '../../support/databases.ts';
import { id, makeDrafts, readAll } from '../../support/events.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import type { Open } from './conformance.ts';

/** Whatever means something to a database or its driver. */
const MARKS = `"? ?? :x \\\\? $1 %s ' '' \\\\' \\" -- /* ; \\\\"`;

export function historyContract(kind: DatabaseKind, open: Open): void {
  describe('the warehouse', () => {
    let database: Awaited<ReturnType<typeof createDatabase>>;
    let warehouse: Warehouse;
    const at = (lastId: number) => ({ lastId: id(lastId), epoch: 1 });
    const start = at(0);
    const historyIds = async () => {
      const sql = await openSqlSession(kind, database.url);
      const rows = await sql.run('select id from evt_history order by id');
      await sql.close();
      return rows.map((row) => Number(row.id));
    };
    beforeEach(async () => {
      database = await createDatabase(kind);
      warehouse = await Warehouse.open({ database: database.url, poolMax: 4, timeoutMs: 10_000 });
      await warehouse.migrate(['main']);
    });
    afterEach(async () => {
      await warehouse.close();
      await database.drop();
    });

    it('takes the largest event that there may be, whatever it is made of', async () => {
      const backslashes = '\\'.repeat(EVENT_BYTES_MAX - 2);
      const opened = await open();
      await opened.store.append('main', [
        ...makeDrafts(1),
        { type: 'LARGE', data: `"${backslashes}"` },
        { type: 'WIDE', data: `"${'😀'.repeat((EVENT_BYTES_MAX - 2) / 4)}"` },
        ...makeDrafts(1),
      ]);
      const rows = await readAll(opened.store);
      await opened.close();
      await warehouse.openWatermark('W', 'main', start);
      const move = { from: start, to: at(4) };
      expect(await warehouse.copyToHistory('W', 'main', rows, move)).toBe(true);
      expect(await historyIds()).toEqual([1, 2, 3, 4]);
    });

    it('keeps events as they stood in the queue', async () => {
      const opened = await open();
      await opened.store.append('main', [
        ...makeDrafts(250),
        { type: 'TEXT', data: '"😀 $$ \\u0000" ' },
        { type: 'MARKS', data: MARKS },
        { type: 'NUMBER', data: '1e400' },
      ]);
      const rows = await readAll(opened.store);
      await opened.close();
      await warehouse.openWatermark('W', 'main', start);
      expect(await warehouse.copyToHistory('W', 'main', rows, { from: start, to: at(253) })).toBe(
        true,
      );
      const sql = await openSqlSession(kind, database.url);
      const [last] = await sql.run(
        `select type, ${TEXT[kind]} as data from evt_history where id = 251`,
      );
      const [marks] = await sql.run(
        `select ${TEXT[kind]} as data from evt_history where type = 'MARKS'`,
      );
      const times = await sql.run(`select ${ISO[kind]} as ts from evt_history order by id limit 1`);
      await sql.close();
      expect([last?.type, last?.data]).toEqual(['TEXT', '"😀 $$ \\u0000" ']);
      expect(marks?.data).toBe(MARKS);
      expect(times[0]?.ts).toBe((rows[0] as EventRow)[3]);
      expect((await historyIds()).length).toBe(253);
    });

    it('has no watermark of a stream that was renamed, whatever an archiver of the old name asks for', async () => {
      await warehouse.migrate(['orders']);
      await warehouse.openWatermark('W', 'orders', { lastId: id(5), epoch: 1 });
      await warehouse.renameHistory({ from: 'orders', to: 'shipped' });
      await expect(
        warehouse.openWatermark('W', 'orders', { lastId: id(5), epoch: 1 }),
      ).rejects.toMatchObject({ code: 'StreamNotFound' });
      // The next stream of that name is archived from its own beginning.
      await warehouse.migrate(['orders']);
      expect(await warehouse.openWatermark('W', 'orders', start)).toEqual(start);
      expect(await warehouse.findWatermark('W', 'shipped')).toMatchObject({ lastId: id(5) });
    });

    it('moves the watermark with the rows, or neither', async () => {
      const rows: EventRow[] = [[id(1), 'TEST', '1', '2026-11-20T21:32:25.123Z']];
      expect(await warehouse.openWatermark('W', 'main', start)).toEqual(start);
      expect(await warehouse.copyToHistory('W', 'main', rows, { from: start, to: at(1) })).toBe(
        true,
      );
      expect(await warehouse.openWatermark('W', 'main', start)).toEqual({ lastId: '1', epoch: 1 });
      // Again, as a writer that was frozen meanwhile would: nothing is added.
      expect(await warehouse.copyToHistory('W', 'main', rows, { from: start, to: at(1) })).toBe(
        false,
      );
      // And one that was frozen while the history was cut back, and written on up to the same id.
      const over = { from: { ...at(1), epoch: 2 }, to: at(2) };
      const next: EventRow[] = [[id(2), 'TEST', '1', '2026-11-20T21:32:25.123Z']];
      expect(await warehouse.copyToHistory('W', 'main', next, over)).toBe(false);
      expect(await historyIds()).toEqual([1]);
      // A failure among the rows leaves the watermark where it was.
      const bad: EventRow[] = [...next, ...rows];
      await expect(
        warehouse.copyToHistory('W', 'main', bad, { from: at(1), to: at(2) }),
      ).rejects.toMatchObject({ code: 'InternalError' });
      expect((await warehouse.openWatermark('W', 'main', start)).lastId).toBe('1');
      expect(await historyIds()).toEqual([1]);
    });

    it('lets one of two racing writers through', async () => {
      const rows: EventRow[] = [[id(1), 'TEST', '1', '2026-11-20T21:32:25.123Z']];
      const other = await Warehouse.open({ database: database.url, poolMax: 4, timeoutMs: 10_000 });
      await warehouse.openWatermark('W', 'main', start);
      const answers = await Promise.all(
        [warehouse, other].map((each) =>
          each.copyToHistory('W', 'main', rows, { from: start, to: at(1) }),
        ),
      );
      await other.close();
      expect(answers.sort()).toEqual([false, true]);
      expect(await historyIds()).toEqual([1]);
    });
  });
}

/** pg parses json columns. */
const TEXT: Record<DatabaseKind, string> = {
  sqlite: 'data',
  postgres: 'data::text',
  mysql: 'data',
};

const ISO: Record<DatabaseKind, string> = {
  sqlite: 'ts',
  postgres: `to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  mysql: "concat(left(date_format(ts, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')",
};
