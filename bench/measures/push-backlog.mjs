// Push of a backlog over a real WebSocket: a registered consumer in a process of its own stands at the beginning of a
// full queue and takes all of it, unfiltered and with one batch in flight, which is the default. Two nodes on the same
// database, one for each size of batches; the lean read of the same rows beside them.

import { EventQueue } from '../databases/event-queue.mjs';
import { arrayRead } from '../kit/array-read.mjs';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { compareRates } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { Child } from '../processes/child.mjs';

const BATCH_SIZES = [100, 1000];

/** Gives figures, and the faults of every push. */
export async function measurePushBacklog(databases, { rounds, backlogEvents }, place) {
  const { url, drop } = await databases.create();
  const queue = await EventQueue.open(url);
  await queue.fill(backlogEvents);
  await queue.close();
  const connection = await databases.connect(url);
  const receiver = Child.start('receiver.mjs', place);

  const apps = [];
  const variants = { read: () => arrayRead(connection, backlogEvents) };
  for (const batchMax of BATCH_SIZES) {
    const app = Child.start('app-process.mjs', place);
    apps.push(app);
    const appUrl = await app.ask('start', { databaseUrl: url, batchMax });
    variants[`batches of ${batchMax}`] = () =>
      push({ databases, app, appUrl, receiver, count: backlogEvents });
  }
  const { results, faults } = await inRounds(rounds, variants);

  await Promise.all([receiver, ...apps].map((child) => child.stop()));
  await connection.close();
  await drop();
  return {
    figures: BATCH_SIZES.map((batchMax) => figureOf(batchMax, backlogEvents, results)),
    faults,
  };
}

function figureOf(batchMax, backlogEvents, results) {
  const ours = results[`batches of ${batchMax}`];
  return {
    name: `push of ${backlogEvents.toLocaleString('en')}, batches of ${batchMax.toLocaleString('en')}`,
    floorName: 'array read, pages of 1,000',
    ...compareRates(ours, results.read),
    ...cpuPerEvent(ours),
  };
}

let pushes = 0;

async function push({ databases, app, appUrl, receiver, count }) {
  pushes += 1;
  const component = `push_${pushes}`;
  const meters = { node: () => app.ask('cpuMicros'), database: () => databases.cpuMicros() };
  const { ms, faults, cpu } = await metered(meters, () =>
    receiver.ask('takeBacklog', { url: appUrl, component, count }),
  );
  return { perSecond: count / (ms / 1000), events: count, cpu, faults };
}
