// Small files of JSON that are there whole or not at all, whenever the power fails.
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Syncs } from './syncs.ts';

export interface SmallFile {
  readonly path: string;
  readonly value: object;
  readonly mode: number;
  /** Others may put theirs there at the same moment. @default false */
  readonly isShared?: true;
}

/** Puts it in the place of what was there. */
export async function putFile(
  { path, value, mode, isShared }: SmallFile,
  syncs: Syncs,
): Promise<void> {
  // A name of its own is left behind by whoever is killed; the other one is used again.
  const unready = isShared ? `${path}.${randomUUID()}.tmp` : `${path}.tmp`;
  try {
    const handle = await open(unready, 'w', mode);
    try {
      await handle.writeFile(`${JSON.stringify(value)}\n`);
      await syncs.note(handle);
    } finally {
      await handle.close();
    }
    await rename(unready, path);
  } catch (error) {
    if (isShared) await rm(unready, { force: true });
    throw error;
  }
  await syncs.names(dirname(path));
}

/** null = it is not there, or holds no object: a power failure may empty what was not forced to the disk. */
export async function readObject(path: string): Promise<Record<string, unknown> | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
