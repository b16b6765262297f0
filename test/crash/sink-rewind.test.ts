// Sinks that are cut back behind a fork, while who does it is killed by -9 at any moment of it: until all is done the
// sink takes nothing, and then it has exactly what the stream has. CRASH_ROUNDS sets how many kills (1 by default).
import { createApp } from '../../src/index.ts';
import { silent } from '../app/embedding/embedded.ts';
import { cli } from '../app/run-cli.ts';
import { createDatabase, type DatabaseKind, describeDrawnDatabase } from '../support/databases.ts';
import { loseEvents } from '../support/lost-events.ts';
import { beginCommand } from '../support/node-process.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { describeDrawnPlace, type SinkPlace } from '../support/sink-places.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 1);
const KEPT = 500;
const LOST = 4000;

describeDrawnPlace('a sink that is cut back', (open) => {
  describeDrawnDatabase('while its cutter is killed', (kind) => {
    it(
      'takes nothing before all is done, and then lacks nothing',
      async () => {
        const random = openRandom();
        console.info(`kills of a rewind on ${kind}: SEED=${random.seed}`);
        const places = await open();
        let midway = 0;
        for (let round = 0; round < ROUNDS; round += 1) {
          const [isKnown, isCaughtUp] = [random.below(2) === 0, random.below(2) === 0];
          const turn = { killMs: random.below(50), isKnown, isCaughtUp };
          if (await isMendedWhenKilled(kind, places.next(), turn)) midway += 1;
        }
        await places.close();
        console.info(`${kind}: ${midway} of ${ROUNDS} kills were in the middle of it`);
      },
      60_000 + ROUNDS * 40_000,
    );
  });
});

interface Turn {
  /** Behind the first change that is seen. */
  readonly killMs: number;
  /** Else nobody has said that the database was restored. */
  readonly isKnown: boolean;
  /** New events have got all ids of the lost ones. */
  readonly isCaughtUp: boolean;
}

/** True when something was left to do behind the kill. */
async function isMendedWhenKilled(
  kind: DatabaseKind,
  place: SinkPlace,
  { killMs, isKnown, isCaughtUp }: Turn,
): Promise<boolean> {
  const added = isCaughtUp ? LOST + 500 : 100;
  const database = await createDatabase(kind);
  const sql = await openSqlSession(kind, database.url);
  const sinks = [place.sink()];
  const env = { EVT_DATABASE_URL: database.url, EVT_SINKS: JSON.stringify(sinks) };
  const relay = (...args: string[]) => cli(['relay', ...args], { env });
  await add(database.url, 'OLD', KEPT + LOST);
  expect(await relay('--once')).toMatchObject({ code: 0 });
  await loseEvents(sql, KEPT);
  if (isKnown) expect(await cli(['epoch', 'begin'], { env })).toMatchObject({ code: 0 });
  await add(database.url, 'NEW', added);

  const before = await place.count();
  const cutting = ['relay', '--rewind', String(KEPT)];
  const cutter = beginCommand(cutting, { databaseUrl: database.url, sinks: sinks as never });
  // A copy in Redis may have come and gone between two looks.
  let isOver = false;
  void cutter.code.then(() => {
    isOver = true;
  });
  await until(async () => isOver || (await place.count()) !== before);
  await pause(killMs);
  cutter.kill();
  const code = await cutter.code;
  expect([0, null]).toContain(code);
  const isKilled = code === null;
  // It would hold its lease for 10 s.
  await sql.run('update evt_consumers set lease_until = null');
  await untilStill(place);
  const left = await place.events();
  expect(left.slice(0, KEPT)).toEqual(numbered('OLD', 1, KEPT));
  const isMidway = left.length > KEPT;
  expect(isMidway && !isKilled).toBe(false);
  // As long as one of the lost events is there, the sink takes none of those that came instead.
  if (isMidway)
    expect([await failureAt(database.url, place), await place.events()]).toEqual([
      'HistoryForked',
      left,
    ]);

  expect(await relay('--rewind', String(KEPT))).toMatchObject({ code: 0 });
  expect(await relay('--once')).toMatchObject({ code: 0 });
  expect(await place.events()).toEqual([
    ...numbered('OLD', 1, KEPT),
    ...numbered('NEW', KEPT + 1, KEPT + added),
  ]);
  await sql.close();
  await database.drop();
  return isMidway;
}

/** A server may still do what it was last asked for. */
async function untilStill(place: SinkPlace): Promise<void> {
  let count = Number.NaN;
  await until(async () => {
    const before = count;
    await pause(100);
    count = await place.count();
    return count === before;
  });
}

/** Of the sink, in an app. */
async function failureAt(database: string, place: SinkPlace): Promise<unknown> {
  const app = createApp({ database, logger: silent, sinks: [place.sink()] });
  const failed = new Promise<unknown>((resolve) => {
    app.on('sinkError', ({ error }) => resolve((error as { code?: unknown }).code));
  });
  await app.start();
  const code = await failed;
  await app.stop();
  return code;
}

async function add(database: string, type: string, count: number): Promise<void> {
  const app = createApp({ database, logger: silent });
  await app.start();
  for (let left = count; left > 0; left -= 1000) {
    const drafts = Array.from({ length: Math.min(left, 1000) }, () => ({ type, data: null }));
    await app.generator.addEvents(drafts);
  }
  await app.stop();
}

function numbered(type: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, nth) => `${type} ${first + nth}`);
}
