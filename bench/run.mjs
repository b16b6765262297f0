// npm run bench: our path against floors of the same run, on databases that are durable and gone afterwards.
// Exit code 1 when an event was lost, doubled or reordered, when a database is missing, and on any error; 2 on wrong
// usage.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Databases } from './databases/databases.mjs';
import { diskFolder, fdatasyncRate } from './databases/disk.mjs';
import { startServers } from './databases/servers.mjs';
import { sumFaults } from './kit/arrivals.mjs';
import { CleanUp } from './kit/clean-up.mjs';
import { monotonicMs } from './kit/clock.mjs';
import { measures } from './measures/measures.mjs';
import { readOptions, USAGE, UsageError } from './options.mjs';
import { runPeers } from './processes/peers.mjs';
import { jsonText } from './report/json-text.mjs';
import { describeMachine } from './report/machine.mjs';
import { peerFigures } from './report/peer-figures.mjs';
import { isSound, reportText } from './report/report.mjs';
import { keepReport } from './report/results-file.mjs';

const cleanUp = new CleanUp();
cleanUp.watch(complain);
try {
  const options = readOptions(process.argv.slice(2));
  if (options.isHelp) process.stdout.write(USAGE);
  else await bench(options);
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  if (!cleanUp.hasBegun) complain(error);
} finally {
  await cleanUp.run();
  // A measurement that failed leaves connections open.
  process.exit();
}

async function bench({
  kinds,
  names,
  hasPeers,
  isQuick,
  sizes,
  flags,
  isJson,
  note,
  profileFolder,
}) {
  const machine = describeMachine();
  const disk = await diskFolder();
  const folder = await makeFolder(disk);
  const { urls, absent } = await startServers(kinds, { disk, cleanUp });
  const databases = [];
  for (const kind of kinds.filter((each) => !(each in absent))) {
    try {
      const place = { folder, serverUrl: urls[kind], cleanUp, profileFolder };
      databases.push(await measure(kind, { names, sizes }, place));
    } catch (error) {
      // The others can be measured nonetheless, but for an end from outside.
      if (cleanUp.hasBegun) throw error;
      complain(error);
      absent[kind] = `${kind} failed: ${error.message ?? JSON.stringify(error)}`;
    }
  }
  if (hasPeers) await addPeers(databases, absent, isQuick);
  const report = { command: commandLine(flags), machine, sizes, databases, absent };
  process.stdout.write(`${isJson ? jsonText(report) : reportText(report)}\n`);
  if (!isSound(report) || Object.keys(absent).length > 0) process.exitCode = 1;
  if (note !== null) progress(`kept as ${(await keepReport(report, note)).join(', ')}`);
}

/** Afterwards, so that nothing of theirs runs beside our own measures. */
async function addPeers(databases, absent, isQuick) {
  const kinds = databases.map(({ kind }) => kind);
  const beside = await runPeers({ kinds, isQuick, cleanUp });
  for (const measured of beside.databases) {
    const own = databases.find(({ kind }) => kind === measured.kind);
    own.peers = peerFigures(measured);
  }
  for (const [kind, reason] of Object.entries(beside.absent)) absent[`peers on ${kind}`] = reason;
}

function commandLine(flags) {
  return ['npm run bench', ...(flags.length > 0 ? ['--', ...flags] : [])].join(' ');
}

/** Everything temporary lies in one folder, but for the servers' own, which run as other users. */
async function makeFolder(disk) {
  const folder = await mkdtemp(join(disk, 'aftercommit-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function measure(kind, { names, sizes }, place) {
  const databases = new Databases(kind, place);
  const described = await databases.describe();
  const sync = fdatasyncRate(place.folder, sizes.syncMs);
  const measured = [];
  for (const name of names) {
    const startMs = monotonicMs();
    measured.push(await measures[name](databases, sizes, place));
    const seconds = Math.round((monotonicMs() - startMs) / 1000);
    progress(`${described.version}: ${name}, ${seconds} s`);
  }
  return {
    kind,
    ...described,
    sync: { before: sync, after: fdatasyncRate(place.folder, sizes.syncMs) },
    loadAfter: describeMachine().load,
    figures: measured.flatMap(({ figures = [] }) => figures),
    latencies: measured.flatMap(({ latencies = [] }) => latencies),
    peers: null,
    faults: sumFaults(measured.flatMap(({ faults }) => faults)),
  };
}

function complain(error) {
  if (error instanceof UsageError) process.stderr.write(`bench: ${error.message}\n\n${USAGE}`);
  else progress(error.stack ?? JSON.stringify(error));
}

/** To stderr, since stdout is for the report. */
function progress(text) {
  process.stderr.write(`bench: ${text}\n`);
}
