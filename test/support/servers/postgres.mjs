// A throw-away PostgreSQL server: a new cluster in a temporary folder, listening on 127.0.0.1 only.
// Its time zone is not UTC on purpose: a test that confuses the two must fail.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountFor } from './account.mjs';
import { giveTo, startInFolders } from './folder.mjs';
import { onFreePort } from './port.mjs';
import { findPostgres } from './postgres-programs.mjs';
import { copyAsStandby } from './postgres-standby.mjs';
import { run } from './program.mjs';
import { ServerProcess } from './server-process.mjs';

// What only a crash of the machine could tell from a durable server; a crash of the server itself
// loses nothing.
const fastSettings = ['fsync=off', 'full_page_writes=off', 'max_wal_size=256MB'];

/**
 * Starts a server and gives `{ url, stop }`; `isDurable` leaves everything about durability at its
 * default. `launch` and `choosePort` are for a server that comes back on its port. With `standbyOf`,
 * the URL of another one of this machine and a name, it follows that one under this name. `serverSettings`
 * are further ones by name. `packageFolder` has the programs of another version.
 */
export async function startPostgres({
  isDurable,
  standbyOf = null,
  serverSettings = {},
  packageFolder = process.env.TEST_POSTGRES_PACKAGE ?? null,
  signal,
  launch = ServerProcess.start,
  choosePort,
}) {
  const account = await accountFor(['postgres', 'nobody']);
  return startInFolders({ name: 'aftercommit-postgres', account, isDurable }, async (folders) => {
    const place = { account, ...folders, signal };
    const programs = await findPostgres(packageFolder, place);
    // A copy has the accounts of the other one too.
    const password =
      standbyOf === null ? randomBytes(12).toString('hex') : new URL(standbyOf.url).password;
    if (standbyOf === null) await createCluster(programs, password, place);
    else await copyAsStandby(standbyOf, place);
    const { url, server } = await onFreePort(
      async (port) => ({
        url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
        server: await launch(
          serverCommand(
            programs,
            port,
            { isDurable, isStandby: standbyOf !== null, serverSettings },
            place,
          ),
          signal,
        ),
      }),
      choosePort,
    );
    return { url, stop: () => server.stop() };
  });
}

async function createCluster({ initdb, env }, password, { account, folder, dataFolder }) {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(account, passwordFile);
  // SCRAM takes 5 ms of a processor for a connection, of which a test run makes thousands.
  const args = ['-D', dataFolder, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=md5'];
  args.push('--encoding=UTF8', '--locale=C', '--no-sync');
  // Without the signal, for an initdb that is killed leaves its shared memory behind; it takes a
  // second at most.
  await run(initdb, args, { account, env, folder });
}

function serverCommand(
  { postgres, env },
  port,
  { isDurable, isStandby, serverSettings },
  { account, folder, dataFolder },
) {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    'max_connections=300',
    'max_prepared_transactions=0',
    'timezone=America/New_York',
    'logging_collector=off',
    ...(isDurable ? [] : fastSettings),
    // A promotion waits for it.
    'wal_retrieve_retry_interval=100ms',
    ...Object.entries(serverSettings).map(([name, value]) => `${name}=${value}`),
  ];
  const args = ['-D', dataFolder, ...settings.flatMap((setting) => ['-c', setting])];
  return {
    path: postgres,
    args,
    env,
    account,
    folder,
    readyText: `database system is ready to accept ${isStandby ? 'read-only ' : ''}connections`,
    // "Immediate shutdown": no checkpoint for data that nobody will read. SIGKILL would leak its
    // shared memory.
    endSignal: 'SIGQUIT',
    // "Fast shutdown": everything is written, and whoever is connected is cut.
    haltSignal: 'SIGINT',
  };
}
