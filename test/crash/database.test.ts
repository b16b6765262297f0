// kill -9 of the database under load: what was answered is there, once and in order, and the node goes on with the
// database that comes back. MariaDB shows commits before they are on the disk where it has no binary log. CRASH_ROUNDS
// sets how many kills (2 by default).
import { describeDrawnServer, type ServerKind } from '../support/databases.ts';
import type { OwnServerOptions } from '../support/own-server.ts';
import { openRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { CALL_MS_MAX, ownDatabase } from './own-database.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);

const SERVERS: Readonly<Record<ServerKind, readonly [string, OwnServerOptions][]>> = {
  postgres: [['its log', {}]],
  mysql: [
    ['its log', {}],
    ['a binary log too', { hasBinlog: true }],
  ],
};

describeDrawnServer('a database that is killed', (kind) => {
  describe.each(SERVERS[kind])('with %s', (_, options) => {
    const own = ownDatabase(kind, options);

    const readyStatus = async () => (await fetch(`${own.node.url}/readyz`)).status;

    it('loses, doubles and reorders nothing, and the node serves again without a restart', async () => {
      const random = openRandom();
      console.info(`kill of ${kind}: SEED=${random.seed}`);
      const load = await own.startLoad();
      const { callers } = load;
      for (let round = 0; round < ROUNDS; round += 1) {
        await load.goesOn();
        await new Promise((resolve) => setTimeout(resolve, random.below(200)));
        await own.server.crash();
        await load.isRefused();
        await until(async () => (await readyStatus()) === 503);
        await own.server.start();
        await until(async () => (await readyStatus()) === 200);
      }
      await load.goesOn();
      await load.finish();
      console.info(
        `${kind}: ${load.reader.data.length} events, slowest call ${Math.round(callers.slowestMs)} ms`,
        callers.refused,
      );
      const clear = ['OutcomeUnknown', 'StoreUnavailable'];
      expect([...callers.refused.keys()].filter((code) => !clear.includes(code))).toEqual([]);
      expect(callers.slowestMs).toBeLessThan(CALL_MS_MAX);
    }, 600_000);
  });
});
