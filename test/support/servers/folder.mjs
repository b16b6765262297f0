// The temporary folders of one server, owned by the account that runs it: one for the socket and
// the programs that were unpacked for it, one for its data. They live exactly as long as the
// server: gone when it stops or does not start.
import { chown, lchown, lstat, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './program.mjs';

// A Unix socket's path ends at 107 bytes (103 on macOS), and the names of folder and socket need 45
// of them.
const parentBytesMax = 58;
const ramFolder = '/dev/shm';
const ramBytesMin = 4 * 2 ** 30;

/**
 * Starts a server in new folders; `start` gets `{ folder, dataFolder }` and gives `{ url, stop }`,
 * and whatever else there is to know of it.
 * Data that need not be durable lies in memory where there is plenty: on a disk where making a file
 * takes 0.3 ms, `create database` of PostgreSQL takes 270 ms there and 30 ms here. Programs cannot,
 * since /dev/shm often allows none to run.
 */
export async function startInFolders({ name, account, isDurable }, start) {
  const folders = [];
  const remove = async () => {
    for (const folder of folders.reverse()) await removeFolder(folder);
  };
  try {
    const folder = await createFolder(name, account, socketParents());
    folders.push(folder);
    const parents = !isDurable && (await isRamPlenty()) ? [ramFolder, folder] : [folder];
    const dataFolder = await createFolder(name, account, parents);
    folders.push(dataFolder);
    const server = await start({ folder, dataFolder });
    return { ...server, stop: () => server.stop().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Gives a file or a whole folder to an account; symbolic links themselves, never what they point
 * to.
 */
export async function giveTo(account, path) {
  if (account.uid === undefined) return;
  await lchown(path, account.uid, account.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveTo(account, join(path, name));
}

async function createFolder(name, account, parents) {
  const tried = [];
  for (const parent of new Set(parents)) {
    const folder = await mkdtemp(join(parent, `${name}-`)).catch((error) => {
      tried.push(error.message);
      return null;
    });
    if (folder === null) continue;
    try {
      if (account.uid !== undefined) await chown(folder, account.uid, account.gid);
      // TMPDIR of root may lie where no other user gets to, and only an attempt as that user tells.
      // With the whole path, since the program's working folder is entered before root's rights are
      // given up.
      await run('/bin/sh', ['-c', ': >"$0/probe" && rm "$0/probe"', folder], { account, folder });
      return folder;
    } catch (error) {
      tried.push(error.message);
      await removeFolder(folder);
    }
  }
  throw new Error(`no temporary folder that the server's account can use: ${tried.join('; ')}`);
}

async function removeFolder(folder) {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function socketParents() {
  return [tmpdir(), '/tmp', '/var/tmp'].filter(
    (parent) => Buffer.byteLength(parent) <= parentBytesMax,
  );
}

async function isRamPlenty() {
  const { bavail, bsize } = await statfs(ramFolder).catch(() => ({ bavail: 0, bsize: 0 }));
  const containerBytes = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.min(bavail * bsize, freemem(), containerBytes) >= ramBytesMin;
}
