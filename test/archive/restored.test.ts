// An active database that was restored to an earlier state gives ids again, to other events: the archiver must not take
// these for archived, also when there are as many as before.
import { ARCHIVER } from '../../src/contract/consumer.ts';
import { archiveAll, openWarehouse } from '../support/archiving.ts';
import { describeDatabases } from '../support/databases.ts';
import { makeDrafts } from '../support/events.ts';
import { openStore } from '../support/open-store.ts';
import { openSqlSession } from '../support/sql-session.ts';

describeDatabases('an archiver', (kind) => {
  it('does not go on behind events that a restore has taken back, nor moves its cursor', async () => {
    const opened = await openStore(kind);
    const archive = await openWarehouse(kind);
    await opened.store.append('main', makeDrafts(5, 'LOST'));
    await archiveAll(opened.store, archive.warehouse);
    const sql = await openSqlSession(kind, opened.url);
    // As a backup of the active database has it that was made behind the second event.
    await sql.run('delete from evt_queue where id > 2');
    await sql.run("update evt_streams set next_id = 3 where name = 'main'");
    await sql.run(`update evt_consumers set last_evt_id = 2 where ident = '${ARCHIVER}'`);
    await sql.close();
    const store = await opened.another();
    await store.append('main', makeDrafts(4, 'NEW'));
    await expect(archiveAll(store, archive.warehouse)).rejects.toMatchObject({
      code: 'HistoryForked',
    });
    expect(await store.findConsumer('main', ARCHIVER)).toMatchObject({ cursor: '2' });
    await archive.close();
    await opened.close();
  });
});
