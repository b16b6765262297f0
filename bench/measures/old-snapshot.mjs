// A step, which moves rows from the inbox into the queue, while somebody holds a snapshot open that is older than
// hundreds of thousands of events: what was moved since then stays in the inbox as dead rows. Held against the same
// steps before. SQLite has no steps.
import { EventQueue } from '../databases/event-queue.mjs';
import { checkArrivals, idsBehind } from '../kit/arrivals.mjs';
import { monotonicMs } from '../kit/clock.mjs';
import { cpuPerEvent, metered, ownCpuMicros } from '../kit/cpu.mjs';
import { draftsFrom } from '../kit/draft.mjs';
import { compareCosts, median } from '../kit/figures.mjs';
import { STREAM } from '../kit/product.mjs';

const STEP_EVENTS = 10;
const PAGE_EVENTS = 1000;
/** What MariaDB may take is not decided; it is reported. */
const REACH = { postgres: { atMost: 1.2 } };

/** Gives a figure, and the faults of everything that went through. */
export async function measureOldSnapshot(databases, sizes) {
  if (!databases.hasSteps) return { faults: [] };
  const { rounds, snapshotEvents, snapshotSteps: steps } = sizes;
  const { url, drop } = await databases.create();
  const queue = await EventQueue.open(url);
  const connection = await databases.connect(url);
  const holder = await databases.connect(url);
  const scene = new Scene({ queue, connection, databases });

  await scene.step(steps);
  const before = await scene.rounds(rounds, steps);
  const release = await holder.holdSnapshot();
  for (let moved = 0; moved < snapshotEvents; moved += PAGE_EVENTS) await scene.move(PAGE_EVENTS);
  const beside = await scene.rounds(rounds, steps);
  await release();

  const faults = await scene.faults();
  await Promise.all([connection.close(), holder.close()]);
  await queue.close();
  await drop();
  const figure = {
    name: `a step beside a snapshot ${snapshotEvents.toLocaleString('en')} events old`,
    floorName: 'a step before',
    unit: 'ms',
    ...compareCosts(beside, before, ({ ms }) => ms),
    ...cpuPerEvent(beside),
    reach: REACH[databases.kind] ?? null,
    note: `p50 of ${steps} steps of ${STEP_EVENTS} events in each round; one state after the other, not in turn`,
  };
  return { figures: [figure], faults: [faults] };
}

class Scene {
  #queue;
  #connection;
  #meters;
  #written = 0;

  constructor({ queue, connection, databases }) {
    this.#queue = queue;
    this.#connection = connection;
    this.#meters = { node: ownCpuMicros, database: () => databases.cpuMicros() };
  }

  /** Commits so many events by SQL and moves them; gives how long the moving took. */
  async move(count) {
    await this.#connection.insertEvents(draftsFrom(this.#written, count));
    this.#written += count;
    const startMs = monotonicMs();
    for (let isDrained = false; !isDrained; ) {
      ({ isDrained } = await this.#queue.store.moveInbox(STREAM));
    }
    return monotonicMs() - startMs;
  }

  /** Gives the p50 of some steps. */
  async step(steps) {
    const ms = [];
    for (let nth = 0; nth < steps; nth += 1) ms.push(await this.move(STEP_EVENTS));
    return { ms: median(ms), events: steps * STEP_EVENTS };
  }

  async rounds(count, steps) {
    const results = [];
    for (let round = 0; round < count; round += 1) {
      results.push(await metered(this.#meters, () => this.step(steps)));
    }
    return results;
  }

  async faults() {
    const arrived = await this.#queue.readBehind(0);
    return checkArrivals(arrived, { base: 0, ids: idsBehind(0, this.#written) });
  }
}
