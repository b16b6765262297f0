// Where the warehouse can read the queue itself, rows go from one to the other by a statement there. What comes of it
// is what comes of sending them.
import type { EventRow } from '../../src/contract/event.ts';
import { Warehouse } from '../../src/store/warehouse.ts';
import {
  archiveAll,
  makeArchiver,
  type OpenWarehouse,
  openWarehouse,
} from '../support/archiving.ts';
import { type DatabaseKind, describeDatabases } from '../support/databases.ts';
import { id, makeDrafts, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession } from '../support/sql-session.ts';

const PAGE = { eventsMax: 1000, bytesMax: 4_194_304 };
/** Of a warehouse in the active database, and of one in another database of the same server. */
const REACHES: Record<DatabaseKind, readonly [boolean, boolean]> = {
  sqlite: [false, false],
  postgres: [true, false],
  mysql: [true, true],
};

describeDatabases('a warehouse on the server of its queue', (kind) => {
  let active: OpenStore;
  let beside: OpenWarehouse;
  let inside: Warehouse;
  beforeEach(async () => {
    [active, beside] = [await openStore(kind), await openWarehouse(kind)];
    inside = await Warehouse.open({ database: active.url, poolMax: 4, timeoutMs: 10_000 });
    await inside.migrate(['main']);
  });
  afterEach(async () => {
    await inside.close();
    await active.close();
    await beside.close();
  });

  it('is known by what both of them see, and by no name', async () => {
    const [isInside, isBeside] = REACHES[kind];
    const reach = await inside.reachQueue(active.store, 'main');
    expect([reach !== null, reach?.table]).toEqual([isInside, isInside ? 'evt_queue' : undefined]);
    expect((await beside.warehouse.reachQueue(active.store, 'main')) !== null).toBe(isBeside);
    if (kind === 'sqlite') return;
    const elsewhere = await openWarehouse('sqlite');
    expect(await elsewhere.warehouse.reachQueue(active.store, 'main')).toBeNull();
    await elsewhere.close();
  }, 30_000);

  it('gets the same rows, also where some of them go out as null', async () => {
    await active.store.append('main', makeDrafts(1500));
    const sql = await openSqlSession(kind, active.url);
    // No JSON, where such a thing can be; else a number whose text is not its shortest.
    const data = kind === 'mysql' ? '"\\\\q"' : '1.0';
    await sql.run(`update evt_queue set data = '${data}' where id = 1200`);
    await sql.close();
    await archiveAll(active.store, inside);
    const rows: EventRow[] = [];
    for (let after = id(0); rows.length < 1500; after = (rows.at(-1) as EventRow)[0]) {
      rows.push(...(await inside.readHistory('main', after, PAGE)));
    }
    const queued = await readAll(active.store);
    const [type, text] = kind === 'mysql' ? ['aftercommit:invalid-data', 'null'] : ['TEST', '1.0'];
    const [, , , ts] = queued[1199] as EventRow;
    queued[1199] = [id(1200), type as string, text as string, ts];
    expect(rows).toEqual(queued);
  }, 30_000);

  it('adds no row when it has not found as many as were read, and gets them sent then', async () => {
    const { warehouse } = beside;
    await active.store.append('main', makeDrafts(3));
    const rows = await readAll(active.store);
    await inside.openWatermark('W', 'main', { lastId: id(0), epoch: 1 });
    const queue = await inside.reachQueue(active.store, 'main');
    const forged: EventRow = [id(4), 'TEST', '4', '2026-11-20T21:32:25.123Z'];
    const move = { from: { lastId: id(0), epoch: 1 }, to: { lastId: id(4), epoch: 1 } };
    const copying = inside.copyToHistory('W', 'main', [...rows, forged], move, { queue });
    if (queue === null) await copying;
    else {
      await expect(copying).rejects.toThrow();
      expect(await inside.firstId('main')).toBeNull();
      expect((await inside.findWatermark('W', 'main'))?.lastId).toBe('0');
    }
    // It may not read there, which shows only when it tries.
    const nowhere = { schema: 'nowhere', table: 'nothing' };
    const reach = jest.spyOn(warehouse, 'reachQueue').mockResolvedValue(queue && nowhere);
    const archiver = makeArchiver(active.store, warehouse);
    if (queue !== null) await expect(archiver.round()).rejects.toThrow();
    while ((await archiver.round()) === 'copied');
    await archiver.release();
    expect(reach).toHaveBeenCalledTimes(1);
    expect(await warehouse.readHistory('main', id(0), PAGE)).toEqual(rows);
  }, 30_000);
});
