// A sink with a position of its own through kill -9, also of the process that would take over. CRASH_ROUNDS sets how
// many kills (2 by default).

import { once } from 'node:events';
import { join } from 'node:path';
import { createApp } from '../../src/index.ts';
import { silent } from '../app/embedding/embedded.ts';
import { createDatabase, describeDrawnDatabase } from '../support/databases.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { PLACE } from './effects.ts';
import { spawnScript } from './script.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
const PROGRAM = join(__dirname, 'sink.mjs');

describeDrawnDatabase('a sink with its own position', (kind) => {
  it(
    'has each event exactly once and in order, whoever is killed',
    async () => {
      const random = openRandom();
      console.info(`kills of sinks on ${kind}: SEED=${random.seed}`);
      const [active, own] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
      const sql = await openSqlSession(kind, own.url);
      await sql.run(
        `create table effects (place ${PLACE[kind]}, event_id varchar(18) not null, data varchar(100))`,
      );
      await sql.run(
        'create table effects_at (one integer primary key, id varchar(18), epoch integer)',
      );
      const app = createApp({ database: active.url, logger: silent });
      await app.start();
      const start = async () => {
        const child = spawnScript(PROGRAM, [kind, active.url, own.url]);
        const closed = once(child, 'close');
        await once(child.stdout, 'data');
        return {
          kill: async () => {
            child.kill('SIGKILL');
            await closed;
          },
        };
      };
      let isOver = false;
      let added = 0;
      const writing = (async () => {
        while (!isOver) {
          const { last } = await app.generator.addEvents(
            Array.from({ length: 1 + random.below(30) }, (_, nth) => ({
              type: 'T',
              data: `${nth}`,
            })),
          );
          added = Number(last);
          await pause(5);
        }
      })();
      const sinks = await Promise.all([start(), start()]);
      for (let round = 0; round < ROUNDS; round += 1) {
        await pause(100 + random.below(400));
        await sinks.shift()?.kill();
        sinks.push(await start());
      }
      isOver = true;
      await writing;
      const count = async () => Number((await sql.run('select count(*) as n from effects'))[0]?.n);
      // One that was killed holds its lease for 10 s.
      await until(async () => (await count()) >= added, 60_000);
      const rows = await sql.run('select event_id from effects order by place');
      const ids = rows.map((row) => Number(row.event_id));
      expect(ids).toEqual(Array.from({ length: added }, (_, nth) => nth + 1));
      console.info(`${kind}: ${added} events, ${ROUNDS} kills`);
      for (const sink of sinks) await sink.kill();
      await app.stop();
      await sql.close();
      await Promise.all([active.drop(), own.drop()]);
    },
    120_000 + ROUNDS * 20_000,
  );
});
