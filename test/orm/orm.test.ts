// The examples for ORMs, on a database that is drawn: what a transaction of theirs commits is delivered. DATABASES=all
// runs them on every database that the ORM takes.
import { type DatabaseKind, describeDrawnDatabase } from '../support/databases.ts';
import { INSTALL_MS_MAX } from '../support/foreign-package.ts';
import { call, post } from '../support/rpc.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { type Order, openShops, type Shops } from './shop.ts';

const ORMS: Record<DatabaseKind, readonly string[]> = {
  sqlite: ['drizzle', 'kysely', 'prisma', 'typeorm'],
  postgres: ['drizzle', 'drizzle-postgres-js', 'kysely', 'postgres-js', 'prisma', 'typeorm'],
  mysql: ['drizzle', 'kysely', 'prisma', 'typeorm'],
};
const ORDERS_TABLE: Record<DatabaseKind, string> = {
  sqlite: 'create table orders (id integer primary key, item text not null, total real not null)',
  postgres:
    'create table orders (id serial primary key, item text not null, total double precision not null)',
  mysql: `create table orders (id bigint unsigned auto_increment primary key,
    item varchar(255) character set utf8mb4 not null, total double not null)`,
};
const ORDERS: readonly Order[] = [
  { item: 'Tea', total: 12.5 },
  { item: `😀 \\'; drop table orders; -- $$ ? $1 :x "`, total: 0.1 },
  { item: '', total: -1e21 },
];

describeDrawnDatabase('an event in a transaction of an ORM', (kind) => {
  let shops: Shops;
  let node: StartedApp;
  let session: SqlSession;
  beforeAll(async () => {
    shops = await openShops(kind);
  }, INSTALL_MS_MAX);
  afterAll(() => shops.close());
  beforeEach(async () => {
    node = await startApp(kind);
    session = await openSqlSession(kind, node.settings.databaseUrl);
    await session.run(ORDERS_TABLE[kind]);
    await call(node.url, 'registerConsumer', { component: 'billing' });
  });
  afterEach(async () => {
    await session.close();
    await node.stop();
  });

  it.each(ORMS[kind])('is delivered exactly if it commits: %s', async (orm) => {
    await shops.run(orm, kind, node.settings.databaseUrl, ORDERS);

    const events = await until(async () => {
      const batch = await call(node.url, 'pollEvents', { component: 'billing', wait_ms: 1000 });
      return batch.events.length >= ORDERS.length && batch.events;
    });
    expect(events.map((event: { id: string }) => event.id)).toEqual(['1', '2', '3']);
    expect(events).toMatchObject(ORDERS.map((data) => ({ type: 'ORDER_PLACED', data })));
    const { text } = await post(
      node.url,
      '{"jsonrpc":"2.0","id":1,"method":"pollEvents","params":{"component":"billing"}}',
    );
    for (const order of ORDERS) expect(text).toContain(`"data":${JSON.stringify(order)}`);
    expect(await call(node.url, 'streamInfo')).toMatchObject({ last: '3', inbox: 0 });
    expect(
      (await session.run('select item from orders order by id')).map((row) => row.item),
    ).toEqual(ORDERS.map((order) => order.item));
  });
});
