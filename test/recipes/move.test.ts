// examples/recipes/move.mjs: the events of one service are in the stream of the other once each, in their order.
import { type Client, createClient, JsonText } from '../../src/client/index.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { openRandom } from '../support/random.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { killPrograms, pause, startProgram } from './programs.ts';

const KILLS = 5;
const EVENTS = 250;

describeDrawnDatabase('events moved between services', (kind) => {
  let shop: StartedApp;
  let billing: StartedApp;
  let client: Client;
  let stop: AbortController;
  beforeEach(async () => {
    [shop, billing] = await Promise.all([startApp(kind, { batchMax: 7 }), startApp(kind)]);
    client = createClient({ url: shop.url });
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await killPrograms();
    await Promise.all([shop.stop(), billing.stop()]);
  });

  it('arrive once each, in order and as they were written, though the mover is killed', async () => {
    const random = openRandom();
    const start = () => startProgram('move', [shop.url, billing.url, billing.settings.databaseUrl]);
    const reader = createClient({ url: billing.url });
    const arrived: string[][] = [];
    const reading = reader.consumer({ component: 'test' }).run(
      (batch) => {
        arrived.push(...batch.asWritten().map(({ type, data }) => [type, data]));
      },
      { signal: stop.signal },
    );

    let program = start();
    const expected: string[][] = [];
    const writing = (async () => {
      for (let nth = 0; nth < EVENTS; nth += 1) {
        const text = `{"order": ${nth}, "total": 12.50, "big": 9007199254740993}`;
        const type = nth % 3 === 0 ? 'ORDER_CANCELLED' : 'ORDER_PAID';
        await client.addEvent(type, new JsonText(text));
        expected.push([`SHOP_${type}`, text]);
        if (nth % 4 === 0) await client.addEvent('ORDER_SEEN', nth);
      }
    })();
    for (let round = 0; round < KILLS; round += 1) {
      await pause(150 + random.below(400));
      await program.kill();
      program = start();
    }
    await writing;
    // Moved by the last one, which can be told to stop then.
    await client.addEvent('ORDER_PAID', 'last');
    expected.push(['SHOP_ORDER_PAID', '"last"']);
    await until(() => arrived.length >= expected.length, 40_000);
    expect(await program.stop()).toBe(0);
    await pause(200);
    expect(arrived).toEqual(expected);
    stop.abort();
    await reading;
  }, 120_000);
});
