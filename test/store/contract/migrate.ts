// The schema is made once, by one runner at a time, and never by an older version.
import { Store } from '../../../src/store/store.ts';
import { Warehouse } from '../../../src/store/warehouse.ts';
import { createDatabase, type DatabaseKind } from '../../support/databases.ts';
import { makeDraft } from '../../support/events.ts';
import { openSqlSession } from '../../support/sql-session.ts';

export function migrateContract(kind: DatabaseKind): void {
  describe('migrate', () => {
    let database: Awaited<ReturnType<typeof createDatabase>>;
    const stores: Store[] = [];
    const open = async () => {
      const store = await Store.open({ database: database.url, poolMax: 4, timeoutMs: 10_000 });
      stores.push(store);
      return store;
    };
    beforeEach(async () => {
      database = await createDatabase(kind);
    });
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
      await database.drop();
    });

    it('is done once when several nodes start together', async () => {
      const nodes = await Promise.all([open(), open(), open()]);
      const applied = await Promise.all(nodes.map((node) => node.migrate(['main'])));
      expect(applied.filter((names) => names.length > 0).length).toBe(1);
      expect((await nodes[0]?.append('main', [makeDraft()]))?.first).toBe('1');
    });

    it('lets a stream that is added later catch up', async () => {
      const store = await open();
      await store.migrate(['main']);
      expect(await store.migrate(['main', 'orders'])).toEqual([
        'orders:0001-queue',
        'orders:0002-inbox',
        'orders:0003-waiting',
      ]);
      expect((await store.append('orders', [makeDraft()])).first).toBe('1');
      expect(await store.migrate(['main', 'orders'])).toEqual([]);
    });

    it.each([
      [
        'holds an unknown migration',
        "insert into evt_migrations (name) values ('active/9999-future')",
      ],
      [
        'holds a newer version of a stream',
        "update evt_streams set `schema` = 99 where name = 'main'",
      ],
    ])('refuses a database that %s', async (_, change) => {
      const store = await open();
      await store.migrate(['main']);
      const sql = await openSqlSession(kind, database.url);
      await sql.run(kind === 'postgres' ? change.replaceAll('`', '"') : change);
      await sql.close();
      await expect(store.migrate(['main'])).rejects.toThrow(/newer version/);
    });

    it.each(['active', 'warehouse'] as const)(
      'refuses %s tables without a list of them',
      async (of) => {
        const opener = of === 'active' ? Store : Warehouse;
        const made = await opener.open({ database: database.url, poolMax: 4, timeoutMs: 10_000 });
        await made.migrate(['main']);
        const sql = await openSqlSession(kind, database.url);
        await sql.run('drop table evt_migrations');
        await sql.close();
        const table = of === 'active' ? 'evt_streams' : 'evt_archives';
        await expect(made.migrate(['main'])).rejects.toThrow(
          `The ${of} database cannot be opened: ${table} is here, and evt_migrations`,
        );
        await made.close();
      },
    );

    it('lets active and warehouse share one database', async () => {
      const store = await open();
      const warehouse = await Warehouse.open({
        database: database.url,
        poolMax: 4,
        timeoutMs: 10_000,
      });
      await store.migrate(['main']);
      await warehouse.migrate(['main']);
      expect(await store.migrate(['main'])).toEqual([]);
      expect(await warehouse.migrate(['main'])).toEqual([]);
      await warehouse.close();
    });
  });
}
