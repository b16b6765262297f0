// Register, poll, acknowledge and discard at the same time: nobody ever meets a silent hole. DISCARD_ROUNDS sets how
// often (500 by default).
import { describeDatabases } from '../support/databases.ts';
import { openRandom } from '../support/random.ts';
import { call } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';

const ROUNDS = Number(process.env.DISCARD_ROUNDS ?? 500);
const READERS = 4;

describeDatabases('discarding while others register and read', (kind) => {
  let node: StartedApp;
  beforeEach(async () => {
    node = await startApp(kind, {
      discarder: true,
      workerPeriodMs: 20,
      discardLimit: 7,
      windowEventsMax: 100,
    });
  });
  afterEach(() => node.stop());

  it('leaves no hole', async () => {
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
    const readOnce = async (component: string) => {
      const url = urls[random.below(2)] as string;
      await call(url, 'registerConsumer', { component });
      let last: string | null = null;
      for (let page = random.below(3); page >= 0; page -= 1) {
        const limit = 1 + random.below(30);
        const answer = await call(url, 'pollEvents', { component, last_id: last, limit });
        if (last !== null) expect(answer.after).toBe(last);
        const ids = answer.events.map((event: { id: string }) => Number(event.id));
        // Every id of (after, up_to] is there.
        const expected = Array.from(
          { length: Number(answer.up_to) - Number(answer.after) },
          (_, nth) => Number(answer.after) + 1 + nth,
        );
        expect(ids).toEqual(expected);
        last = answer.up_to;
        read += ids.length;
      }
      await call(url, 'unregisterConsumer', { component });
    };
    await Promise.all(
      Array.from({ length: READERS }, async (_, reader) => {
        for (let round = 0; round < ROUNDS / READERS; round += 1) {
          await readOnce(`r${reader}_${round}`);
        }
      }),
    );
    isRunning = false;
    await adding;
    expect(read).toBeGreaterThan(ROUNDS);
    expect(Number((await call(node.url, 'streamInfo')).discarded_up_to)).toBeGreaterThan(0);
  }, 600_000);
});
