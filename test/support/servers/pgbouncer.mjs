// A throw-away PgBouncer in front of a PostgreSQL server, listening on 127.0.0.1 only. The distribution's package is
// unpacked once into node_modules/.cache; an installed one is not looked for.
//   node pgbouncer.mjs
// says on one line of stdout whether it can be had: {"path": "..."}, or {"error": "..."}.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accountFor } from './account.mjs';
import { giveTo, startInFolders } from './folder.mjs';
import { keptPackages } from './kept-packages.mjs';
import { onFreePort } from './port.mjs';
import { run } from './program.mjs';
import { ServerProcess } from './server-process.mjs';

/** Starts one that gives a connection of the server at `target` to whoever begins a transaction, or by `mode`. */
export async function startPgbouncer({
  target,
  mode = 'transaction',
  isDurable,
  signal,
  launch = ServerProcess.start,
  choosePort,
}) {
  const account = await accountFor(['postgres', 'nobody']);
  return startInFolders(
    { name: 'aftercommit-pgbouncer', account, isDurable },
    async ({ folder }) => {
      const { path, env } = await findPgbouncer();
      const { hostname, port: targetPort, username, password } = new URL(target);
      const settings = join(folder, 'pgbouncer.ini');
      const { url, server } = await onFreePort(async (port) => {
        const lines = [
          '[databases]',
          `* = host=${hostname} port=${targetPort} user=${username} password=${password}`,
          '[pgbouncer]',
          ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir ='],
          ...['auth_type = any', `pool_mode = ${mode}`],
        ];
        await writeFile(settings, lines.join('\n'), { mode: 0o600 });
        await giveTo(account, settings);
        const command = {
          path,
          args: [settings],
          env,
          account,
          folder,
          readyText: 'process up',
          endSignal: 'SIGTERM',
          haltSignal: 'SIGINT',
        };
        const at = Object.assign(new URL(target), { host: `127.0.0.1:${port}` });
        return { url: at.href, server: await launch(command, signal) };
      }, choosePort);
      return { url, stop: () => server.stop() };
    },
  );
}

async function findPgbouncer() {
  return keptPackages('pgbouncer', ['pgbouncer'], async (root, env) => {
    const path = join(root, 'usr/sbin/pgbouncer');
    await run(path, ['--version'], { env });
    return { path, env };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await findPgbouncer().then(
    ({ path }) => ({ path }),
    ({ message }) => ({ error: `pgbouncer cannot be unpacked: ${message}` }),
  );
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
