// Installs the unmodified FutoIn clients that package/ names, when a test asks for them first: into a folder named by
// the lock file under node_modules/.cache. Their own tree stays out of the project's, since it compiles native modules.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, cp, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CACHE = join(__dirname, '../../../node_modules/.cache/futoin-judge');
const PACKAGE = join(__dirname, 'package');
const PACKAGE_FILES = ['package.json', 'package-lock.json', '.npmrc'];
/** An install is finished long before; a jest hook that waits for one has to wait this long too. */
export const INSTALL_MS_MAX = 600_000;
const LOCK_POLL_MS = 100;

/** Resolves with the folder `node_modules` that holds the clients. */
export async function installClients(): Promise<string> {
  const home = await homeOf();
  await makeOnce(home, async (draft) => {
    await mkdir(draft, { recursive: true });
    for (const name of PACKAGE_FILES) await cp(join(PACKAGE, name), join(draft, name));
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], draft);
  });
  return join(home, 'node_modules');
}

/**
 * Compiles the native module of the sqlite3 package, which only the original's own database code needs. Without
 * optimisation, since it is compiled more often than it is used. In a copy beside, so that nobody loads the half of it.
 */
export async function buildSqlite(): Promise<void> {
  const modules = await installClients();
  const binding = join(modules, 'sqlite3/build/Release/node_sqlite3.node');
  await makeOnce(binding, async (draft) => {
    const copy = join(modules, `.sqlite3-${process.pid}`);
    try {
      await cp(join(modules, 'sqlite3'), copy, { recursive: true });
      await compile(modules, copy);
      await mkdir(dirname(binding), { recursive: true });
      await rename(join(copy, 'build/Release/node_sqlite3.node'), draft);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
}

/** Where nothing can be compiled, the package's authors offer what they have compiled. */
async function compile(modules: string, folder: string): Promise<void> {
  const gyp = join(modules, 'node-gyp/bin/node-gyp.js');
  const args = [gyp, 'rebuild', '--jobs=2', ...(await ownHeaders())];
  try {
    await run(process.execPath, args, folder, { CFLAGS: '-O0', CXXFLAGS: '-O0' });
  } catch (notCompiled) {
    const download = join(modules, 'prebuild-install/bin.js');
    await run(process.execPath, [download, '-r', 'napi'], folder).catch(() => {
      throw notCompiled;
    });
  }
}

/** The headers that lie beside this Node; without them node-gyp downloads some. */
async function ownHeaders(): Promise<string[]> {
  const prefix = join(dirname(process.execPath), '..');
  return (await exists(join(prefix, 'include/node/node_api.h'))) ? [`--nodedir=${prefix}`] : [];
}

async function homeOf(): Promise<string> {
  const lock = await readFile(join(PACKAGE, 'package-lock.json'));
  const abi = `${process.platform} ${process.arch} ${process.versions.modules}`;
  return join(CACHE, createHash('sha256').update(lock).update(abi).digest('hex').slice(0, 16));
}

/**
 * Makes `path` unless it is there: `make` writes a draft, which then gets the name in one step. The lock only saves
 * work that two processes would do twice; a lock of a process that is gone is taken away.
 */
async function makeOnce(path: string, make: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const lockPath = `${path}.lock`;
  while (!(await exists(path))) {
    if (!(await takeLock(lockPath))) {
      await sleep(LOCK_POLL_MS);
      continue;
    }
    const draft = `${path}.${process.pid}`;
    try {
      if (await exists(path)) return;
      await make(draft);
      await rename(draft, path).catch(async (error) => {
        if (!(await exists(path))) throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
      await rm(lockPath, { force: true });
    }
  }
}

/** A link appears with its content, so that nobody reads a lock without its owner. */
async function takeLock(path: string): Promise<boolean> {
  const own = `${path}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(own, { force: true });
  }
  const owner = await readFile(path, 'utf8').catch(() => null);
  if (owner !== null && !isAlive(Number(owner))) await rm(path, { force: true });
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Runs a program to its end; its output is shown only when it fails. */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  more: Record<string, string> = {},
): Promise<void> {
  const env = { ...process.env, ...more };
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => child.kill();
  process.once('exit', stop);
  try {
    const [output, code] = await Promise.all([outputOf(child), exitCodeOf(child)]);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
  } finally {
    process.off('exit', stop);
  }
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close');
  return code;
}

async function outputOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  await once(child, 'close');
  return Buffer.concat(chunks).toString().slice(-4000);
}
