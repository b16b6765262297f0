// Packages that the tests need beside the project's own: a folder with a package.json and a lock is installed when a
// test asks for it first, into a folder named by the lock under node_modules/.cache. So the project's tree stays small.
import { createHash } from 'node:crypto';
import { access, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeOnce } from './make-once.ts';
import { runProgram } from './run-program.ts';

const CACHE = join(__dirname, '../../node_modules/.cache');
const PACKAGE_FILES = ['package.json', 'package-lock.json', '.npmrc'];
/** An install is finished long before; a jest hook that waits for one has to wait this long too. */
export const INSTALL_MS_MAX = 600_000;

/** Installs what the folder `source` names, without scripts; resolves with the folder `node_modules` that holds it. */
export async function installPackage(source: string, name: string): Promise<string> {
  const lock = await readFile(join(source, 'package-lock.json'));
  const abi = `${process.platform} ${process.arch} ${process.versions.modules}`;
  const hash = createHash('sha256').update(lock).update(abi).digest('hex').slice(0, 16);
  const home = join(CACHE, name, hash);
  await makeOnce(home, async (draft) => {
    await mkdir(draft, { recursive: true });
    for (const file of PACKAGE_FILES) await cp(join(source, file), join(draft, file));
    await runProgram('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], draft);
  });
  return join(home, 'node_modules');
}

/** A package with a native module. */
export interface NativePackage {
  readonly name: string;
  /** Below build/Release. */
  readonly file: string;
  /** What prebuild-install has to be told to find the file that the package's authors offer. */
  readonly offered: readonly string[];
}

/**
 * Compiles the native module of an installed package. Without optimisation, since it is compiled more often than it is
 * used. In a copy beside, so that nobody loads the half of it.
 */
export async function compileNative(
  modules: string,
  { name, file, offered }: NativePackage,
): Promise<void> {
  const binding = join(modules, name, 'build/Release', file);
  await makeOnce(binding, async (draft) => {
    const copy = join(modules, `.${name}-${process.pid}`);
    try {
      await cp(join(modules, name), copy, { recursive: true });
      await compile(modules, copy, offered);
      await mkdir(dirname(binding), { recursive: true });
      await rename(join(copy, 'build/Release', file), draft);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
}

/** Where nothing can be compiled, the package's authors offer what they have compiled. */
async function compile(modules: string, folder: string, offered: readonly string[]): Promise<void> {
  const gyp = join(modules, 'node-gyp/bin/node-gyp.js');
  const args = [gyp, 'rebuild', '--jobs=2', ...(await ownHeaders())];
  try {
    await runProgram(process.execPath, args, folder, { CFLAGS: '-O0', CXXFLAGS: '-O0' });
  } catch (notCompiled) {
    const download = join(modules, 'prebuild-install/bin.js');
    await runProgram(process.execPath, [download, ...offered], folder).catch(() => {
      throw notCompiled;
    });
  }
}

/** The headers that lie beside this Node; without them node-gyp downloads some. */
async function ownHeaders(): Promise<string[]> {
  const prefix = join(dirname(process.execPath), '..');
  const isThere = access(join(prefix, 'include/node/node_api.h')).then(
    () => true,
    () => false,
  );
  return (await isThere) ? [`--nodedir=${prefix}`] : [];
}
