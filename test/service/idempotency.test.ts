// Calls with an idempotency key, as clients make them: tried again they add nothing, also when an answer was lost.
// LOST_COMMITS sets how many answers to a commit are lost (20 by default).
import { describeDatabase, describeDrawnDatabase, serverKinds } from '../support/databases.ts';
import { openLossyWire } from '../support/lossy-wire.ts';
import { call, post, RpcSocket } from '../support/rpc.ts';
import { openSqlSession, timeInHours } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env.LOST_COMMITS ?? 20);
/** A few tenths of a second for each on an idle machine. */
const TIMEOUT_MS = 60_000 + 2000 * ROUNDS;
const rpc = (id: number, method: string, params: object) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error) => error.data.code,
  );

/** The types of all events in their order. */
async function typesIn(url: string): Promise<string[]> {
  await call(url, 'registerConsumer', { component: 'all' });
  const types: string[] = [];
  for (let last = '0'; ; ) {
    const { events, up_to } = await call(url, 'pollEvents', { component: 'all', last_id: last });
    if (events.length === 0) return types;
    types.push(...events.map((event: { type: string }) => event.type));
    last = up_to;
  }
}

describeDrawnDatabase('a call with an idempotency key', (kind) => {
  let node: StartedApp;
  beforeEach(async () => {
    node = await startApp(kind);
  });
  afterEach(() => node.stop());

  it('gives the same ids again, from any node, over HTTP and WebSocket', async () => {
    const other = await node.another();
    const one = { type: 'ORDER_PAID', data: { order: 7 }, idempotency_key: 'order-7' };
    const many = { events: [{ type: 'A' }, { type: 'B', data: [1] }], idempotency_key: 'lot/1' };
    expect(await call(node.url, 'addEvent', one)).toBe('1');
    expect(await call(node.url, 'addEvents', many)).toEqual({ first: '2', last: '3' });
    const socket = await RpcSocket.open(other.url);
    expect(await socket.call('addEvent', one)).toBe('1');
    expect(await socket.call('addEvents', many)).toEqual({ first: '2', last: '3' });
    await socket.close();
    expect(await call(other.url, 'addEvents', many)).toEqual({ first: '2', last: '3' });
    expect(await typesIn(node.url)).toEqual(['ORDER_PAID', 'A', 'B']);
    const metrics = await (await fetch(`${other.url}/metrics`)).text();
    expect(metrics).toContain('aftercommit_repeated_calls_total{stream="main"} 3');
  });

  it('is refused when it comes with other content, which is told with the key', async () => {
    const paid = { type: 'PAID', data: 1, idempotency_key: 'k' };
    await call(node.url, 'addEvent', paid);
    for (const other of [
      { ...paid, data: '1' },
      { ...paid, type: 'UNPAID' },
    ]) {
      await expect(call(node.url, 'addEvent', other)).rejects.toMatchObject({
        code: -32026,
        data: { code: 'IdempotencyConflict', retry: 'no', idempotencyKey: 'k' },
      });
    }
    expect(await call(node.url, 'addEvent', paid)).toBe('1');
    expect(await typesIn(node.url)).toEqual(['PAID']);
  });

  it('keeps its place in a batch, where a conflict fails for itself', async () => {
    await call(node.url, 'addEvent', { type: 'FIRST', idempotency_key: 'used' });
    const batch = [
      rpc(1, 'addEvent', { type: 'PLAIN' }),
      rpc(2, 'addEvent', { type: 'KEYED', idempotency_key: 'a' }),
      rpc(3, 'addEvent', { type: 'OTHER', idempotency_key: 'used' }),
      rpc(4, 'addEvents', { events: [{ type: 'LOT' }, { type: 'LOT' }], idempotency_key: 'b' }),
      rpc(5, 'addEvent', { type: 'PLAIN' }),
      rpc(6, 'addEvent', { type: 'KEYED', idempotency_key: 'a' }),
    ];
    const { answer } = await post(node.url, JSON.stringify(batch));
    const answers = answer as unknown as { result?: unknown; error?: { code: number } }[];
    expect(answers.map((each) => each.result ?? each.error?.code)).toEqual([
      '2',
      '3',
      -32026,
      { first: '4', last: '5' },
      '6',
      '3',
    ]);
    expect(await typesIn(node.url)).toEqual(['FIRST', 'PLAIN', 'KEYED', 'LOT', 'LOT', 'PLAIN']);
  });

  it('neither overtakes nor is overtaken on its socket', async () => {
    const sockets = await Promise.all([0, 1, 2].map(() => RpcSocket.open(node.url)));
    const sent = await Promise.all(
      sockets.map((socket, place) =>
        Promise.all(
          Array.from({ length: 100 }, (_, n) => {
            const key = (n * 7 + place) % 3 === 0 ? { idempotency_key: `${place}-${n}` } : {};
            return socket.call('addEvent', { type: `S${place}`, ...key });
          }),
        ),
      ),
    );
    for (const ids of sent) {
      const numbers = ids.map(Number);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
    expect(new Set(sent.flat()).size).toBe(300);
    for (const socket of sockets) await socket.close();
  });

  it('adds again when its key was forgotten', async () => {
    const sql = await openSqlSession(kind, node.settings.databaseUrl);
    const adding = { type: 'A', idempotency_key: 'k' };
    expect(await call(node.url, 'addEvent', adding)).toBe('1');
    expect(await call(node.url, 'addEvent', adding)).toBe('1');
    await sql.run(`update evt_keys set at = ${timeInHours[kind](-25)}`);
    // A node looks for old keys when it starts.
    await node.another();
    await until(async () => (await sql.run('select stream from evt_keys')).length === 0);
    expect(await call(node.url, 'addEvent', adding)).toBe('2');
    await sql.close();
  });
});

for (const kind of serverKinds) {
  describeDatabase(kind, 'an answer to a commit that is lost', () => {
    let near: StartedApp;
    let node: StartedApp;
    let wire: Awaited<ReturnType<typeof openLossyWire>>;
    beforeEach(async () => {
      near = await startApp(kind);
      wire = await openLossyWire(kind, near.settings.databaseUrl);
      node = await near.another({ databaseUrl: wire.url, sleepMsMin: 50, sleepMsMax: 50 });
      // The connection of the steps is there, and has been used.
      await call(node.url, 'addEvent', { type: 'BEGIN' });
    });
    afterEach(async () => {
      wire.mend();
      await near.stop();
      await wire.close();
    });

    it(
      'is made good by the key, for the call itself and for who tries it again elsewhere',
      async () => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const adding = { events: [{ type: 'A' }, { type: 'B' }], idempotency_key: `k${round}` };
          const lost = wire.loseCommit();
          const first = call(node.url, 'addEvents', adding);
          await lost;
          const ids = { first: String(2 + 2 * round), last: String(3 + 2 * round) };
          expect(await call(near.url, 'addEvents', adding)).toEqual(ids);
          wire.mend();
          expect(await first).toEqual(ids);
          expect(await call(node.url, 'addEvents', adding)).toEqual(ids);
        }
        expect(await typesIn(near.url)).toHaveLength(1 + 2 * ROUNDS);
      },
      TIMEOUT_MS,
    );

    it('is told with the key when the database stays away, and the same call gets its ids later', async () => {
      const adding = { type: 'A', idempotency_key: 'k' };
      const lost = wire.loseCommit();
      const first = call(node.url, 'addEvent', adding);
      await lost;
      await expect(first).rejects.toMatchObject({
        data: { code: 'OutcomeUnknown', idempotencyKey: 'k' },
      });
      wire.mend();
      expect(await call(node.url, 'addEvent', adding)).toBe('2');
      expect(await typesIn(near.url)).toEqual(['BEGIN', 'A']);
    });

    it(
      'is told without a key, since the event may be stored',
      async () => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const lost = wire.loseCommit();
          const adding = call(node.url, 'addEvent', { type: `T${round}` });
          const code = codeOf(adding);
          await lost;
          expect(await code).toBe('OutcomeUnknown');
          wire.mend();
          await until(
            async () => (await codeOf(call(node.url, 'addEvent', { type: 'U' }))) === 'ok',
          );
        }
        const types = await typesIn(near.url);
        expect(types.filter((type) => type.startsWith('T'))).toHaveLength(ROUNDS);
      },
      TIMEOUT_MS,
    );
  });
}
