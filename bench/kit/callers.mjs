// In-process addEvent by callers that each await their answer. Every answer is held against the queue afterwards: each
// event is there once, under the id that its caller was told, and behind everything that was answered before it was
// called.
import { checkArrivals } from './arrivals.mjs';
import { monotonicMs } from './clock.mjs';
import { metered, ownCpuMicros } from './cpu.mjs';
import { draftOf } from './draft.mjs';
import { createLogger, createTelemetry, Generator, loadSettings, STREAM } from './product.mjs';

/** A generator as a node has it. */
export function openGenerator(store) {
  return new Generator({
    store,
    streams: [STREAM],
    ...createTelemetry(createLogger('silent')),
    onAppended: () => {},
    limits: loadSettings({}),
  });
}

/**
 * Calls until `isEnough(called, ms)`; gives `{ perSecond, events, cpu, faults }`. The look into the queue costs nobody
 * anything here.
 */
export async function addByCallers({ queue, generator, databases, callers, isEnough }) {
  const base = await queue.newest();
  const meters = { node: ownCpuMicros, database: () => databases.cpuMicros() };
  const { ids, early, ms, cpu } = await metered(meters, () =>
    callAll({ generator, callers, base, isEnough }),
  );
  const faults = checkArrivals(await queue.readBehind(base), { base, ids });
  return {
    perSecond: ids.length / (ms / 1000),
    events: ids.length,
    cpu,
    faults: { ...faults, reordered: faults.reordered + early },
  };
}

/** `early`: how many were given an id that is not behind one that had been answered before. */
async function callAll({ generator, callers, base, isEnough }) {
  const ids = [];
  let newest = base;
  let early = 0;
  let called = 0;
  const startMs = monotonicMs();
  const callInTurn = async () => {
    while (!isEnough(called, monotonicMs() - startMs)) {
      const n = called;
      called += 1;
      const before = newest;
      const id = await generator.addEvent(STREAM, draftOf(n));
      ids[n] = id;
      if (Number(id) <= before) early += 1;
      if (Number(id) > newest) newest = Number(id);
    }
  };
  await Promise.all(Array.from({ length: callers }, callInTurn));
  return { ids, early, ms: monotonicMs() - startMs };
}
