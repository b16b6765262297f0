// kill -9 of the database under load: what was answered is there, once and in order, and the node goes on with the
// database that comes back. CRASH_ROUNDS sets how many kills (2 by default).
import { describeDatabase, serverKinds } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { openRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { Load } from './load.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
const TIMEOUT_MS = 2000;
/** What a call may take at most: its time limit, the moment in which a lost answer is asked for, and a busy machine. */
const CALL_MS_MAX = TIMEOUT_MS + 15_000;

for (const kind of serverKinds) {
  describeDatabase(kind, 'a database that is killed', () => {
    let server: OwnServer;
    let node: NodeProcess;
    let load: Load | null = null;
    let databaseUrl: string;
    beforeEach(async () => {
      server = await startOwnServer(kind);
      databaseUrl = await server.createDatabase();
      node = await startNode({ databaseUrl, databaseTimeoutMs: TIMEOUT_MS, logLevel: 'silent' });
    }, 60_000);
    afterEach(async () => {
      await load?.abandon();
      await node?.end('SIGKILL');
      await server?.close();
    });

    const readyStatus = async () => (await fetch(`${node.url}/readyz`)).status;

    it('loses, doubles and reorders nothing, and the node serves again without a restart', async () => {
      const random = openRandom();
      console.info(`kill of ${kind}: SEED=${random.seed}`);
      load = await Load.start(kind, databaseUrl, node.url);
      const { callers } = load;
      for (let round = 0; round < ROUNDS; round += 1) {
        await load.goesOn();
        await new Promise((resolve) => setTimeout(resolve, random.below(200)));
        await server.crash();
        await load.isRefused();
        await until(async () => (await readyStatus()) === 503);
        await server.start();
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
}
