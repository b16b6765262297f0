// Two processes at one copy, killed by -9 at any moment while events of equal content come: whatever is killed, the
// destination has each event once, and in order. COPY_KILLS sets how many kills (2 by default), COPY_EVENTS how many
// events there are at the start.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CliProcess } from '../app/cli-process.ts';
import { append, rowsOf } from '../app/copying/places.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { checkMetas, namesOf } from '../support/segments.ts';
import { until } from '../support/until.ts';
import { Copiers } from './copiers.ts';

const KILLS = Number(process.env.COPY_KILLS ?? 2);
const EVENTS = Number(process.env.COPY_EVENTS ?? 1500);

const copiers = new Copiers();
const { places } = copiers;
beforeEach(() => copiers.open());
afterEach(() => copiers.close());

describeDrawnDatabase('a copy', (kind) => {
  // Files are the same whatever the events come from; at length they are tried with each.
  const titles = kind === 'sqlite' || KILLS > 2 ? ['a stream', 'files'] : ['a stream'];
  it.each(titles)(
    'has each event once in %s, whoever is killed',
    async (title) => {
      const random = openRandom();
      console.info(`kills of copies to ${title} on ${kind}: SEED=${random.seed}`);
      const from = await places.database(kind);
      const to = await places.database(kind);
      const store = await from.store();
      await append(store, EVENTS);
      const isFiles = title === 'files';
      const target = isFiles ? `file:${places.dir}/out` : `${to.url}#main`;
      /** Changes whenever a batch is there. */
      const copied = async () => {
        if (isFiles) {
          const names = existsSync(places.dir) ? namesOf(places.dir, 'out') : [];
          return names.map((name) => statSync(join(places.dir, name)).size).join();
        }
        const rows = await to.sql.run('select copied from evt_copies').catch(() => []);
        return String(rows[0]?.copied);
      };
      let conflicts = 0;
      let isSealed = false;
      const begin = () => copiers.begin([`${from.url}#main`, target], 25);
      /** Keeps one at work, or trying to be, until the copy is done. */
      const keep = async (turn: { current: CliProcess }) => {
        for (;;) {
          const { code, stderr } = await turn.current.ended;
          if (code === 0) return;
          if (code !== null) {
            expect(stderr).toContain('CopyConflict');
            conflicts += 1;
          }
          await pause(50);
          turn.current = begin();
        }
      };
      const turns = [{ current: begin() }, { current: begin() }];
      const keeping = Promise.all(turns.map(keep));
      const killing = (async () => {
        let before = await copied();
        for (let kill = 0; kill < KILLS; kill += 1) {
          await until(async () => (await copied()) !== before, 60_000);
          await pause(random.below(200));
          // One of them is at work, the other waits for its turn or is told of the conflict.
          turns[random.below(2)]?.current.child.kill('SIGKILL');
          before = await copied();
          // Whoever comes next has something to do.
          await append(store, 100);
        }
        while (conflicts === 0) await pause(50);
        await store.statuses.seal('main');
        isSealed = true;
      })();
      await Promise.all([keeping, killing]);
      expect(isSealed).toBe(true);
      const expected = await rowsOf(from);
      expect(expected).toHaveLength(EVENTS + 100 * KILLS);
      expect(isFiles ? copiers.lines() : await rowsOf(to)).toEqual(expected);
      if (isFiles) checkMetas(places.dir, 'out');
      console.info(
        `${kind}, ${title}: ${expected.length} events, ${KILLS} kills, ${conflicts} conflicts`,
      );
    },
    60_000 + KILLS * 20_000,
  );
});
