// Register, poll, acknowledge and discard at the same time: nobody ever meets a silent hole, nor who reads without a cursor
// where the discarder is at work. Nodes answer much of it from memory, so the store is read beside them.
// DISCARD_ROUNDS sets how often (40 by default).
import { isServiceError } from '../../src/contract/errors.ts';
import type { EventId } from '../../src/contract/event-id.ts';
import { Store } from '../../src/store/store.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { openRandom } from '../support/random.ts';
import { call } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env.DISCARD_ROUNDS ?? 40);
const READERS = 4;
const TIMEOUT_MS = 60_000 + ROUNDS * 300;

describeDrawnDatabase('discarding while others register and read', (kind) => {
  let node: StartedApp;
  let store: Store;
  beforeEach(async () => {
    node = await startApp(kind, {
      discarder: true,
      workerPeriodMs: 20,
      discardLimit: 7,
      windowEventsMax: 100,
    });
    store = await Store.open({
      database: node.settings.databaseUrl,
      poolMax: 4,
      timeoutMs: 10_000,
    });
  });
  afterEach(async () => {
    await store.close();
    await node.stop();
  });

  /** The ids that the store gives behind `after`. Throws `CursorTooOld`. */
  const idsBehind = async (after: string, eventsMax: number): Promise<number[]> => {
    const limits = { eventsMax, bytesMax: 1e6 };
    const rows = await store.readAfter('main', after as EventId, limits);
    return rows.map((row) => Number(row[0]));
  };

  it(
    'leaves no hole',
    async () => {
      const random = openRandom();
      console.info(`discard race on ${kind}: SEED=${random.seed}`);
      const urls = [node.url, (await node.another()).url];
      let isRunning = true;
      // A fast consumer, so that there is always something to discard.
      await call(node.url, 'registerConsumer', { component: 'fast' });
      const adding = (async () => {
        while (isRunning) {
          const { last } = await call(node.url, 'addEvents', {
            events: Array.from({ length: 10 }, () => ({ type: 'T' })),
          });
          await call(node.url, 'pollEvents', { component: 'fast', last_id: last });
        }
      })();
      let read = 0;
      const anywhere = () => urls[random.below(2)] as string;
      const readOnce = async (component: string) => {
        const url = anywhere();
        await call(url, 'registerConsumer', { component });
        // What stands behind a registered cursor stays.
        const cursor = (await store.findConsumer('main', `local:${component}`))?.cursor ?? '';
        expectRun(Number(cursor), await idsBehind(cursor, 1 + random.below(30)));
        let last: string | null = null;
        for (let page = random.below(3); page >= 0; page -= 1) {
          const limit = 1 + random.below(30);
          const answer = await call(url, 'pollEvents', { component, last_id: last, limit });
          if (last !== null) expect(answer.after).toBe(last);
          expectWhole(answer);
          last = answer.up_to;
          read += answer.events.length;
        }
        await call(url, 'unregisterConsumer', { component });
      };
      const edge = { read: 0, passedOver: 0 };
      const isOver = () => !isRunning;
      const isPast = async (position: string) =>
        (await call(node.url, 'streamInfo')).discarded_up_to !== position;
      const readAtTheEdge = async () => {
        const { discarded_up_to } = await call(anywhere(), 'streamInfo');
        // Some are late for certain: on a quiet machine most are in time.
        if (random.chance(0.1)) await until(() => isOver() || isPast(discarded_up_to));
        const asked = { component: 'LIVE', last_id: discarded_up_to, limit: 1 + random.below(30) };
        const answer = await call(anywhere(), 'pollEvents', asked);
        // LIVE goes on behind what was discarded meanwhile, and says so.
        expect(Number(answer.after)).toBeGreaterThanOrEqual(Number(discarded_up_to));
        expectWhole(answer);
        edge[answer.after === discarded_up_to ? 'read' : 'passedOver'] += 1;
        try {
          expectRun(
            Number(discarded_up_to),
            await idsBehind(discarded_up_to, 1 + random.below(30)),
          );
        } catch (error) {
          if (!isServiceError(error) || error.code !== 'CursorTooOld') throw error;
        }
      };
      const atTheEdge = (async () => {
        while (isRunning) {
          await readAtTheEdge();
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })().finally(() => {
        isRunning = false;
      });
      atTheEdge.catch(() => {});
      await Promise.all(
        Array.from({ length: READERS }, async (_, reader) => {
          for (let round = 0; isRunning && round < ROUNDS / READERS; round += 1) {
            await readOnce(`r${reader}_${round}`);
          }
        }),
      );
      isRunning = false;
      await Promise.all([adding, atTheEdge]);
      console.info(`discard race on ${kind}: ${JSON.stringify(edge)} at the edge`);
      expect(Math.min(edge.read, edge.passedOver)).toBeGreaterThan(0);
      expect(read).toBeGreaterThan(ROUNDS);
      expect(Number((await call(node.url, 'streamInfo')).discarded_up_to)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

/** The ids follow `after` without a hole. */
function expectRun(after: number, ids: readonly number[]): void {
  expect(ids).toEqual(ids.map((_, nth) => after + 1 + nth));
}

/** Every id of (after, up_to] is there. */
function expectWhole(answer: { after: string; up_to: string; events: { id: string }[] }): void {
  const count = Number(answer.up_to) - Number(answer.after);
  const expected = Array.from({ length: count }, (_, nth) => Number(answer.after) + 1 + nth);
  expect(answer.events.map(({ id }) => Number(id))).toEqual(expected);
}
