// What stands beside the files of a copy: what evt_copies is in a database.
import { join } from 'node:path';
import type { CopyJob } from '../../store/copy-job.ts';
import { putFile, readObject } from '../sinks/file/small-file.ts';
import { diskSyncs } from '../sinks/file/syncs.ts';

export interface FilePrefix {
  readonly dir: string;
  readonly prefix: string;
}

/** Where it stands is what the files say; `copied` is as of the end of the last run. */
export type CopyNote = Omit<CopyJob, 'watermark' | 'lastId' | 'isHeld' | 'leaseUntil'>;

const FORMAT = 'aftercommit-copy/1';
const MODE = 0o640;

/** null = no copy has gone there. */
export async function readCopyNote(at: FilePrefix): Promise<CopyNote | null> {
  const value = await readObject(pathOf(at));
  return value === null || value.format !== FORMAT ? null : (value.copy as CopyNote);
}

export async function putCopyNote(at: FilePrefix, copy: CopyNote): Promise<void> {
  await putFile({ path: pathOf(at), value: { format: FORMAT, copy }, mode: MODE }, diskSyncs);
}

function pathOf({ dir, prefix }: FilePrefix): string {
  return join(dir, `${prefix}.copy.json`);
}
