// A consumer that dies of events, on a service that is killed by -9 meanwhile: what it cannot handle is parked, and
// nothing else is lost. CRASH_ROUNDS sets how much of it (1 by default).
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '../../src/client/index.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { spawnScript } from './script.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 1);
const COUNT = ROUNDS * 12;
const PROGRAM = join(__dirname, 'failing-consumer.mjs');

describeDrawnDatabase('a consumer that dies of events, on a service that is killed', (kind) => {
  let database: TestDatabase;
  let node: NodeProcess | null = null;
  let consumer: ChildProcess | null = null;
  let isOver = false;
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    isOver = true;
    consumer?.kill('SIGKILL');
    await node?.end('SIGKILL');
    await database.drop();
  });

  it(
    'has what it cannot handle parked, and handles all else in order',
    async () => {
      const random = openRandom();
      console.info(`parking on ${kind}: SEED=${random.seed}`);
      const port = await lastingPort();
      const serve = () => startNode({ databaseUrl: database.url, port, retryMaxMs: 100 });
      node = await serve();
      const client = createClient({ url: node.url });
      await client.registerConsumer('c', { parkAfter: 3 });
      await client.addEvents(Array.from({ length: COUNT }, () => ({ type: 'T' })));
      const handled: number[] = [];
      const living = (async () => {
        while (!isOver) {
          const child = spawnScript(PROGRAM, [`http://127.0.0.1:${port}`]);
          consumer = child;
          const lines = createInterface({ input: child.stdout });
          lines.on('line', (line) => handled.push(Number(line)));
          await once(lines, 'close');
        }
      })();
      for (let round = 0; round < ROUNDS; round += 1) {
        await pause(300 + random.below(700));
        await node.end('SIGKILL');
        await pause(random.below(200));
        node = await serve();
      }
      const facts = async () => (await client.listConsumers())[0];
      await until(async () => (await facts())?.cursor === String(COUNT), 60_000 + COUNT * 500);
      const parked = (await client.listParked('c')).events.map(({ id }) => Number(id));
      isOver = true;
      consumer?.kill('SIGKILL');
      await living;
      const isBad = (id: number) => id % 7 === 0 || id % 11 === 0;
      const all = Array.from({ length: COUNT }, (_, nth) => nth + 1);
      expect(parked).toEqual(all.filter(isBad));
      // What is handled for the first time is handled in order.
      expect([...new Set(handled)]).toEqual(all.filter((id) => !isBad(id)));
    },
    120_000 + COUNT * 1000,
  );
});
