// Two processes that serve a file sink by turns, killed by -9 at any moment under load: whatever is killed, the files
// hold each event once. CRASH_ROUNDS sets how many kills (2 by default).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/index.ts';
import { silent } from '../app/embedding/embedded.ts';
import { createDatabase, describeDrawnDatabase } from '../support/databases.ts';
import { startNode } from '../support/node-process.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { checkMetas, linesOfSegments } from '../support/segments.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
/** So many for each kill: on a busy machine starts take long, and what is written meanwhile must be carried too. */
const EVENTS_PER_KILL = 400;

describeDrawnDatabase('a file sink', (kind) => {
  it(
    'has each event exactly once and in order, whoever is killed',
    async () => {
      const random = openRandom();
      console.info(`kills of file sinks on ${kind}: SEED=${random.seed}`);
      const database = await createDatabase(kind);
      const sql = await openSqlSession(kind, database.url);
      const dir = await mkdtemp(join(tmpdir(), 'aftercommit-files-'));
      const app = createApp({ database: database.url, logger: silent });
      await app.start();
      const sink = { name: 'files', type: 'file', dir, segmentBytes: 8_000, batchMax: 20 };
      const wanted = { ...sink, name: 'wanted', prefix: 'wanted', types: ['T1'], fsync: 'none' };
      const config = JSON.stringify([sink, wanted]);
      const start = () => startSinks(database.url, config);
      let isOver = false;
      let added = 0;
      let kills = 0;
      const writing = (async () => {
        while (!isOver) {
          if (added >= EVENTS_PER_KILL * (kills + 1)) {
            await pause(5);
            continue;
          }
          const drafts = Array.from({ length: 1 + random.below(30) }, (_, nth) => ({
            type: `T${random.below(3)}`,
            data: `${nth} ${'x'.repeat(random.below(200))}`,
          }));
          added = Number((await app.generator.addEvents(drafts)).last);
          await pause(5);
        }
      })();
      const nodes = [await start()];
      for (let round = 0; round < ROUNDS; round += 1) {
        await pause(100 + random.below(400));
        await nodes.shift()?.end('SIGKILL');
        kills += 1;
        // One that was killed would hold its lease for 10 s.
        await sql.run('update evt_consumers set lease_until = null');
        nodes.push(await start());
      }
      isOver = true;
      await writing;
      const rows = await sql.run('select id, type from evt_queue order by id');
      const all = rows.map(({ id, type }) => `${id} ${type}`);
      const mine = all.filter((row) => row.endsWith('T1'));
      const found = (prefix: string) =>
        linesOfSegments(dir, prefix).map(({ id, type }) => `${id} ${type}`);
      await until(
        () => found('events').length >= added && found('wanted').length >= mine.length,
        60_000,
      );
      expect(found('events')).toEqual(all);
      expect(found('wanted')).toEqual(mine);
      const sealed = checkMetas(dir, 'events') + checkMetas(dir, 'wanted');
      console.info(`${kind}: ${added} events, ${sealed} sealed segments, ${ROUNDS} kills`);
      for (const node of nodes) await node.end('SIGKILL');
      await app.stop();
      await sql.close();
      await Promise.all([database.drop(), rm(dir, { recursive: true })]);
    },
    120_000 + ROUNDS * 20_000,
  );
});

function startSinks(databaseUrl: string, sinks: string) {
  return startNode({ databaseUrl, logLevel: 'silent' }, ['serve', `--sinks=${sinks}`]);
}
