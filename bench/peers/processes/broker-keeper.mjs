// Keeps one Redis or NATS server for the bench, with the most durable settings that it has, and ends it when the bench
// has ended.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onFreePort } from '../../../test/support/servers/port.mjs';
import { ServerProcess } from '../../../test/support/servers/server-process.mjs';
import { serveParent } from '../../processes/child.mjs';

const starters = { redis: startRedis, nats: startNats };
/** Nothing ends a start but its own time limit. */
const { signal } = new AbortController();
let server = null;

serveParent(
  {
    /** Gives `{ port, durability }`. */
    async start({ kind, program, folder }) {
      return onFreePort(async (port) => ({
        port,
        durability: await starters[kind]({ path: program, folder, port }),
      }));
    },
  },
  async () => server?.stop(),
);

async function startRedis({ path, folder, port }) {
  const args = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', ''];
  args.push('--appendonly', 'yes', '--appendfsync', 'always');
  await launch({ path, args, folder, readyText: 'Ready to accept connections' });
  return 'appendonly yes, appendfsync always';
}

/** A server before 2.10 cannot sync what it confirms. */
async function startNats({ path, folder, port }) {
  const start = async (setting) => {
    const file = join(folder, 'nats.conf');
    const stream = `jetstream { store_dir: "${folder}"${setting} }`;
    await writeFile(file, `listen: "127.0.0.1:${port}"\n${stream}\n`);
    await launch({ path, args: ['-c', file], folder, readyText: 'Server is ready' });
  };
  try {
    await start(', sync_interval: always');
    return 'file storage, sync_interval always';
  } catch (error) {
    if (!/unknown field/.test(error.message)) throw error;
  }
  await start('');
  return (
    'file storage, confirmed before it is synced (every 2 minutes): this version has no ' +
    'sync_interval, NOT DURABLE against a power cut'
  );
}

async function launch(command) {
  const signals = { endSignal: 'SIGTERM', haltSignal: 'SIGTERM' };
  server = await ServerProcess.start({ account: {}, env: {}, ...signals, ...command }, signal);
}
