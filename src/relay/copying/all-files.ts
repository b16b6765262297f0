// Whether the files that are to be imported are all that there is, as far as it can be told: a copy that has written
// them says so, and a `.meta.json` whose segment is gone.
import { basename, join } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import type { CopyTerms } from '../../store/copy-job.ts';
import { metaName, metaNames } from '../sinks/file/file-names.ts';
import { readObject } from '../sinks/file/small-file.ts';
import { type CopyNote, type FilePrefix, readCopyNote } from './copy-note.ts';

/** `names` are of the segments, the oldest first. Throws `SegmentCorrupt`, `StreamBusy`. */
export async function requireAllFiles(
  at: FilePrefix,
  names: readonly string[],
  { upTo }: Pick<CopyTerms, 'upTo'>,
): Promise<void> {
  const note = await readCopyNote(at);
  // Who has said up to where he wants it is told when it is not there.
  if (note !== null && upTo === null) requireEnded(at, note);
  await requireSegments(at, names);
  if (note?.status === 'done') await requireCount(at, names, note.copied);
}

function requireEnded({ dir, prefix }: FilePrefix, { name, status }: CopyNote): void {
  if (status === 'done' || status === 'cancelled') return;
  const file = join(dir, prefix);
  const what = `The copy ${name} has not written all of the files ${file} yet, and is ${status}`;
  throw new ServiceError('StreamBusy', {
    message: `${what}: let it end, or say up to which id.`,
    details: { file },
  });
}

/** The oldest may have been deleted, and their metas been left. */
async function requireSegments(
  { dir, prefix }: FilePrefix,
  names: readonly string[],
): Promise<void> {
  const known = new Set(names.map((name) => basename(metaName(name))));
  const first = names[0] === undefined ? '' : metaName(names[0]);
  const left = (await metaNames(dir, prefix)).find((name) => !known.has(name) && name > first);
  if (left === undefined) return;
  const file = join(dir, left);
  throw new ServiceError('SegmentCorrupt', {
    message: `${file} is there without its segment.`,
    details: { file },
  });
}

/** A copy that has ended knows how many events it has written. */
async function requireCount(
  { dir, prefix }: FilePrefix,
  names: readonly string[],
  copied: number,
): Promise<void> {
  let count = 0;
  for (const name of names) {
    const meta = await readObject(metaName(join(dir, name)));
    count += Number(meta?.count ?? 0);
  }
  if (count === copied) return;
  const file = join(dir, prefix);
  throw new ServiceError('SegmentCorrupt', {
    message: `The files ${file} hold ${count} events, but ${copied} were written: some files are missing.`,
    details: { file },
  });
}
