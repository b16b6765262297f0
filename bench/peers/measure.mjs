// All measures beside peers on one kind of database.
import { Databases } from '../databases/databases.mjs';
import { sumFaults } from '../kit/arrivals.mjs';
import { describeMachine } from '../report/machine.mjs';
import { describeOriginalSqlite } from './databases/original-queue.mjs';
import { measureNames } from './measure-names.mjs';
import { measureAddEvent } from './measures/add-event.mjs';
import { measureArchive } from './measures/archive.mjs';
import { measureLatency } from './measures/latency.mjs';
import { measureProduce } from './measures/produce.mjs';
import { measurePushBacklog } from './measures/push-backlog.mjs';

const measures = {
  'add-event': measureAddEvent,
  'push-backlog': measurePushBacklog,
  latency: measureLatency,
  produce: measureProduce,
  archive: measureArchive,
};

/**
 * Gives what `bench/measures` gives, rates and latencies, with the peer as the floor. Besides, each has a `reach` (of a
 * rate the least ratio to reach, of a latency the greatest, null for none), a `note` on what differs between the two,
 * and the peer's own faults. `place` is that of the bench; it has to run on the Node that `installPeers` names.
 */
export async function measurePeers(kind, { names = measureNames, sizes, place, say }) {
  const databases = new Databases(kind, place);
  const described = await databases.describe();
  const original = kind === 'sqlite' ? await describeOriginal(databases) : null;
  const measured = [];
  for (const name of names) {
    say(`${described.version}: ${name}`);
    measured.push(await measures[name](databases, sizes, { ...place, kind }));
  }
  return {
    kind,
    ...described,
    original,
    loadAfter: describeMachine().load,
    rates: measured.flatMap(({ figures = [] }) => figures),
    latencies: measured.flatMap(({ latencies = [] }) => latencies),
    faults: sumFaults(measured.flatMap(({ faults }) => faults)),
    absentPeers: measured.flatMap(({ absent = [] }) => absent),
  };
}

/** On the servers it meets what we meet; on SQLite it has a driver and settings of its own. */
async function describeOriginal(databases) {
  const { url, drop } = await databases.create();
  const described = await describeOriginalSqlite(url);
  await drop();
  return described;
}
