// kill -9 in the middle of everything: what was acknowledged is there, once, and in order. CRASH_ROUNDS sets how many
// kills (3 by default).
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { openRandom } from '../support/random.ts';
import { call, RpcSocket } from '../support/rpc.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 3);

describeDrawnDatabase('after kill -9', (kind) => {
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
    // What a node was killed with may be committed later than the next one starts.
    await until(async () => got.length >= Number((await call(node.url, 'streamInfo')).last));
    await socket.close();

    expect(got.map((event) => event.id)).toEqual(got.map((_, nth) => String(nth + 1)));
    expect(answered.size).toBeGreaterThan(ROUNDS);
    for (const [data, id] of answered) expect(got[Number(id) - 1]?.data).toBe(data);
    // A call whose answer was lost may have been carried out, once; nothing else may be there.
    const all = got.map((event) => event.data as string);
    expect(new Set(all).size).toBe(all.length);
    for (const data of all) expect(asked.has(data)).toBe(true);
  }, 300_000);
});
