// Everything at once, for as long as one likes: writers of both kinds, consumers, two nodes, archiver, discarder, a relay
// to files and to NATS, each a process, and each killed by -9 again and again. In the end every event is everywhere
// once and in order, and the active database was small all the time.
//
// `npm run test:loop`: LOOP_SECONDS (900) and LOOP_DATABASES (all) say how long and on which; LOOP_FOLDER takes a
// picture of each.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type DatabaseKind, describeDatabase } from '../support/databases.ts';
import { describeWithEngine, startNats } from '../support/engines.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { Ends, type EventText } from './ends.ts';
import { killByTurns } from './participant.ts';
import { type Kill, plotText } from './plot.ts';
import { type Sample, sampleOf } from './samples.ts';
import { Writers } from './writers.ts';

const SECONDS = Number(process.env.LOOP_SECONDS ?? 900);
const KINDS = (process.env.LOOP_DATABASES ?? 'sqlite,postgres,mysql').split(',') as DatabaseKind[];
const FOLDER = process.env.LOOP_FOLDER;
const SAMPLES = 300;
/** From here on a run is long enough to say that nothing grows. */
const LONG_SECONDS = 300;

describeWithEngine('nats', 'the loop', () => {
  for (const kind of KINDS) describeDatabase(kind, 'everything at once', loop);
});

function loop(kind: DatabaseKind): void {
  it(
    'loses nothing, doubles nothing, and stays small',
    async () => {
      const random = openRandom();
      console.info(`the loop on ${kind}: SEED=${random.seed}`);
      const [active, warehouse, own] = await Promise.all(
        Array.from({ length: 3 }, () => createDatabase(kind)),
      );
      const folder = await mkdtemp(join(tmpdir(), 'aftercommit-loop-'));
      const nats = await startNats();
      const place = {
        kind,
        folder,
        nats,
        databaseUrl: active?.url ?? '',
        warehouseUrl: warehouse?.url ?? '',
        ownUrl: own?.url ?? '',
      };
      const ends = await Ends.open(place);
      const writers = new Writers(place);
      const sql = await openSqlSession(kind, place.databaseUrl);
      const participants = [...ends.participants, ...writers.participants];
      const kills: Kill[] = [];
      const samples: Sample[] = [];
      let isOver = false;
      let killing: Promise<void>[] = [];
      try {
        await ends.start();
        await writers.start(ends.urls);
        const startMs = performance.now();
        const seconds = () => (performance.now() - startMs) / 1000;
        const sampling = sample(kind, sql, samples, seconds, () => isOver);
        const onKill = (name: string) => kills.push({ at: seconds(), name });
        killing = [
          participants.filter((_, nth) => nth % 2 === 0),
          participants.filter((_, nth) => nth % 2 === 1),
        ].map((half) => killByTurns(half, random, () => isOver, onKill));
        // Who cannot be started again fails it at once.
        await Promise.race([pause(SECONDS * 1000), Promise.all(killing)]);
        isOver = true;
        await Promise.all(killing);
        await writers.stop();
        const events = await ends.drain(sql);
        await sampling;
        samples.push({ ...(await sampleOf(kind, sql)), at: seconds() });
        if (FOLDER) await draw(kind, samples, kills);
        const all = await ends.all();
        tell(kind, all, samples, kills);
        expect(all.history.length).toBe(events);
        writers.check(all.history);
        ends.check(all);
        checkSize(samples);
      } finally {
        isOver = true;
        await Promise.allSettled(killing);
        await writers.abandon();
        for (const each of participants) await each.kill();
        await ends.close();
        await sql.close();
        await nats.close();
        await rm(folder, { recursive: true, force: true });
        for (const each of [active, warehouse, own]) await each?.drop();
      }
    },
    SECONDS * 2000 + 300_000,
  );
}

async function sample(
  kind: DatabaseKind,
  sql: SqlSession,
  samples: Sample[],
  seconds: () => number,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    samples.push({ ...(await sampleOf(kind, sql)), at: seconds() });
    await pause((SECONDS * 1000) / SAMPLES);
  }
}

async function draw(
  kind: DatabaseKind,
  samples: readonly Sample[],
  kills: readonly Kill[],
): Promise<void> {
  const title = `Writers, consumers, archiver, discarder and sinks under kills, on ${kind}`;
  await writeFile(join(FOLDER as string, `loop-${kind}.svg`), plotText(title, samples, kills));
}

function tell(
  kind: DatabaseKind,
  {
    history,
    kept,
    told,
  }: { history: readonly EventText[]; kept: readonly unknown[]; told: readonly number[] },
  samples: readonly Sample[],
  kills: readonly Kill[],
): void {
  const most = (of: (each: Sample) => number) => Math.max(...samples.map(of));
  const byName = new Map<string, number>();
  for (const { name } of kills) byName.set(name, (byName.get(name) ?? 0) + 1);
  const counts = [...byName].map(([name, count]) => `${name} ${count}`).join(', ');
  console.info(
    `${kind}: ${history.length} events, ${kept.length} effects, ${told.length} told, ${kills.length} kills (${counts}); ` +
      `at most ${most((each) => each.queued)} events and ${(most((each) => each.bytes) / 1e6).toFixed(1)} MB in the active database`,
  );
}

/** In each third of the time nearly all was discarded at some moment, and never was there much of it. */
function checkSize(samples: readonly Sample[]): void {
  expect(samples.at(-1)?.queued).toBe(0);
  if (SECONDS < LONG_SECONDS) return;
  const made = samples.at(-1)?.newest ?? 0;
  expect(Math.max(...samples.map(({ queued }) => queued))).toBeLessThan(made / 4);
  for (const third of [0, 1, 2]) {
    const some = samples.filter(({ at }) => Math.floor((3 * at) / SECONDS) === third);
    expect(Math.min(...some.map(({ queued }) => queued))).toBeLessThan(made / 50);
  }
}
