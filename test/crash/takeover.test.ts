// A reader that was frozen while another took its place: whatever it says when it wakes up changes nothing.
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { call, type Pushed, RpcSocket } from '../support/rpc.ts';
import { until } from '../support/until.ts';

describeDrawnDatabase('a reader on a node that was frozen', (kind) => {
  let database: TestDatabase;
  const nodes: NodeProcess[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
    for (let nth = 0; nth < 2; nth += 1) nodes.push(await startNode({ databaseUrl: database.url }));
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) {
      node.signal('SIGCONT');
      await node.end('SIGKILL');
    }
    await database.drop();
  });

  const cursorAt = async (node: NodeProcess) => {
    const [consumer] = await call(node.url, 'listConsumers');
    return consumer.cursor as string;
  };
  const openReader = async (node: NodeProcess) => {
    const batches: Pushed[] = [];
    const socket = await RpcSocket.open(node.url, (batch) => {
      batches.push(batch);
      return undefined;
    });
    await socket.call('readyToReceive', { component: 'c' });
    await until(() => batches.length > 0);
    return { socket, batches };
  };

  it('cannot acknowledge any more once another has taken over', async () => {
    const [frozen, awake] = nodes as [NodeProcess, NodeProcess];
    await call(awake.url, 'registerConsumer', { component: 'c' });
    await call(awake.url, 'addEvents', { events: [{ type: 'T' }, { type: 'T' }] });
    const older = await openReader(frozen);
    frozen.signal('SIGSTOP');
    const startedMs = performance.now();
    const newer = await openReader(awake);
    // At once, and not when the lease of the frozen one has run out after 15 s; generous for a busy machine.
    expect(performance.now() - startedMs).toBeLessThan(5000);
    expect(newer.batches[0]?.params).toMatchObject({ after: '0', up_to: '2' });

    older.socket.answer(older.batches[0]?.id as string, true);
    frozen.signal('SIGCONT');
    expect((await older.socket.closed).code).toBe(4001);
    // The node that was frozen is at work again, and has had its turn with the acknowledgement.
    expect(await call(frozen.url, 'ping', { echo: 1 })).toEqual({ echo: 1 });
    expect(await cursorAt(awake)).toBe('0');

    newer.socket.answer(newer.batches[0]?.id as string, true);
    await until(async () => (await cursorAt(awake)) === '2');
    await newer.socket.close();
  });
});
