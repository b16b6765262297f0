// A history that forks while a node does not look: another one finds it first, and begins the epoch. Who comes to the
// node that has not seen it is of the later history, and is given nothing of what that node still has in memory.
import { createClient, type Position } from '../../src/client/index.ts';
import { Store } from '../../src/store/store.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { makeDrafts } from '../support/events.ts';
import { loseEvents } from '../support/lost-events.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const LOST = 20;
const SHARED = 12;
/** It looks when it is told to. */
const BLIND = { sleepMsMin: 30_000, sleepMsMax: 60_000 };

describeDrawnDatabase('a history that forks on another node', (kind) => {
  let node: StartedApp;
  let other: Store;
  let stop: AbortController;
  const add = (data: string, count: number) =>
    call(node.url, 'addEvents', { events: Array(count).fill({ type: 'T', data }) });
  const consumerOf = (options: { component?: string; position?: Position }) => {
    const events: string[] = [];
    const run = createClient({ url: node.url })
      .consumer({ by: 'push', ...options })
      .run((batch) => void events.push(...batch.events.map((each) => `${each.type} ${each.id}`)), {
        signal: stop.signal,
      });
    return { events, run };
  };
  const NEW = Array.from({ length: 30 }, (_, nth) => `NEW ${SHARED + 1 + nth}`);
  let epoch: number;
  beforeEach(async () => {
    node = await startApp(kind, BLIND);
    stop = new AbortController();
    other = await Store.open({
      database: node.settings.databaseUrl,
      poolMax: 2,
      timeoutMs: 10_000,
    });
    const reading = consumerOf({});
    await until(async () => {
      await add('first', 1);
      return reading.events.length > 0;
    });
    await add('old', LOST);
    await until(() => reading.events.length >= LOST);
    stop.abort();
    await reading.run;
    stop = new AbortController();
  });
  const fork = async () => {
    const sql = await openSqlSession(kind, node.settings.databaseUrl);
    await loseEvents(sql, SHARED);
    await sql.close();
    await other.epochs.begin('main');
    await other.append('main', makeDrafts(30, 'NEW'));
    epoch = (await other.streamState('main')).epoch;
  };
  afterEach(async () => {
    stop.abort();
    await other.close();
    await node.stop();
  });

  it('is found by who subscribes there as a consumer', async () => {
    await fork();
    await call(node.url, 'registerConsumer', { component: 'late', from: { id: '12' }, epoch });
    const { events, run } = consumerOf({ component: 'late' });
    await until(() => events.length >= 30);
    expect(events).toEqual(NEW);
    stop.abort();
    await run;
  });

  it('is found by who comes there as LIVE', async () => {
    await fork();
    const { events, run } = consumerOf({ position: { id: '12', epoch } });
    await until(() => events.length >= 30);
    expect(events).toEqual(NEW);
    stop.abort();
    await run;
  });

  it('is found by who polls there', async () => {
    await fork();
    await call(node.url, 'registerConsumer', { component: 'poll', from: { id: '0' } });
    const poll = { component: 'poll', last_id: '12', epoch, limit: 5 };
    const batch = await call(node.url, 'pollEvents', poll);
    expect(batch).toMatchObject({ after: '12', up_to: '17', epoch });
    expect(batch.events[0]).toMatchObject({ id: '13', type: 'NEW' });
  });

  it.each(['poll', 'LIVE'])(
    'is told to %s, which waits there and names no epoch',
    async (component) => {
      if (component !== 'LIVE') await call(node.url, 'registerConsumer', { component });
      const { last } = await call(node.url, 'streamInfo');
      const poll = call(node.url, 'pollEvents', { component, last_id: last, wait_ms: 20_000 });
      const told = expect(poll).rejects.toMatchObject({
        data: { code: 'HistoryForked', at: String(SHARED) },
      });
      if (component !== 'LIVE') {
        await until(async () => (await call(node.url, 'listConsumers'))[0]?.cursor === last);
      }
      await fork();
      await add('more', 1);
      await told;
      const cursors = (await call(node.url, 'listConsumers')).map(
        (each: { cursor: string }) => each.cursor,
      );
      expect(cursors).toEqual(component === 'LIVE' ? [] : [String(SHARED)]);
    },
  );
});
