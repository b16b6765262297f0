// The state while its node is killed, again and again, in the middle of what changes it.

import { createClient } from '../../src/client/index.ts';
import type { Settings } from '../../src/config/load.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { openRandom } from '../support/random.ts';
import { SseClient } from '../support/sse.ts';
import { until } from '../support/until.ts';

const EVENTS = Number(process.env.STATE_EVENTS ?? 1000);
const KILLS = Number(process.env.STATE_KILLS ?? 3);
const TIMEOUT_MS = 60_000 + KILLS * 10_000;
const STATE_KINDS = JSON.stringify([
  { name: 'items', upsert: ['SET'], remove: ['GONE'], replace: ['ALL'] },
]);

describeDrawnDatabase('the state of a node that is killed', (kind) => {
  let database: TestDatabase;
  let node: NodeProcess;
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    await node.end('SIGKILL');
    await database.drop();
  });

  it(
    'is what all events come to, in order',
    async () => {
      const random = openRandom();
      console.info(`state kills on ${kind}: SEED=${random.seed}`);
      const port = await lastingPort();
      const settings = { databaseUrl: database.url, port, stateKinds: STATE_KINDS };
      const start = async () => {
        node = await startNode(settings as unknown as Partial<Settings>);
      };
      await start();
      const expected = new Map<string, unknown>();
      const client = createClient({ url: node.url });
      const killing = (async () => {
        for (let life = 0; life < KILLS; life += 1) {
          await new Promise((resolve) => setTimeout(resolve, 200 + random.below(800)));
          await node.end('SIGKILL');
          await start();
        }
      })();
      for (let added = 0; added < EVENTS; added += 100) {
        // Under a key, so that what a kill interrupts is added once.
        await client.addEvents(Array.from({ length: 100 }, (_, nth) => change(added + nth)));
      }
      await killing;
      const state = () => fetch(`${node.url}/state/items`).then((response) => response.json());
      const sorted = (all: object) => Object.entries(all).sort();
      await until(async () => (await fetch(`${node.url}/state/items/last`)).ok);
      expect(sorted((await state()) as object)).toEqual(sorted(Object.fromEntries(expected)));
      const whole = await SseClient.open(`${node.url}/streams/state/items`);
      const put = await until(() => whole.frames[0]);
      whole.close();
      expect(sorted(put.data.data)).toEqual(sorted(Object.fromEntries(expected)));

      function change(nth: number) {
        const id = nth === EVENTS - 1 ? 'last' : String(random.below(500));
        if (nth === EVENTS - 1 || !random.chance(0.3)) {
          expected.set(id, { id, nth });
          return { type: 'SET', data: { id, nth } };
        }
        if (random.chance(0.99)) {
          expected.delete(id);
          return { type: 'GONE', data: { id } };
        }
        const all = Array.from({ length: 5 }, (_, place) => ({ id: `${nth}-${place}`, nth }));
        expected.clear();
        for (const item of all) expected.set(item.id, item);
        return { type: 'ALL', data: all };
      }
    },
    TIMEOUT_MS,
  );
});
