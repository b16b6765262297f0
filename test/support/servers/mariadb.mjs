// A throw-away MariaDB server, which stands for MySQL: a new data folder, listening on 127.0.0.1
// only. Its time zone is not UTC on purpose: a test that confuses the two must fail.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountFor } from './account.mjs';
import { startInFolders } from './folder.mjs';
import { findMariadb } from './mariadb-programs.mjs';
import { onFreePort } from './port.mjs';
import { run } from './program.mjs';
import { ServerProcess } from './server-process.mjs';

const userName = 'aftercommit';

/**
 * Starts a server and gives `{ url, root, stop }`; `isDurable` makes a commit wait for the disk, and with
 * `hasBinlog` nobody sees it before it is there. `launch` and `choosePort` are for a server that comes back
 * on its port; `serverSettings` are further ones by name. `root` is where its
 * programs were unpacked for as long as it lives, null when they are installed.
 */
export async function startMariadb({
  isDurable,
  hasBinlog = false,
  serverSettings = {},
  signal,
  launch = ServerProcess.start,
  choosePort,
}) {
  const account = await accountFor(['mysql', 'nobody']);
  return startInFolders({ name: 'aftercommit-mariadb', account, isDurable }, async (folders) => {
    const place = { account, ...folders, signal, hasBinlog, serverSettings };
    const programs = await findMariadb(place);
    const password = randomBytes(12).toString('hex');
    await createData(programs, password, place);
    const { url, server } = await onFreePort(
      async (port) => ({
        url: `mysql://${userName}:${password}@127.0.0.1:${port}/`,
        server: await launch(serverCommand(programs, port, isDurable, place), signal),
      }),
      choosePort,
    );
    return { url, root: programs.root, stop: () => server.stop() };
  });
}

/**
 * Fills the data folder with what mariadb-install-db would (0.3 s), less help and sys schema
 * (another 0.2 s). That script is not used, since it does not find its parts in an unpacked
 * package.
 */
export async function createData(
  { mariadbd, baseFolder, systemSql, env },
  password,
  { account, folder, dataFolder, signal },
) {
  const scripts = await Promise.all(systemSql.map((path) => readFile(path, 'utf8')));
  // --bootstrap ends a statement only at the end of a line. Accounts of root have no password, so
  // none of them stays.
  const input = [
    'create database mysql;',
    'use mysql;',
    'set @auth_root_socket = null;',
    ...scripts,
    "delete from mysql.global_priv where User = 'root';",
    'delete from mysql.proxies_priv;',
    'flush privileges;',
    `create user '${userName}'@'%' identified by '${password}';`,
    `grant all privileges on *.* to '${userName}'@'%' with grant option;`,
    '',
  ].join('\n');
  const args = [
    '--no-defaults',
    '--bootstrap',
    `--basedir=${baseFolder}`,
    `--datadir=${dataFolder}`,
  ];
  args.push(
    `--tmpdir=${folder}`,
    '--log-warnings=0',
    '--enforce-storage-engine=',
    '--max-allowed-packet=8M',
  );
  await run(mariadbd, args, { account, env, folder, signal, input });
}

function serverCommand(
  { mariadbd, baseFolder, env },
  port,
  isDurable,
  { account, folder, dataFolder, hasBinlog, serverSettings },
) {
  const args = [
    '--no-defaults',
    `--basedir=${baseFolder}`,
    `--datadir=${dataFolder}`,
    `--tmpdir=${folder}`,
    `--socket=${join(folder, 'mariadb.sock')}`,
    `--pid-file=${join(folder, 'mariadb.pid')}`,
    '--skip-networking=0',
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-name-resolve',
    ...(hasBinlog ? ['--log-bin=binlog', '--sync-binlog=1'] : ['--skip-log-bin']),
    // 2: a commit waits for the system's page cache, 1 (the default): for the disk.
    `--innodb-flush-log-at-trx-commit=${isDurable ? 1 : 2}`,
    '--innodb-buffer-pool-size=256M',
    '--max-connections=300',
    '--default-time-zone=+05:00',
    ...Object.entries(serverSettings).map(([name, value]) => `--${name}=${value}`),
  ];
  return {
    path: mariadbd,
    args,
    env,
    account,
    folder,
    readyText: 'ready for connections',
    endSignal: 'SIGTERM',
    haltSignal: 'SIGTERM',
  };
}
