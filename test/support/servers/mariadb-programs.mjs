// Where `mariadbd` and the SQL of its system tables come from: what is installed, else the
// distribution's packages, fetched and unpacked into the server's folder without installing
// anything (8 MB, no root needed). That takes two seconds of a processor, so other servers of the
// same test run take what the first one has unpacked, as long as it lives: TEST_MARIADB_ROOT names
// it. AFTERCOMMIT_TEST_SERVERS=embedded passes over what is installed.
import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { libraryPathOf, unpackPackages } from './apt.mjs';
import { findPrograms, run } from './program.mjs';

/** The command that installs a server where none was found. */
export const installMariadb =
  process.platform === 'darwin'
    ? 'brew install mariadb'
    : 'apt-get install mariadb-server-core mariadb-client-core';

// MariaDB 11 took the name of its ancestor out of its files.
const systemSqlPlaces = [
  { folder: 'share/mariadb', prefix: 'mariadb' },
  { folder: 'share/mysql', prefix: 'mysql' },
];
const systemSqlParts = ['system_tables', 'performance_tables', 'system_tables_data'];

/**
 * Finds `{ mariadbd, baseFolder, systemSql, env, root }` of a server that the account can really
 * run; `root` is the folder into which it was unpacked, null when it is installed.
 */
export async function findMariadb(place) {
  const installed =
    process.env.AFTERCOMMIT_TEST_SERVERS === 'embedded' ? [] : await installedPrograms();
  for (const path of installed) {
    const programs = await probe(path, inheritedEnv(), place).catch(() => null);
    if (programs !== null) return { ...programs, root: null };
  }
  const shared = process.env.TEST_MARIADB_ROOT;
  if (shared) return probeUnpacked(shared, place);
  try {
    const { root } = await unpackPackages(['mariadb-server-core'], place);
    return await probeUnpacked(root, place);
  } catch (error) {
    throw new Error(
      `no MariaDB is installed, and its package cannot be unpacked: ${error.message}`,
      { cause: error },
    );
  }
}

async function probeUnpacked(root, place) {
  const env = { LD_LIBRARY_PATH: await libraryPathOf(root) };
  return { ...(await probe(join(root, 'usr/sbin/mariadbd'), env, place)), root };
}

function installedPrograms() {
  return findPrograms(['mariadbd', 'mysqld'], ['/usr/sbin', '/usr/local/sbin', '/usr/libexec']);
}

/**
 * A server on PATH may rely on libraries of its own; the variable is empty on any ordinary machine.
 */
function inheritedEnv() {
  const { LD_LIBRARY_PATH } = process.env;
  return LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH };
}

async function probe(path, env, { account, folder, signal }) {
  const version = await run(path, ['--no-defaults', '--version'], { account, env, folder, signal });
  if (!version.includes('MariaDB')) throw new Error(`${path} is not MariaDB: ${version.trim()}`);
  const mariadbd = await realpath(path);
  const baseFolder = dirname(dirname(mariadbd));
  return { mariadbd, baseFolder, systemSql: await findSystemSql(baseFolder), env };
}

export async function findSystemSql(baseFolder) {
  for (const { folder, prefix } of systemSqlPlaces) {
    const files = await readdir(join(baseFolder, folder)).catch(() => []);
    const wanted = systemSqlParts.map((part) => `${prefix}_${part}.sql`);
    if (wanted.every((file) => files.includes(file)))
      return wanted.map((file) => join(baseFolder, folder, file));
  }
  throw new Error(`${baseFolder}/share has no mariadb_system_tables.sql`);
}
