// An application with a database of its own: the app reads along on the same one.
import type { Knex } from 'knex';
import { addEvent } from '../../../src/generator/index.ts';
import { type App, createApp, type ReceivedBatch } from '../../../src/index.ts';
import { idsOf } from '../../client/client-on.ts';
import { applicationKnex } from '../../support/application-knex.ts';
import {
  createDatabase,
  describeDrawnDatabase,
  type TestDatabase,
} from '../../support/databases.ts';
import { until } from '../../support/until.ts';
import { silent } from './embedded.ts';

describeDrawnDatabase('an app on the knex instance of its application', (kind) => {
  let active: TestDatabase;
  let warehouse: TestDatabase;
  let db: Knex;
  let app: App;
  beforeEach(async () => {
    [active, warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
    db = applicationKnex(kind, active.url);
    await db.schema.createTable('orders', (table) => void table.integer('total'));
    app = createApp({
      database: db,
      warehouse: warehouse.url,
      archiver: true,
      discarder: true,
      workerPeriodMs: 20,
      logger: silent,
    });
    await app.start();
  });
  afterEach(async () => {
    await app.stop();
    await db.destroy();
    await Promise.all([active.drop(), warehouse.drop()]);
  });

  const placeOrder = (total: number, isKept: boolean) =>
    db.transaction(async (tx) => {
      await tx('orders').insert({ total });
      await addEvent(tx, 'ORDER_PLACED', { total }, { hints: app.hints });
      if (!isKept) throw new Error('changed my mind');
    });

  it('delivers the event of a transaction exactly if that commits', async () => {
    const batches: ReceivedBatch[] = [];
    await app.subscribe({ component: 'billing', onEvents: (batch) => batches.push(batch) });
    for (let total = 1; total <= 20; total += 1) {
      await placeOrder(total, total % 2 === 0).catch(() => {});
    }
    await until(() => idsOf(batches).length === 10);
    const totals = batches.flatMap(({ events }) => events.map(({ data }) => data.total));
    expect(totals).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    const rows = await db('orders').select('total').orderBy('total');
    expect(rows.map(({ total }) => total)).toEqual(totals);
  });

  it('archives and discards what everybody has, and tells of both', async () => {
    const counts = { archived: 0, discarded: 0 };
    app.on('archived', ({ count }) => {
      counts.archived += count;
    });
    app.on('discarded', ({ count }) => {
      counts.discarded += count;
    });
    await app.subscribe({ component: 'billing', onEvents: () => {} });
    for (let total = 1; total <= 5; total += 1) await placeOrder(total, true);
    await until(() => counts.archived === 5 && counts.discarded === 5);
    expect(await db('evt_queue')).toEqual([]);
    const { text } = await app.metrics();
    expect(text).toContain('aftercommit_archived_events_total{stream="main"} 5');
    expect(text).toContain('aftercommit_discarded_events_total{stream="main"} 5');
  });

  it("leaves the application's connections alone when it stops", async () => {
    await app.stop();
    await db('orders').insert({ total: 7 });
    expect(await db('orders')).toHaveLength(1);
  });
});
