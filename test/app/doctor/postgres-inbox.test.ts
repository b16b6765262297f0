// `aftercommit doctor` on PostgreSQL, of an inbox whose numbers come to their end: what is named lets it go on, and
// never in another order than that of commits.
import { Store } from '../../../src/store/store.ts';
import { createDatabase, describeDatabase, type TestDatabase } from '../../support/databases.ts';
import { makeDraft } from '../../support/events.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import { until } from '../../support/until.ts';
import { foundOf } from './diagnosis.ts';

describeDatabase('postgres', 'doctor, of an inbox without numbers', () => {
  let database: TestDatabase;
  let sql: SqlSession;
  const open = (url = database.url) => Store.open({ database: url, poolMax: 2, timeoutMs: 5000 });
  beforeAll(async () => {
    database = await createDatabase('postgres');
    sql = await openSqlSession('postgres', database.url);
    const store = await open();
    await store.migrate(['main']);
    await store.close();
  });
  afterAll(async () => {
    await sql?.close();
    await database?.drop();
  });

  it('lets one that has used all of them begin again, empty and with the service stopped', async () => {
    await sql.run('alter table evt_inbox alter column id restart with 9223372036854775807');
    await sql.insertEvent('LAST', '{}');
    await expect(sql.insertEvent('REFUSED', '{}')).rejects.toThrow('maximum value of sequence');
    const [finding] = await foundOf('inbox-full', database.url);
    expect(finding?.mend).toContain('empty the inbox while nobody writes, then stop the service');
    const [statement = '', ...others] = finding?.sql ?? [];
    expect(others).toEqual([]);
    await expect(sql.run(statement)).rejects.toThrow('The inbox is not empty');

    // By another name than its own.
    const store = await open(`${database.url}?application_name=orders`);
    await store.append('main', [makeDraft('DRAINED')]);
    await sql.run("set default_transaction_isolation = 'repeatable read'");
    await expect(sql.run(statement)).rejects.toThrow('READ COMMITTED');
    await sql.run('reset default_transaction_isolation');
    await expect(sql.run(statement)).rejects.toThrow('The service is running');
    await store.close();
    // The server may not have noticed yet that its sessions have ended.
    await until(() =>
      sql.run(statement).then(
        () => true,
        () => false,
      ),
    );
    expect(await foundOf('inbox-full', database.url)).toEqual([]);

    await sql.insertEvent('FIRST', '{}');
    const again = await open();
    await again.append('main', [makeDraft('LATER')]);
    await again.close();
    const rows = await sql.run('select type from evt_queue order by id');
    expect(rows.map(({ type }) => type)).toEqual(['LAST', 'DRAINED', 'FIRST', 'LATER']);
  });
});
