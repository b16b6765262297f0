// kill -9 in the middle of everything: what was acknowledged is there, once, and in order. CRASH_ROUNDS sets how many
// kills (4 by default).
import { createDatabase, describeDatabases, type TestDatabase } from '../support/databases.ts';
import { type NodeProcess, runCommand, startNode } from '../support/node-process.ts';
import { openRandom } from '../support/random.ts';
import { call, RpcSocket } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 4);

describeDatabases('after kill -9', (kind) => {
  let active: TestDatabase;
  let warehouse: TestDatabase;
  const nodes: NodeProcess[] = [];
  const settings = () => ({
    databaseUrl: active.url,
    warehouseUrl: warehouse.url,
    workerPeriodMs: 20,
  });
  const start = async (more = {}, command?: string[]) => {
    const node = await startNode({ ...settings(), ...more }, command);
    nodes.push(node);
    return node;
  };
  beforeEach(async () => {
    [active, warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.end('SIGKILL');
    await Promise.all([active.drop(), warehouse.drop()]);
  });

  it('of the server, nothing that was answered is lost, and order stays', async () => {
    const random = openRandom();
    console.info(`kill on ${kind}: SEED=${random.seed}`);
    const answered = new Map<string, string>();
    const asked = new Set<string>();
    const got: { id: string; data: unknown }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const node = await start();
      await call(node.url, 'registerConsumer', { component: 'c' });
      const socket = await RpcSocket.open(node.url, ({ params }) => {
        for (const { id, data } of params.events) {
          if (Number(id) > got.length) got.push({ id, data });
          else expect(got[Number(id) - 1]?.data).toBe(data);
          expect(Number(id)).toBeLessThanOrEqual(got.length);
        }
        return true;
      });
      await socket.call('readyToReceive', { component: 'c', max_in_flight: 3 });
      const callers = Array.from({ length: 8 }, async (_, caller) => {
        for (let nth = 0; ; nth += 1) {
          const data = `${round} ${caller} ${nth}`;
          asked.add(data);
          const id = await call(node.url, 'addEvent', { type: 'T', data }).catch(() => null);
          if (id === null) return;
          answered.set(data, id);
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 100 + random.below(300)));
      await node.end('SIGKILL');
      await Promise.all(callers);
    }
    const node = await start();
    const socket = await RpcSocket.open(node.url, ({ params }) => {
      for (const { id, data } of params.events) if (Number(id) > got.length) got.push({ id, data });
      return true;
    });
    await socket.call('readyToReceive', { component: 'c' });
    const { last } = await call(node.url, 'streamInfo');
    await until(() => got.length === Number(last));
    await socket.close();

    expect(got.map((event) => event.id)).toEqual(got.map((_, nth) => String(nth + 1)));
    expect(answered.size).toBeGreaterThan(ROUNDS);
    for (const [data, id] of answered) expect(got[Number(id) - 1]?.data).toBe(data);
    // A call whose answer was lost may have been carried out, once; nothing else may be there.
    const all = got.map((event) => event.data as string);
    expect(new Set(all).size).toBe(all.length);
    for (const data of all) expect(asked.has(data)).toBe(true);
  }, 300_000);

  it('of archiver and discarder, the history is whole and holds nothing twice', async () => {
    const random = openRandom();
    console.info(`kill of workers on ${kind}: SEED=${random.seed}`);
    const node = await start();
    await call(node.url, 'registerConsumer', { component: 'c' });
    await runCommand(['migrate', '--warehouse'], settings());
    let isAdding = true;
    let last = '0';
    const adding = (async () => {
      while (isAdding) {
        const events = Array.from({ length: 200 }, (_, nth) => ({ type: 'T', data: nth }));
        last = (await call(node.url, 'addEvents', { events })).last;
        await call(node.url, 'pollEvents', { component: 'c', last_id: last, limit: 1 });
      }
    })();
    for (let round = 0; round < ROUNDS; round += 1) {
      const workers = await Promise.all([
        start({}, ['archive']),
        start({ discardLimit: 50 }, ['discard']),
      ]);
      await new Promise((resolve) => setTimeout(resolve, 50 + random.below(250)));
      await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
      // Instead of waiting until the lease of the killed one has run out.
      const sql = await openSqlSession(kind, active.url);
      await sql.run("update evt_consumers set lease_until = null where ident = 'ARCHIVER'");
      await sql.close();
    }
    isAdding = false;
    await adding;
    await start({}, ['archive']);
    await start({}, ['discard']);
    // However much there is to do, as long as it goes on.
    for (let reached = '0'; reached !== last; ) {
      reached = await until(async () => {
        const { discarded_up_to } = await call(node.url, 'streamInfo');
        return discarded_up_to !== reached && discarded_up_to;
      });
    }
    const sql = await openSqlSession(kind, warehouse.url);
    const [row] = await sql.run(
      'select count(*) as n, min(id) as low, max(id) as high from evt_history',
    );
    await sql.close();
    expect([row?.n, row?.low, row?.high].map(Number)).toEqual([Number(last), 1, Number(last)]);
  }, 300_000);
});
