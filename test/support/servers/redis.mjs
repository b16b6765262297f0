// A throw-away Redis server: a new data folder, listening on 127.0.0.1 only.
import { findEngine } from './engine-programs.mjs';
import { startInFolders } from './folder.mjs';
import { onFreePort } from './port.mjs';
import { ServerProcess } from './server-process.mjs';

/**
 * Starts a server and gives `{ url, stop }`; `config` is a list of further arguments. `launch` and
 * `choosePort` are for a server that comes back on its port.
 */
export async function startRedis({
  isDurable,
  signal,
  config = [],
  launch = ServerProcess.start,
  choosePort,
}) {
  const account = {};
  return startInFolders({ name: 'aftercommit-redis', account, isDurable }, async (folders) => {
    const { path, env } = await findEngine('redis');
    const { folder, dataFolder } = folders;
    const { url, server } = await onFreePort(async (port) => {
      const settings = ['--port', port, '--bind', '127.0.0.1', '--dir', dataFolder, '--save', ''];
      const command = {
        path,
        args: [...settings.map(String), '--appendonly', 'yes', ...config],
        env,
        account,
        folder,
        readyText: 'Ready to accept connections',
        endSignal: 'SIGTERM',
        haltSignal: 'SIGTERM',
      };
      return { url: `redis://127.0.0.1:${port}`, server: await launch(command, signal) };
    }, choosePort);
    return { url, stop: () => server.stop() };
  });
}
