// The distribution's packages that outlive a test run: unpacked once into a folder of
// node_modules/.cache, with the libraries that this machine lacks. Nothing is installed and no root
// is needed.
import { mkdir, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { libraryPathOf, unpackPackages } from './apt.mjs';

const cache = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));

/**
 * Gives what `probe` makes of the folder that stands for `/` and of the environment that its
 * programs need; it rejects when they do not run.
 */
export async function keptPackages(name, packages, probe) {
  const root = `${cache}${name}`;
  const look = async () => probe(root, { LD_LIBRARY_PATH: await libraryPathOf(root) });
  // Of another run, if it still does here: a newer system may lack libraries that the older one
  // had.
  const kept = await look().catch(() => null);
  if (kept !== null) return kept;
  await rm(root, { recursive: true, force: true });
  await unpack(root, packages);
  return look();
}

/** Beside its place, and then there in one step; another process may have been faster. */
async function unpack(place, packages) {
  const draft = `${place}.${process.pid}`;
  try {
    await mkdir(draft, { recursive: true });
    const { root } = await unpackPackages(packages, { folder: draft, account: {} });
    await rename(root, place).catch((error) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
