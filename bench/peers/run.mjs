// node bench/peers/run.mjs: the product beside its peers, in the same run and on the same Node. Exit code 1 when an
// event of ours was lost, doubled or reordered, and on any error; 2 on wrong usage.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFolder } from '../databases/disk.mjs';
import { startServers } from '../databases/servers.mjs';
import { CleanUp } from '../kit/clean-up.mjs';
import { UsageError } from '../options.mjs';
import { describeMachine } from '../report/machine.mjs';
import { isSound } from '../report/report.mjs';
import { installPeers } from './install.mjs';
import { launchPeers } from './launch.mjs';
import { readOptions, USAGE } from './options.mjs';
import { peersText } from './report.mjs';

const cleanUp = new CleanUp();
cleanUp.watch(complain);
// From whoever launched this one; a run that was started by hand has none.
process.once('disconnect', () => cleanUp.run().finally(() => process.exit(1)));
try {
  const args = process.argv.slice(2);
  const options = readOptions(args);
  if (options.isHelp) process.stdout.write(USAGE);
  else await benchOnPeersNode(options, args);
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  if (!cleanUp.hasBegun) complain(error);
} finally {
  await cleanUp.run();
  // A measurement that failed leaves connections open.
  process.exit();
}

async function benchOnPeersNode(options, args) {
  const node = await installPeers({ withSqlite: options.kinds.includes('sqlite'), say: progress });
  if (node === process.execPath) await bench(options);
  else process.exitCode = await launchPeers(node, args, cleanUp);
}

async function bench({ kinds, measures, sizes, isJson }) {
  // Only now: what it needs was installed a moment ago.
  const { measurePeers } = await import('./measure.mjs');
  const machine = describeMachine();
  const disk = await diskFolder();
  const folder = await mkdtemp(join(disk, 'aftercommit-peers-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const { urls, absent } = await startServers(kinds, { disk, cleanUp });
  const databases = [];
  for (const kind of kinds.filter((each) => !(each in absent))) {
    const place = { folder, serverUrl: urls[kind], cleanUp };
    databases.push(await measurePeers(kind, { names: measures, sizes, place, say: progress }));
  }
  const report = { machine, sizes, databases, absent };
  process.stdout.write(`${isJson ? JSON.stringify(report, null, 2) : peersText(report)}\n`);
  if (!isSound(report) || Object.keys(absent).length > 0) process.exitCode = 1;
}

function complain(error) {
  if (error instanceof UsageError) process.stderr.write(`peers: ${error.message}\n\n${USAGE}`);
  else progress(error.stack ?? JSON.stringify(error));
}

/** To stderr, since stdout is for the report. */
function progress(text) {
  process.stderr.write(`peers: ${text}\n`);
}
