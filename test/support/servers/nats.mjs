// A throw-away NATS server with JetStream: a new store folder, listening on 127.0.0.1 only.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findEngine } from './engine-programs.mjs';
import { startInFolders } from './folder.mjs';
import { onFreePort } from './port.mjs';
import { ServerProcess } from './server-process.mjs';

/**
 * Starts a server and gives `{ url, stop }`; `config` is lines of its configuration. `launch` and
 * `choosePort` are for a server that comes back on its port.
 */
export async function startNats({
  isDurable,
  signal,
  config = '',
  launch = ServerProcess.start,
  choosePort,
}) {
  const account = {};
  return startInFolders({ name: 'aftercommit-nats', account, isDurable }, async (folders) => {
    const { path, env } = await findEngine('nats');
    const { folder, dataFolder } = folders;
    const { url, server } = await onFreePort(async (port) => {
      const file = join(folder, 'nats.conf');
      const lines = [`listen: "127.0.0.1:${port}"`, `jetstream { store_dir: "${dataFolder}" }`];
      await writeFile(file, `${[...lines, config].join('\n')}\n`);
      const command = {
        path,
        args: ['--config', file],
        env,
        account,
        folder,
        readyText: 'Server is ready',
        endSignal: 'SIGTERM',
        haltSignal: 'SIGTERM',
      };
      return { url: `nats://127.0.0.1:${port}`, server: await launch(command, signal) };
    }, choosePort);
    return { url, stop: () => server.stop() };
  });
}
