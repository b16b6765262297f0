// What is special about acknowledgements on MySQL and MariaDB: one alone is one statement, which asks about the end of
// the log without standing in the way of steps.
import { ADVANCE_ONE } from '../../src/store/dialects/mysql/statements.ts';
import { Store } from '../../src/store/store.ts';
import { describeDatabase } from '../support/databases.ts';
import { id, makeDrafts } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { openTcpPath } from '../support/tcp-path.ts';

const LOCK_STREAM = "select * from evt_streams where name = 'main' for update nowait";

describeDatabase('mysql', 'an acknowledgement', () => {
  let opened: OpenStore;
  const ends: (() => Promise<void>)[] = [];
  const session = async () => {
    const sql = await openSqlSession('mysql', opened.url);
    ends.push(sql.close);
    return sql;
  };
  const consumer = async (name = 'a:b') => {
    const found = await opened.store.findConsumer('main', name);
    return { consumerId: found?.id ?? '', cursor: found?.cursor };
  };
  const ackOf = async (upTo: number, name?: string) => {
    const { consumerId } = await consumer(name);
    return { consumerId, cursor: id(upTo), token: null, epoch: 1 };
  };
  beforeEach(async () => {
    opened = await openStore('mysql');
    await opened.store.append('main', makeDrafts(10));
    for (const name of ['a:b', 'a:c']) {
      await opened.store.registerConsumer('main', name, 'beginning');
    }
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await opened.close();
  });

  it('waits for no step, and goes no further than what is committed', async () => {
    const step = await session();
    await step.run('begin');
    await step.run("update evt_streams set next_id = next_id + 5 where name = 'main'");
    const { store } = opened;
    await store.advanceCursors([await ackOf(4)]);
    expect(await consumer()).toMatchObject({ cursor: '4' });
    await store.advanceCursors([await ackOf(11)]);
    expect(await consumer()).toMatchObject({ cursor: '4' });
    await step.run('rollback');
    await store.advanceCursors([await ackOf(10)]);
    expect(await consumer()).toMatchObject({ cursor: '10' });
  });

  it('locks no stream while it is not committed', async () => {
    const { consumerId } = await consumer();
    const [writer, step] = [await session(), await session()];
    await writer.run('set session transaction isolation level read committed');
    await writer.run('begin');
    await writer.run(ADVANCE_ONE, ['4', consumerId, null, '4', '1']);
    expect(await step.run(LOCK_STREAM)).toHaveLength(1);
    await writer.run('rollback');
  });

  it('asks for the ends of streams only where it has moved nothing, or is not alone', async () => {
    let asked = 0;
    const path = await openTcpPath(opened.url, (near, far) => {
      near.on('data', (part) => {
        asked += part.includes('join evt_streams') ? 1 : 0;
      });
      near.pipe(far).pipe(near);
    });
    const store = await Store.open({ database: path.url, poolMax: 1, timeoutMs: 10_000 });
    ends.push(path.close, () => store.close());
    await store.advanceCursors([await ackOf(4)]);
    // Nothing but the time is another one, if that is.
    await store.advanceCursors([await ackOf(4)]);
    expect([asked, await consumer()]).toMatchObject([0, { cursor: '4' }]);
    await store.advanceCursors([await ackOf(11)]);
    expect([asked, await consumer()]).toMatchObject([1, { cursor: '4' }]);
    await store.advanceCursors([await ackOf(10), await ackOf(5, 'a:c')]);
    expect([asked, await consumer(), await consumer('a:c')]).toMatchObject([
      2,
      { cursor: '10' },
      { cursor: '5' },
    ]);
  });
});
