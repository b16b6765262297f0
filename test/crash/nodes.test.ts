// Two processes on one database: what is added at either is delivered by both, in one order.
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { call, RpcSocket } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const EVENTS = 300;

describeDrawnDatabase('two processes', (kind) => {
  let active: TestDatabase;
  let nodes: NodeProcess[] = [];
  beforeEach(async () => {
    active = await createDatabase(kind);
    nodes = await Promise.all([0, 1].map(() => startNode({ databaseUrl: active.url })));
  });
  afterEach(async () => {
    for (const node of nodes) await node.end('SIGKILL');
    await active.drop();
  });

  it('deliver the events of both in the same order, and stop when they are told to', async () => {
    const seen: string[][] = [];
    for (const [place, node] of nodes.entries()) {
      await call(node.url, 'registerConsumer', { component: `c${place}` });
      const own: string[] = [];
      seen.push(own);
      const socket = await RpcSocket.open(node.url, ({ params }) => {
        own.push(...params.events.map((event) => `${event.id} ${event.data}`));
        return true;
      });
      await socket.call('readyToReceive', { component: `c${place}` });
    }
    const sql = await openSqlSession(kind, active.url);
    await Promise.all([
      ...nodes.map(async (node, place) => {
        for (let nth = 0; nth < EVENTS; nth += 1) {
          await call(node.url, 'addEvent', { type: 'T', data: `node ${place} ${nth}` });
        }
      }),
      (async () => {
        for (let nth = 0; nth < EVENTS; nth += 1) await sql.insertEvent('T', `"sql ${nth}"`);
      })(),
    ]);
    await sql.close();
    await until(() => seen.every((own) => own.length === 3 * EVENTS));
    expect(seen[0]).toEqual(seen[1]);
    for (const writer of ['node 0', 'node 1', 'sql']) {
      const own = (seen[0] ?? []).filter((text) => text.includes(` ${writer} `));
      expect(own.map((text) => Number(text.split(' ').at(-1)))).toEqual(own.map((_, nth) => nth));
    }
    expect(await Promise.all(nodes.map((node) => node.end('SIGTERM')))).toEqual([0, 0]);
  });
});
