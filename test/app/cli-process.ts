// The command line as a process of its own, from a build that is made for the test: signals, pipes and exit codes
// are the process's own.
import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { until } from '../support/until.ts';
import { type CliResult, linesOf } from './run-cli.ts';

export interface CliProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<CliResult>;
  readonly stderr: string;
  /** Resolves with the first line on standard output; rejects when it ends without one. */
  firstLine(): Promise<string>;
}

export interface CliBuild {
  /** An empty folder, where each process runs. */
  readonly folder: string;
  /** Where the compiled files are, and their packages. */
  readonly build: string;
  spawn(args: readonly string[], env?: Readonly<Record<string, string>>): CliProcess;
  /** Kills what still runs, and removes everything. */
  remove(): Promise<void>;
}

const root = join(__dirname, '../..');

/** With all packages but those that are named. */
export async function buildCli(missing: readonly string[] = []): Promise<CliBuild> {
  const build = await mkdtemp(join(tmpdir(), 'aftercommit-build-'));
  const folder = await mkdtemp(join(tmpdir(), 'aftercommit-cli-'));
  const running = new Set<ChildProcess>();
  const remove = async () => {
    for (const child of running) child.kill('SIGKILL');
    await until(() => running.size === 0);
    for (const each of [build, folder]) await rm(each, { recursive: true, force: true });
  };
  try {
    await compile(build, missing);
  } catch (error) {
    await remove();
    throw error;
  }
  const main = join(build, 'src/app/main.js');
  return {
    folder,
    build,
    remove,
    spawn: (args, env = {}) => start([main, ...args], folder, env, running),
  };
}

/** Types are checked elsewhere; without that it takes half a second. */
async function compile(folder: string, missing: readonly string[]): Promise<void> {
  await linkPackages(folder, missing);
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--outDir', folder, '--noCheck', '--declaration', 'false'];
  await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options], {
    cwd: root,
  });
}

/** A link for each package, since Node looks for what is missing beside the folder that a link leads to. */
async function linkPackages(folder: string, missing: readonly string[]): Promise<void> {
  const [from, to] = [root, folder].map((each) => join(each, 'node_modules')) as [string, string];
  if (missing.length === 0) return symlink(from, to);
  const top = await readdir(from);
  const scoped = top.filter((name) => name.startsWith('@'));
  const inScopes = scoped.map(async (scope) =>
    (await readdir(join(from, scope))).map((name) => `${scope}/${name}`),
  );
  const names = [
    ...top.filter((name) => !name.startsWith('@')),
    ...(await Promise.all(inScopes)).flat(),
  ];
  for (const scope of scoped) await mkdir(join(to, scope), { recursive: true });
  for (const name of names) {
    if (!missing.includes(name)) await symlink(join(from, name), join(to, name));
  }
}

function start(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  running: Set<ChildProcess>,
): CliProcess {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: 'pipe',
  });
  const told = { stdout: '', stderr: '' };
  running.add(child);
  child.stdout.on('data', (part) => {
    told.stdout += part;
  });
  child.stderr.on('data', (part) => {
    told.stderr += part;
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number, ...told };
  });
  return {
    child,
    ended,
    get stderr() {
      return told.stderr;
    },
    firstLine: async () => {
      const line = until(() => linesOf(told.stdout)[0] ?? (running.has(child) ? null : ''));
      if ((await line) === '') throw new Error(`It ended without a line: ${told.stderr}`);
      return line;
    },
  };
}
