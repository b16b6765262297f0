// Whether files can be made in the folder of a sink: found out by making one.
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilePlace } from './settings.ts';

/** Makes the folder. A full disk is no reason to refuse: events wait in the queue until there is room. */
export async function requireWritable(
  title: string,
  { dir, prefix, mode }: FilePlace,
): Promise<void> {
  // Others may start on the same folder at the same time, in containers under the same process id too.
  const path = join(dir, `${prefix}.${randomUUID()}.tmp`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(path, '', { mode });
    await rm(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') return;
    throw new Error(`${title} cannot write in ${dir}`, { cause });
  }
}
