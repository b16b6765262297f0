// The history of a run: writers of every kind and consumers of every kind on several nodes, while the paths to the
// database fail, nodes are stopped and started, the warehouse stands still at times, and archiver and discarder run;
// then everything that was sent and answered is checked. HISTORY_EVENTS (1500) and HISTORY_SECONDS (9) bound a run,
// whichever is reached first. With HISTORY_NODES=processes the nodes are processes of their own, ended by kill -9.
import { type DatabaseKind, describeDatabase } from '../support/databases.ts';
import { openRandom, type Random } from '../support/random.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { checkHistory, verdictOf } from './checker.ts';
import { FaultyPath } from './faulty-path.ts';
import { rowsOf, writeLast } from './last.ts';
import { Nodes } from './nodes.ts';
import { Progress } from './progress.ts';
import { startReaders } from './readers.ts';
import { Recorder } from './recorder.ts';
import { Warehouse } from './warehouse.ts';
import { pause } from './writers/writer.ts';
import { startWriters } from './writers.ts';

const EVENTS = Number(process.env.HISTORY_EVENTS ?? 1500);
const SECONDS = Number(process.env.HISTORY_SECONDS ?? 9);
const ARE_PROCESSES = process.env.HISTORY_NODES === 'processes';
/** What nodes that come and go do; they give up on a silent path soon, since it may hold the stream's row. */
const WORKING = {
  archiver: true,
  discarder: true,
  windowEventsMax: 300,
  databaseTimeoutMs: 2000,
} as const;
/** How long a consumer may stand still before the end when nothing is cut any more; mutants make it short. */
const READ_MS_MAX = Number(process.env.HISTORY_READ_SECONDS ?? 30 + SECONDS) * 1000;
/** How long the archiver is held back at the end while the consumers get there. */
const HELD_MS_MAX = 10_000;
/** Of how many COMMITs one is cut. */
const CUTS_PER_COMMIT = Number(process.env.HISTORY_COMMIT_CUTS ?? 0.04);
const TIMEOUT_MS = SECONDS * 3000 + 180_000;

export function describeRun(kind: DatabaseKind): void {
  describeDatabase(kind, 'the history of a run', () => {
    let first: StartedApp;
    let path: FaultyPath | null = null;
    let nodes: Nodes | null = null;
    let warehouse: Warehouse | null = null;
    /** Whatever goes wrong, nobody goes on when the test has ended. */
    let isOver = false;
    beforeEach(async () => {
      isOver = false;
      first = await startApp(kind, { workerPeriodMs: 20, discardLimit: 100 });
    });
    afterEach(async () => {
      isOver = true;
      await nodes?.end();
      await first.stop();
      await path?.close();
      await warehouse?.close();
      path = null;
      nodes = null;
      warehouse = null;
    });

    it(
      'breaks no rule',
      async () => {
        const random = openRandom();
        console.info(`history on ${kind}: SEED=${random.seed}`);
        const recorder = new Recorder();
        const url = await openPath(random);
        const running = new Nodes({
          first,
          settings: { ...WORKING, databaseUrl: url },
          areProcesses: ARE_PROCESSES,
          random: own(random, 1),
        });
        nodes = running;
        await running.start(2);

        let end: number | null = null;
        const progress = new Progress();
        const isDone = (acknowledged: string, name?: string) => {
          if (name !== undefined) progress.see(name, acknowledged);
          return isOver || (end !== null && Number(acknowledged) >= end);
        };
        const reading = await startReaders({
          recorder,
          nodes: running,
          random: own(random, 2),
          isDone,
        });
        const deadline = performance.now() + SECONDS * 1000;
        const isEnough = () => isOver || recorder.made >= EVENTS || performance.now() > deadline;
        if (path !== null) path.isCalm = false;
        const restarting = restartNow(running, own(random, 3), isEnough);
        warehouse = await Warehouse.open(kind, first.settings.warehouseUrl);
        const stalling = warehouse.stall(own(random, 6), isEnough);
        await startWriters({
          recorder,
          nodes: running,
          random: own(random, 4),
          isDone: isEnough,
          kind,
          urls: [url],
        });
        await Promise.all([restarting, stalling]);
        if (path !== null) path.isCalm = true;
        await warehouse.hold();
        // The archiver waits with the first in hand, and has not seen the second when the consumers acknowledge it.
        await writeLast(first.url, recorder);
        await pause(200);
        end = await writeLast(first.url, recorder);
        let isRead = false;
        const allRead = reading().then(() => {
          isRead = true;
        });
        await until(() => isRead, Math.min(HELD_MS_MAX, READ_MS_MAX)).catch(() => {});
        await pause(200);
        await warehouse.release();
        // A consumer that never gets the last event has missed something, and the checker says what.
        const isStuck = progress.watch(String(end), READ_MS_MAX);
        await until(() => isRead || isStuck(), TIMEOUT_MS);
        isOver = true;
        await allRead;
        // Whoever held the archiver's lease may be gone, and the answer to its return lost: then it has to run out.
        const stored = warehouse;
        await until(async () => (await stored.newest()) === end, READ_MS_MAX).catch(() => {});

        // What is archived meanwhile may be in both, so the queue is read first.
        const queued = await rowsOf(kind, first.settings.databaseUrl, 'evt_queue');
        const archived = await rowsOf(kind, first.settings.warehouseUrl, 'evt_history');
        const history = recorder.history(queued, archived);
        console.info(`history on ${kind}: ${figures()}`);
        const violations = checkHistory(history);
        const reliable = recorder.consumers.filter(({ isLive }) => !isLive);
        const isAllRead = reliable.every(({ acknowledged }) => acknowledged === String(end));
        const verdict = verdictOf({ violations, unexpected: recorder.unexpected, isAllRead });
        console.info(`history on ${kind}: verdict: ${verdict}`);
        expect(violations.slice(0, 20)).toEqual([]);
        expect(recorder.unexpected).toEqual([]);
        expect(reliable.map(({ name, acknowledged }) => `${name} ${acknowledged}`)).toEqual(
          reliable.map(({ name }) => `${name} ${end}`),
        );
        expect(archived.at(-1)?.id).toBe(String(end));
        if (path !== null) expect(path.faults.commit).toBeGreaterThan(0);

        function figures(): string {
          const outcomes = { committed: 0, 'rolled back': 0, unknown: 0 };
          const there = new Set([...queued, ...archived].map(({ key }) => key));
          let unknownThere = 0;
          for (const { outcome, events } of recorder.writes) {
            outcomes[outcome] += 1;
            if (outcome === 'unknown' && there.has(events[0]?.key ?? '')) unknownThere += 1;
          }
          const { batches, consumers } = recorder;
          return JSON.stringify({
            made: recorder.made,
            log: end,
            writes: outcomes,
            unknownThere,
            faults: path?.faults,
            restarts: running.restarts,
            consumers: consumers.length,
            batches: batches.length,
            delivered: batches.reduce((sum, { events }) => sum + events.length, 0),
            refused: batches.filter(({ isRefused }) => isRefused).length,
            confirmed: recorder.acknowledgements.length,
            queued: queued.length,
            archived: archived.length,
          });
        }
      },
      TIMEOUT_MS,
    );

    /** The way to the database; SQLite has none that could fail. */
    async function openPath(random: Random): Promise<string> {
      const url = first.settings.databaseUrl;
      if (kind === 'sqlite') return url;
      const options = {
        random: own(random, 5),
        faultsPerConnection: 0.5,
        cutsPerCommit: CUTS_PER_COMMIT,
      };
      path = await FaultyPath.open(url, options);
      return path.url;
    }
  });
}

/** Random numbers of its own for each part, so that one part's choices do not depend on how fast the others are. */
const own = (random: Random, part: number) => openRandom(random.seed + 1000 * part);

async function restartNow(nodes: Nodes, random: Random, isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    await pause(300 + random.below(1500));
    if (!isDone()) await nodes.restart();
  }
}
