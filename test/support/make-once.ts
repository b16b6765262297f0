// Makes a file or a folder that outlives the test run, once, also when several processes want it at the same time.
import { access, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOCK_POLL_MS = 100;

/**
 * Makes `path` unless it is there: `make` writes a draft, which then gets the name in one step. The lock only saves
 * work that two processes would do twice; a lock of a process that is gone is taken away.
 */
export async function makeOnce(
  path: string,
  make: (draft: string) => Promise<void>,
): Promise<void> {
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
