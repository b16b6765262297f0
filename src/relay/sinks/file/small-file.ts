// Small files of JSON that are there whole or not at all, whenever the power fails.
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Syncs } from './syncs.ts';

export interface SmallFile {
  readonly path: string;
  readonly value: object;
  readonly mode: number;
}

/** Puts it in the place of what was there. */
export async function putFile({ path, value, mode }: SmallFile, syncs: Syncs): Promise<void> {
  const unready = `${path}.tmp`;
  const handle = await open(unready, 'w', mode);
  try {
    await handle.writeFile(`${JSON.stringify(value)}\n`);
    await syncs.note(handle);
  } finally {
    await handle.close();
  }
  await rename(unready, path);
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
