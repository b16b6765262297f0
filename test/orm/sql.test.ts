// The examples of plain SQL: events from a query, and from triggers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DatabaseKind, describeDatabases } from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const ORDERS_TABLE: Record<DatabaseKind, string> = {
  sqlite: `create table orders (id integer primary key, item text not null, total real not null,
    tags text not null default '[]')`,
  postgres: `create table orders (id serial primary key, item text not null, total numeric(10, 2) not null,
    tags json not null default '[]')`,
  mysql: `create table orders (id bigint unsigned auto_increment primary key,
    item varchar(255) character set utf8mb4 not null, total decimal(10, 2) not null, tags json not null default '[]')`,
};
const ITEM = `Tëa 😀 "it's"`;
const ITEM_IN_SQL = ITEM.replaceAll("'", "''");

/** The statements of an example; an empty line stands between two. */
const statementsOf = (kind: DatabaseKind): string[] =>
  readFileSync(join(__dirname, `../../examples/sql/${kind}.sql`), 'utf8')
    .trim()
    .split(/;\n\n/)
    .map((statement) => statement.replace(/;$/, ''));

describeDatabases('an event that SQL writes', (kind) => {
  const [importAll, ...triggers] = statementsOf(kind);
  let node: StartedApp;
  let session: SqlSession;
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

  const delivered = (count: number) =>
    until(async () => {
      const batch = await call(node.url, 'pollEvents', { component: 'billing', wait_ms: 1000 });
      const events = batch.events as { id: string; type: string; data: unknown }[];
      return events.length >= count && events.map(({ id, type, data }) => [id, type, data]);
    });

  it('comes from each row of a query, in its order', async () => {
    await session.run(
      `insert into orders (item, total) values ('${ITEM_IN_SQL}', 12.5), ('Cup', 3), ('Pot', 0.1)`,
    );
    await session.run('begin');
    await session.run(String(importAll));
    await session.run('rollback');
    await session.run(String(importAll));
    expect(await delivered(3)).toEqual([
      ['1', 'ORDER_IMPORTED', { id: 1, item: ITEM, total: 12.5 }],
      ['2', 'ORDER_IMPORTED', { id: 2, item: 'Cup', total: 3 }],
      ['3', 'ORDER_IMPORTED', { id: 3, item: 'Pot', total: 0.1 }],
    ]);
  });

  it('comes from triggers, for what is committed', async () => {
    for (const trigger of triggers) await session.run(trigger);
    await session.run(
      `insert into orders (item, total, tags) values ('${ITEM_IN_SQL}', 12.5, '["new", {"of": 2}]')`,
    );
    await session.run('begin');
    await session.run('delete from orders');
    await session.run('rollback');
    await session.run('update orders set total = total');
    await session.run('update orders set total = 13');
    await session.run('delete from orders');
    expect(await delivered(3)).toEqual([
      ['1', 'ORDER_PLACED', { id: 1, item: ITEM, total: 12.5, tags: ['new', { of: 2 }] }],
      ['2', 'ORDER_CHANGED', { id: 1, was: 12.5, total: 13 }],
      ['3', 'ORDER_CANCELLED', { id: 1 }],
    ]);
    expect(await call(node.url, 'streamInfo')).toMatchObject({ last: '3', inbox: 0 });
  });
});
