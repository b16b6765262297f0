// A step, which moves rows from the inbox into the queue, while somebody holds a snapshot open that is older than
// hundreds of thousands of events: what was moved since then stays in the inbox as dead rows. Held against the same
// steps in a fresh database of the same server, in turn. SQLite has no steps.
import { EventQueue } from '../databases/event-queue.mjs';
import { checkArrivals, idsBehind } from '../kit/arrivals.mjs';
import { monotonicMs } from '../kit/clock.mjs';
import { cpuPerEvent, metered, ownCpuMicros } from '../kit/cpu.mjs';
import { draftsFrom } from '../kit/draft.mjs';
import { compareCosts, median } from '../kit/figures.mjs';
import { STREAM } from '../kit/product.mjs';
import { inRounds } from '../kit/rounds.mjs';

const STEP_EVENTS = 10;
const PAGE_EVENTS = 1000;
/** New connections, and plans that are not made yet. */
const WARM_UP_STEPS = 20;
/** What MariaDB may take is not decided; it is reported. */
const REACH = { postgres: { atMost: 1.2 } };

/** Gives a figure, and the faults of everything that went through. */
export async function measureOldSnapshot(databases, sizes) {
  if (!databases.hasSteps) return { faults: [] };
  const { rounds, snapshotEvents, snapshotSteps: steps } = sizes;
  const old = await Inbox.open(databases);
  const holder = await databases.connect(old.url);
  const release = await holder.holdSnapshot();
  for (let moved = 0; moved < snapshotEvents; moved += PAGE_EVENTS) await old.move(PAGE_EVENTS);

  const { results, faults } = await inRounds(rounds, {
    old: () => old.measure(steps),
    fresh: () => measureFresh(databases, steps),
  });

  await release();
  await holder.close();
  const oldFaults = await old.close();
  const figure = {
    name: `a step beside a snapshot ${snapshotEvents.toLocaleString('en')} events old`,
    floorName: 'one in a fresh database',
    unit: 'ms',
    ...compareCosts(results.old, results.fresh, ({ ms }) => ms),
    ...cpuPerEvent(results.old),
    reach: REACH[databases.kind] ?? null,
    note: `p50 of ${steps} steps of ${STEP_EVENTS} events in each round`,
  };
  return { figures: [figure], faults: [...faults, oldFaults] };
}

async function measureFresh(databases, steps) {
  const fresh = await Inbox.open(databases);
  await fresh.measure(WARM_UP_STEPS);
  const result = await fresh.measure(steps);
  return { ...result, faults: await fresh.close() };
}

/** The inbox of a database of its own, and all that went through it. */
class Inbox {
  #queue;
  #connection;
  #drop;
  #meters;
  #written = 0;

  static async open(databases) {
    const { url, drop } = await databases.create();
    const queue = await EventQueue.open(url);
    const connection = await databases.connect(url);
    return new Inbox({ url, queue, connection, drop, databases });
  }

  constructor({ url, queue, connection, drop, databases }) {
    this.url = url;
    this.#queue = queue;
    this.#connection = connection;
    this.#drop = drop;
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
  measure(steps) {
    return metered(this.#meters, async () => {
      const ms = [];
      for (let nth = 0; nth < steps; nth += 1) ms.push(await this.move(STEP_EVENTS));
      return { ms: median(ms), events: steps * STEP_EVENTS };
    });
  }

  /** Gives the faults of all that went through. */
  async close() {
    const arrived = await this.#queue.readBehind(0);
    await this.#connection.close();
    await this.#queue.close();
    await this.#drop();
    return checkArrivals(arrived, { base: 0, ids: idsBehind(0, this.#written) });
  }
}
