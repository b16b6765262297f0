// The package as its users have it: packed, and installed from the tarball into an ES module project, with a CommonJS
// project below that finds the same node_modules. What is packed is the build in dist.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = join(__dirname, '../..');
const QUIETLY = ['--ignore-scripts', '--no-audit', '--no-fund'];
/** An install takes seconds; where nothing is in npm's cache it waits for the network. */
export const INSTALL_MS_MAX = 300_000;

export interface Manifest {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Installed {
  /** The ES module project, whose node_modules hold the package. */
  readonly folder: string;
  /** The CommonJS project. */
  readonly commonJs: string;
  /** The package.json that was installed. */
  readonly manifest: Manifest;
  /** What may be imported, as `aftercommit/client`, but for package.json. */
  readonly entries: readonly string[];
  /** Installs more beside it. */
  add(packages: readonly string[]): Promise<void>;
  /** Runs a program of this Node in a project, and resolves with what it printed. */
  run(args: readonly string[], cwd?: string): Promise<string>;
  /** The same by npx, which downloads nothing. */
  npx(args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function installTarball(): Promise<Installed> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'aftercommit-package-')));
  const remove = () => rm(folder, { recursive: true, force: true });
  const add = async (packages: readonly string[]) => {
    await execute('npm', ['install', '--prefer-offline', ...QUIETLY, ...packages], folder);
  };
  try {
    const commonJs = await makeProject(join(folder, 'commonjs'), 'commonjs');
    await makeProject(folder, 'module');
    await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], ROOT);
    await add((await readdir(folder)).filter((name) => name.endsWith('.tgz')));
    const manifest = await readManifest(join(folder, 'node_modules/aftercommit'));
    return {
      folder,
      commonJs,
      manifest,
      entries: Object.keys(manifest.exports)
        .filter((path) => !path.endsWith('.json'))
        .map((path) => `${manifest.name}${path.slice(1)}`),
      add,
      npx: (args) => execute('npx', ['--no-install', ...args], folder),
      run: (args, cwd = folder) => execute(process.execPath, args, cwd),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function makeProject(folder: string, type: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type }));
  return folder;
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

/** Rejects with all that it printed when it fails. */
async function execute(program: string, args: readonly string[], cwd: string): Promise<string> {
  const limits = { timeout: INSTALL_MS_MAX, maxBuffer: 16_777_216 };
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, ...limits });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
