// Running other programs: one that ends by itself (`run`), and where programs are found. Every
// program gets its own process group, so that it can be ended together with its children, and so
// that a Ctrl-C in the terminal reaches the keeper alone, which then ends everything in order.
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

const runMsMax = 60_000;
const messageCharsMax = 2_000;

/**
 * Runs a program to its end and resolves with its stdout; rejects when it fails, takes too long or
 * is aborted.
 */
export function run(
  path,
  args,
  { account = {}, env = {}, folder, signal, input = '', msMax = runMsMax, isFailureFine = false },
) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Error(`${path} was not started: the keeper is ending`));
    const child = spawnProgram({ path, args, account, env, folder, stdin: 'pipe' });
    let isLate = false;
    const kill = () => killGroup(child);
    const timer = setTimeout(() => {
      isLate = true;
      kill();
    }, msMax);
    signal?.addEventListener('abort', kill, { once: true });
    const settle = (error, output) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      if (error) reject(error);
      else resolve(output);
    };
    let output = '';
    let complaint = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-messageCharsMax)));
    // The program may leave without reading all; its exit code tells the rest.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', (error) => settle(new Error(`${path} cannot be run: ${error.message}`)));
    child.once('close', (code, killedBy) => {
      if (code === 0 || (isFailureFine && code !== null)) return settle(null, output);
      const reason = isLate ? `took longer than ${msMax} ms` : `ended with ${code ?? killedBy}`;
      const detail = (complaint || output.slice(-messageCharsMax)).trim();
      settle(new Error(`${path} ${reason}${detail && `: ${detail}`}`));
    });
  });
}

/**
 * Spawns a program as an account, in a folder, with an environment that holds nothing but what it
 * needs.
 */
export function spawnProgram({ path, args, account, env, folder, stdin }) {
  const child = spawn(path, args, {
    ...account,
    cwd: folder,
    // PGDATA, MYSQL_HOME and their kin would lead a server astray; TZ saves initdb the search
    // through all time zones.
    env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C', TZ: 'UTC', ...env },
    detached: true,
    stdio: [stdin, 'pipe', 'pipe'],
  });
  child.stdout?.setEncoding('utf8');
  child.stderr?.setEncoding('utf8');
  return child;
}

/**
 * Lists the files of these names in the folders of PATH and then in further folders, as far as they
 * exist.
 */
export async function findPrograms(names, furtherFolders = []) {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(isAbsolute)
    .concat(furtherFolders);
  const found = new Set();
  for (const folder of folders) {
    for (const name of names) {
      const path = join(folder, name);
      if (await isExecutable(path)) found.add(path);
    }
  }
  return [...found];
}

/** Tells whether we may execute a file; another account may still be kept from it. */
export function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function killGroup(child) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has ended by itself in the meantime
  }
}
