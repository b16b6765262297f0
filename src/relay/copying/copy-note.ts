// What stands beside the files of a copy: what evt_copies is in a database.
import { stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyJob } from '../../store/copy-job.ts';
import { putFile, readObject } from '../sinks/file/small-file.ts';
import { diskSyncs } from '../sinks/file/syncs.ts';

export interface FilePrefix {
  readonly dir: string;
  readonly prefix: string;
}

/** Where it stands is what the files say. `copied` is as of the last run's end; `isHeld` counts while it is fresh. */
export type CopyNote = Omit<CopyJob, 'watermark' | 'lastId' | 'leaseUntil'>;

const FORMAT = 'aftercommit-copy/1';
const MODE = 0o640;
const FRESH_MS = 10_000;

/** null = no copy has gone there. */
export async function readCopyNote(at: FilePrefix): Promise<CopyNote | null> {
  const value = await readObject(pathOf(at));
  return value === null || value.format !== FORMAT ? null : (value.copy as CopyNote);
}

export async function putCopyNote(at: FilePrefix, copy: CopyNote): Promise<void> {
  const value = { format: FORMAT, copy };
  await putFile({ path: pathOf(at), value, mode: MODE, isShared: true }, diskSyncs);
}

/** Says that whoever it speaks of is alive. Its text stays: another may be putting one of his own there. */
export async function touchCopyNote(at: FilePrefix): Promise<void> {
  const now = new Date();
  await utimes(pathOf(at), now, now);
}

/** True when it was put or touched a moment ago. Nodes whose clocks differ by more may take each other's place. */
export async function isFresh(at: FilePrefix): Promise<boolean> {
  const { mtimeMs } = await stat(pathOf(at));
  return Math.abs(Date.now() - mtimeMs) < FRESH_MS;
}

function pathOf({ dir, prefix }: FilePrefix): string {
  return join(dir, `${prefix}.copy.json`);
}
