// Kill -9 of whoever seals a stream, between any two of its statements, while transactions write. CRASH_ROUNDS sets how
// many kills (2 by default).
import { once } from 'node:events';
import { join } from 'node:path';
import { describeDatabases } from '../support/databases.ts';
import { drainInbox, expectDense, readAll } from '../support/events.ts';
import { openStore } from '../support/open-store.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { spawnScript } from './script.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
const PROGRAM = join(__dirname, 'seal.mjs');

describeDatabases('a process that seals', (kind) => {
  it(
    'is killed at any moment, and leaves a stream that is sealed or takes events, and has all that was confirmed',
    async () => {
      const random = openRandom();
      console.info(`kills of who seals on ${kind}: SEED=${random.seed}`);
      const opened = await openStore(kind);
      const { store } = opened;
      const sql = await openSqlSession(kind, opened.url);
      const confirmed: string[] = [];
      let isOver = false;
      let writes = 0;
      const write = async () => {
        writes += 1;
        const data = `"${writes}"`;
        await sql.insertEvent('SQL', data);
        confirmed.push(data);
      };
      const writing = async () => {
        while (!isOver) {
          await write().catch((error) => expect(error.message).toMatch(/sealed/));
          await pause(1);
        }
      };
      const found = new Map<string, number>();
      for (let round = 0; round < ROUNDS; round += 1) {
        isOver = false;
        const child = spawnScript(PROGRAM, [opened.url]);
        const closed = once(child, 'close');
        const writer = writing();
        await once(child.stdout, 'data');
        await pause(random.below(150));
        child.kill('SIGKILL');
        await closed;
        isOver = true;
        await writer;
        // The next start.
        await store.migrate(['main']);
        const { status } = await store.streamState('main');
        found.set(status, (found.get(status) ?? 0) + 1);
        if (status === 'sealed') await expect(write()).rejects.toThrow(/sealed/);
        else await write();
        if (status === 'copying') await store.statuses.endCopying('main', 'open');
      }
      await store.statuses.unseal('main');
      await drainInbox(store);
      const rows = await readAll(store);
      expectDense(rows);
      expect(rows.map(([, , data]) => data)).toEqual(confirmed);
      console.info(
        `${kind}: ${rows.length} events, ${ROUNDS} kills, left ${JSON.stringify([...found])}`,
      );
      await sql.close();
      await opened.close();
    },
    60_000 + ROUNDS * 10_000,
  );
});
