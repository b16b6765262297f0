// Two nodes behind a load balancer are restarted in turn, under load, as for an upgrade: no call fails for good, nothing
// is lost, and consumers come back by themselves.
import { createClient } from '../../src/client/index.ts';
import { startBalancer } from '../support/balancer.ts';
import { createDatabase, describeDrawnDatabase } from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env.ROLLING_ROUNDS ?? 10);
const CALLERS = 6;

describeDrawnDatabase('two nodes that are restarted in turn', (kind) => {
  it('answer every call, and deliver every event, once and in order', async () => {
    const database = await createDatabase(kind);
    const ports = [await lastingPort(), await lastingPort()];
    const start = (port: number) =>
      startNode({ databaseUrl: database.url, port, logLevel: 'silent' });
    const nodes = await Promise.all(ports.map(start));
    const balancer = await startBalancer(ports);
    const stop = new AbortController();
    const client = createClient({ url: balancer.url });
    try {
      const running = new AbortController();
      const heard: Record<'push' | 'poll', string[]> = { push: [], poll: [] };
      const runs = (['push', 'poll'] as const).map((by) =>
        client
          .consumer({ component: by, by })
          .run(({ events }) => heard[by].push(...events.map(({ id, data }) => `${id} ${data}`)), {
            signal: stop.signal,
          }),
      );
      const answered = new Map<string, string>();
      const failed: unknown[] = [];
      let slowestMs = 0;
      const callers = Array.from({ length: CALLERS }, async (_, caller) => {
        for (let nth = 0; !running.signal.aborted; nth += 1) {
          const data = `${caller}-${nth}`;
          const askedMs = performance.now();
          await client.addEvent('T', data).then(
            (id) => answered.set(data, id),
            (error) => failed.push(error),
          );
          slowestMs = Math.max(slowestMs, performance.now() - askedMs);
        }
      });
      for (let nth = 0; nth < 2 * ROUNDS; nth += 1) {
        const [before, place] = [answered.size, nth % 2];
        expect(await (nodes[place] as NodeProcess).end('SIGTERM')).toBe(0);
        nodes[place] = await start(ports[place] as number);
        await until(() => answered.size > before + 10);
      }
      running.abort();
      await Promise.all(callers);
      const count = Number((await client.streamInfo()).last);
      await until(() => Object.values(heard).every((events) => events.length >= count));
      console.info(
        `rolling: ${kind}, ${2 * ROUNDS} restarts, ${count} events, the slowest call took ${Math.round(slowestMs)} ms`,
      );
      expect(failed).toEqual([]);
      for (const events of Object.values(heard)) {
        // What was not acknowledged when its node went comes again, right behind.
        const once = [...new Set(events)];
        expect(once.map((each) => each.split(' ')[0])).toEqual(
          Array.from({ length: count }, (_, place) => String(place + 1)),
        );
        const missing = [...answered].filter(
          ([data, id]) => once[Number(id) - 1] !== `${id} ${data}`,
        );
        expect(missing).toEqual([]);
      }
      expect(answered.size).toBe(count);
      stop.abort();
      await Promise.all(runs);
    } finally {
      stop.abort();
      await balancer.close();
      for (const node of nodes) await node.end('SIGKILL');
      await database.drop();
    }
  }, 600_000);
});
