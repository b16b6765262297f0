// A queue that has grown against a short one: the same number of events is added by 128 callers, and pushed to a
// consumer, once at the end of a million events and once at the end of ten thousand.
import { EventQueue } from '../databases/event-queue.mjs';
import { addByCallers, openGenerator } from '../kit/callers.mjs';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { compareRates } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { Child } from '../processes/child.mjs';
import { startNode } from '../processes/service-node.mjs';

const SHORT_EVENTS = 10_000;
const CALLERS = 128;
/** A fresh pool has no connections yet, and they have no plans. */
const WARM_UP_EVENTS = 2000;
const REACH = { atLeast: 0.9 };

/** Gives figures, and the faults of every slice. */
export async function measureGrowth(databases, { rounds, grownEvents, growthAdds }, place) {
  const short = await filledNode(databases, place, SHORT_EVENTS);
  const grown = await filledNode(databases, place, grownEvents);
  const receiver = Child.start('receiver.mjs', place);
  const pushed = await inRounds(rounds, {
    grown: () => pushLast(grown, receiver, grownEvents),
    short: () => pushLast(short, receiver, SHORT_EVENTS),
  });
  await Promise.all([receiver.stop(), short.stop()]);
  await grown.app.stop();
  const added = await inRounds(rounds, {
    grown: () => add(databases, grown.queue, growthAdds),
    short: () => addToNew(databases, growthAdds),
  });
  await grown.stop();

  const shared = { reach: REACH, floorName: `the same at ${SHORT_EVENTS.toLocaleString('en')}` };
  const figureOf = (what, { results }) => ({
    name: `${what} at ${grownEvents.toLocaleString('en')} queued events`,
    ...compareRates(results.grown, results.short),
    ...cpuPerEvent(results.grown),
    ...shared,
  });
  return {
    figures: [figureOf(`addEvent, ${CALLERS} callers,`, added), figureOf('push', pushed)],
    faults: [...pushed.faults, ...added.faults],
  };
}

async function filledNode(databases, place, count) {
  const node = await startNode(databases, place);
  await node.queue.fill(count);
  return node;
}

let pushes = 0;

/** As many as there are in the short one. */
async function pushLast({ url, meters }, receiver, newest) {
  pushes += 1;
  const component = `growth_${pushes}`;
  const behind = newest - SHORT_EVENTS;
  const { ms, faults, cpu } = await metered(meters, () =>
    receiver.ask('takeBacklog', { url, component, behind, count: SHORT_EVENTS }),
  );
  return { perSecond: SHORT_EVENTS / (ms / 1000), events: SHORT_EVENTS, cpu, faults };
}

/** The short one is new for each round, or the rounds would make it long. */
async function addToNew(databases, count) {
  const { url, drop } = await databases.create();
  const queue = await EventQueue.open(url);
  await queue.fill(SHORT_EVENTS);
  const result = await add(databases, queue, count);
  await queue.close();
  await drop();
  return result;
}

async function add(databases, queue, count) {
  const generator = openGenerator(queue.store);
  const addSome = (events) =>
    addByCallers({
      queue,
      generator,
      databases,
      callers: CALLERS,
      isEnough: (called) => called >= events,
    });
  await addSome(WARM_UP_EVENTS);
  const result = await addSome(count);
  await generator.stop();
  return result;
}
