// A commit that waits for a standby, and is answered before one has it: nobody may take that for done.
import { ownStore } from '../crash/own-store.ts';
import { describeDatabase } from '../support/databases.ts';
import { makeDraft } from '../support/events.ts';
import { until } from '../support/until.ts';

const WAITING = "select pid from pg_stat_activity where wait_event = 'SyncRep'";

describeDatabase('postgres', 'a commit that waits for a standby that is not there', () => {
  const place = ownStore('postgres');
  beforeEach(async () => {
    // The first step writes down which database it is taken in.
    await place.store.moveInbox('main');
    await place.sql.run("alter system set synchronous_standby_names = 'nobody'");
    await place.sql.run('select pg_reload_conf()');
    await until(async () => {
      const [row] = await place.sql.run('show synchronous_standby_names');
      return row?.synchronous_standby_names === 'nobody';
    });
  });

  const cancelWait = async () => {
    const [row] = await until(async () => {
      const rows = await place.sql.run(WAITING);
      return rows.length > 0 && rows;
    });
    await place.sql.run(`select pg_cancel_backend(${row?.pid})`);
  };

  it('is of unknown outcome when somebody ends the wait, of a step', async () => {
    const appending = place.store.append('main', [makeDraft('ALONE')]);
    const refused = expect(appending).rejects.toMatchObject({ code: 'OutcomeUnknown' });
    await cancelWait();
    await refused;
  });

  it('is that also of everything else', async () => {
    // What may be done twice is tried again, and waits again.
    let isDone = false;
    const registering = place.store.registerConsumer('main', 'a:b', 'now').finally(() => {
      isDone = true;
    });
    await cancelWait();
    await until(async () => (await place.sql.run(WAITING)).length > 0);
    expect(isDone).toBe(false);
    await place.sql.run("alter system set synchronous_standby_names = ''");
    await place.sql.run('select pg_reload_conf()');
    await registering;
  });
});
