// A consumer that stands still for too long holds discarding back no more, and comes back through the archive.
import { type Client, createClient } from '../../src/client/index.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession, type SqlSession, timeInHours } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const COUNT = 300;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const WORKERS = { archiver: true, discarder: true, workerPeriodMs: 20 };
const drafts = Array.from({ length: COUNT }, (_, nth) => ({ type: 'STEP', data: nth }));

describeDrawnDatabase('a consumer that stands still', (kind) => {
  let node: StartedApp;
  let client: Client;
  let sql: SqlSession;
  const open = async (settings: Parameters<typeof startApp>[1]) => {
    node = await startApp(kind, settings);
    client = createClient({ url: node.url });
    sql = await openSqlSession(kind, node.settings.databaseUrl);
    await client.registerConsumer('quick');
    await client.registerConsumer('slow');
    await client.addEvents(drafts);
    const { last_id } = await acknowledge('slow', 10);
    expect(last_id).toBe('10');
    await acknowledge('quick', COUNT);
  };
  const acknowledge = async (component: string, last: number) => {
    const last_id = String(last);
    await client.call('pollEvents', { component, last_id, limit: 1 });
    return { last_id };
  };
  const discardedUpTo = async () => (await client.streamInfo()).discarded_up_to;
  const factsOf = async (name: string) =>
    (await client.listConsumers()).find(({ component }) => component === name);
  afterEach(async () => {
    await sql.close();
    await node.stop();
  });

  it('is set aside, is told of, and comes back without a hole', async () => {
    await open({ ...WORKERS, setAsideMs: 1000 });
    const told: unknown[] = [];
    node.app.on('setAside', (notice) => told.push(notice));
    await until(async () => (await discardedUpTo()) === String(COUNT));
    expect(await factsOf('slow')).toMatchObject({ cursor: '10', set_aside: true, lag: COUNT - 10 });
    expect(await factsOf('quick')).toMatchObject({ set_aside: false });
    expect(told).toEqual([
      { stream: 'main', consumer: 'local:slow', cursor: '10', idleMs: expect.any(Number) },
    ]);
    const metrics = await (await fetch(`${node.url}/metrics`)).text();
    expect(metrics).toContain('aftercommit_consumers_set_aside_total{stream="main"} 1');

    const ids: number[] = [];
    const end = new AbortController();
    const run = client.consumer({ component: 'slow' }).run(
      ({ events, missed }) => {
        expect(missed).toBeNull();
        ids.push(...events.map((event) => Number(event.id)));
      },
      { signal: end.signal },
    );
    await until(() => ids.length >= COUNT - 10);
    end.abort();
    await run;
    expect(ids).toEqual(drafts.map((_, nth) => nth + 1).slice(10));
    await until(async () => (await factsOf('slow'))?.set_aside === false);
  });

  it('is not set aside where there is no archive', async () => {
    await open({ discarder: true, workerPeriodMs: 20, setAsideMs: 1000 });
    const hourAgo = timeInHours[kind](-1);
    await sql.run(`update evt_queue set ts = ${hourAgo}`);
    await sql.run(`update evt_consumers set last_time = ${hourAgo}`);
    // Twice as long as it takes where there is one.
    await pause(1800);
    expect(await discardedUpTo()).toBe('10');
    expect(await factsOf('slow')).toMatchObject({ set_aside: false });
  });

  it('is not set aside because a clock jumps, as long as it moves', async () => {
    await open({ ...WORKERS, setAsideMs: 1000 });
    // As after a jump: everything seems to be from an hour ago, also what was a moment ago.
    const hourAgo = timeInHours[kind](-1);
    const jump = async () => {
      await sql.run(`update evt_queue set ts = ${hourAgo}`);
      await sql.run(`update evt_consumers set last_time = ${hourAgo}`);
    };
    const endMs = performance.now() + 2500;
    for (let cursor = 11; performance.now() < endMs; cursor += 1) {
      await acknowledge('slow', cursor);
      await jump();
      expect(await factsOf('slow')).toMatchObject({ stale: false, set_aside: false });
      await pause(200);
    }
    expect(Number(await discardedUpTo())).toBeLessThan(40);
  });
});
