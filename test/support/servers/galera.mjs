// One node of a throw-away Galera cluster: a MariaDB server that listens on 127.0.0.1 only and commits together with
// the others. The first makes the cluster and its accounts; the others get a copy of its data when they join.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountFor } from './account.mjs';
import { giveTo, startInFolders } from './folder.mjs';
import { findGalera } from './galera-programs.mjs';
import { createData } from './mariadb.mjs';
import { run } from './program.mjs';

const userName = 'aftercommit';
const recovered = /Recovered position: *(\S+:-?\d+)/;

/**
 * Starts a node and gives `{ url, stop }`. `ports` has an object `{ sql, group, copy, catchUp }` for each node of the
 * cluster, `nth` says which of them this is, and `password` is the account's in all of them.
 */
export async function startGalera({ isDurable, signal, ports, nth, password, launch }) {
  const account = await accountFor(['mysql', 'nobody']);
  return startInFolders({ name: 'aftercommit-galera', account, isDurable }, async (folders) => {
    const place = { account, ...folders, signal };
    const programs = await findGalera(place);
    if (nth === 0) await createData(programs, password, place);
    const file = join(place.folder, 'node.cnf');
    await writeFile(file, settingsOf(programs, { ...place, ports, nth }));
    await giveTo(account, file);
    const node = {
      path: programs.mariadbd,
      env: programs.env,
      account,
      folder: place.folder,
      // Later than "ready for connections" alone: it has what the others have.
      readyText: 'Synchronized with group, ready for connections',
      endSignal: 'SIGTERM',
      haltSignal: 'SIGTERM',
    };
    const args = [`--defaults-file=${file}`];
    const server = await launch(
      {
        ...node,
        args: nth === 0 ? [...args, '--wsrep-new-cluster'] : args,
        again: async () => ({ ...node, args: [...args, ...(await positionOf(node, args, place))] }),
      },
      signal,
    );
    const url = `mysql://${userName}:${password}@127.0.0.1:${ports[nth].sql}/`;
    return { url, stop: () => server.stop() };
  });
}

/** Where a node that was killed has stood. It is asked first: else it would get a whole copy, and not what it lacks. */
async function positionOf({ path, env }, args, { account, folder, signal }) {
  const log = join(folder, 'recovery.log');
  await writeFile(log, '');
  await giveTo(account, log);
  const recovery = [...args, '--wsrep-recover', `--log-error=${log}`];
  await run(path, recovery, { account, env, folder, signal });
  const [, position] = recovered.exec(await readFile(log, 'utf8')) ?? [];
  if (position === undefined) throw new Error('The node does not say where it has stood.');
  return [`--wsrep-start-position=${position}`];
}

function settingsOf({ baseFolder, library }, { folder, dataFolder, ports, nth }) {
  const { sql, group, copy, catchUp } = ports[nth];
  const members = ports.map((each) => `127.0.0.1:${each.group}`).join(',');
  const provider = {
    base_port: group,
    'gmcast.listen_addr': `tcp://127.0.0.1:${group}`,
    'ist.recv_addr': `127.0.0.1:${catchUp}`,
    'gcache.size': '64M',
    // All that were killed find together again by themselves.
    'pc.recovery': 'TRUE',
    // By default a node that is gone is missed after 5 s, and until then nobody commits.
    'evs.suspect_timeout': 'PT1S',
    'evs.inactive_timeout': 'PT3S',
    'evs.keepalive_period': 'PT0.25S',
    'evs.inactive_check_period': 'PT0.25S',
    'evs.install_timeout': 'PT3S',
  };
  const settings = {
    basedir: baseFolder,
    datadir: dataFolder,
    tmpdir: folder,
    socket: join(folder, 'node.sock'),
    'pid-file': join(folder, 'node.pid'),
    port: sql,
    'bind-address': '127.0.0.1',
    'max-connections': 300,
    'default-time-zone': '+05:00',
    'innodb-buffer-pool-size': '128M',
    'innodb-flush-log-at-trx-commit': 1,
    'binlog-format': 'ROW',
    'innodb-autoinc-lock-mode': 2,
    'wsrep-on': 'ON',
    'wsrep-provider': library,
    'wsrep-cluster-name': 'aftercommit',
    'wsrep-cluster-address': `gcomm://${members}`,
    'wsrep-node-name': `n${nth}`,
    'wsrep-node-address': `127.0.0.1:${group}`,
    'wsrep-node-incoming-address': `127.0.0.1:${sql}`,
    'wsrep-sst-method': 'rsync',
    'wsrep-sst-receive-address': `127.0.0.1:${copy}`,
    'wsrep-provider-options': Object.entries(provider)
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"`);
  return ['[mysqld]', 'skip-name-resolve', ...lines, ''].join('\n');
}
