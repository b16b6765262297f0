// Push of a backlog over a real WebSocket: a registered consumer in a process of its own stands at the beginning of a
// full queue and takes all of it, with one batch in flight, which is the default. Two nodes on the same
// database, one for each size of batches; the lean read of the same rows beside them.

import { EventQueue } from '../databases/event-queue.mjs';
import { arrayRead } from '../kit/array-read.mjs';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { draftOf } from '../kit/draft.mjs';
import { compareRates } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { Child } from '../processes/child.mjs';

const VARIANTS = [
  { name: 'batches of 100', batchMax: 100 },
  { name: 'batches of 1,000', batchMax: 1000 },
  { name: 'batches of 100, filtered by type', batchMax: 100, want: [draftOf(0).type] },
];

/** Gives figures, and the faults of every push. */
export async function measurePushBacklog(databases, { rounds, backlogEvents }, place) {
  const { url, drop } = await databases.create();
  const queue = await EventQueue.open(url);
  await queue.fill(backlogEvents);
  await queue.close();
  const connection = await databases.connect(url);
  const receiver = Child.start('receiver.mjs', place);

  const nodes = new Map();
  const variants = { read: () => arrayRead(connection, backlogEvents) };
  for (const { name, batchMax, want } of VARIANTS) {
    const node = nodes.get(batchMax) ?? (await serve(place, { databaseUrl: url, batchMax }));
    nodes.set(batchMax, node);
    variants[name] = () => push({ databases, ...node, receiver, count: backlogEvents, want });
  }
  const { results, faults } = await inRounds(rounds, variants);

  const apps = [...nodes.values()].map(({ app }) => app);
  await Promise.all([receiver, ...apps].map((child) => child.stop()));
  await connection.close();
  await drop();
  return {
    figures: VARIANTS.map(({ name }) => figureOf(name, backlogEvents, results)),
    faults,
  };
}

async function serve(place, settings) {
  const app = Child.start('app-process.mjs', place);
  return { app, appUrl: await app.ask('start', settings) };
}

function figureOf(name, backlogEvents, results) {
  const ours = results[name];
  return {
    name: `push of ${backlogEvents.toLocaleString('en')}, ${name}`,
    floorName: 'array read, pages of 1,000',
    ...compareRates(ours, results.read),
    ...cpuPerEvent(ours),
  };
}

let pushes = 0;

async function push({ databases, app, appUrl, receiver, count, want }) {
  pushes += 1;
  const component = `push_${pushes}`;
  const meters = { node: () => app.ask('cpuMicros'), database: () => databases.cpuMicros() };
  const { ms, faults, cpu } = await metered(meters, () =>
    receiver.ask('takeBacklog', { url: appUrl, component, count, want }),
  );
  return { perSecond: count / (ms / 1000), events: count, cpu, faults };
}
