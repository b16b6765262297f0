// What a file sink keeps beside its segments, since no line can say it.
import { join } from 'node:path';
import type { EventId } from '../../../contract/event-id.ts';
import { fits } from '../../../contract/validate.ts';
import { noteName } from './file-names.ts';
import { FORMAT } from './open-segment.ts';
import type { FilePlace } from './settings.ts';
import { putFile, readObject } from './small-file.ts';
import type { Syncs } from './syncs.ts';

export interface Note {
  readonly stream: string;
  readonly epoch: number;
  /** Where the sink began. */
  readonly from: EventId;
  /** The id of the last line when it was written; null = there was none. */
  readonly last: EventId | null;
  /** Every event behind that line, up to here, was not wanted. */
  readonly upTo: EventId;
}

export async function readNote({
  dir,
  prefix,
}: Pick<FilePlace, 'dir' | 'prefix'>): Promise<Note | null> {
  return noteOf(await readObject(join(dir, noteName(prefix))));
}

export function putNote(
  { dir, prefix, mode }: Pick<FilePlace, 'dir' | 'prefix' | 'mode'>,
  note: Note,
  syncs: Syncs,
): Promise<void> {
  const value = { format: FORMAT, ...note };
  return putFile({ path: join(dir, noteName(prefix)), value, mode }, syncs);
}

function noteOf(value: Record<string, unknown> | null): Note | null {
  if (value === null) return null;
  const { stream, epoch, from, last, upTo } = value;
  const isNote = typeof stream === 'string' && fits('epoch', epoch) && isId(from) && isId(upTo);
  if (!isNote || !(last === null || isId(last))) return null;
  return { stream, epoch: epoch as number, from, last, upTo };
}

function isId(value: unknown): value is EventId {
  return fits('event-id', value);
}
