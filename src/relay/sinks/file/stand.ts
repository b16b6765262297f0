// Up to where the files of a sink have everything. The files alone say it, so that what was lost of them is never
// passed over: the id of their last line, or, where events that the sink does not want stand behind it, the note that
// was put beside them then.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventId } from '../../../contract/event-id.ts';
import { fits } from '../../../contract/validate.ts';
import type { SinkPosition } from '../../sink.ts';
import { metaName, segmentNames } from './file-names.ts';
import { type Note, readNote } from './note.ts';
import type { FilePlace } from './settings.ts';
import { readObject } from './small-file.ts';
import { Tally } from './tally.ts';

export interface Stand {
  readonly note: Note | null;
  /** The id of the last line; null = there is none. */
  readonly last: EventId | null;
  /** As the newest segment says; null = it does not. */
  readonly epoch: number | null;
  /** The newest segment with its lines, where it is open. */
  readonly open: { readonly path: string; readonly tally: Tally } | null;
  /** Segments without a line. */
  readonly empty: readonly string[];
}

/** Looks, and changes nothing. */
export async function readStand({
  dir,
  prefix,
}: Pick<FilePlace, 'dir' | 'prefix'>): Promise<Stand> {
  const note = await readNote({ dir, prefix });
  const empty: string[] = [];
  for (const name of await segmentNames(dir, prefix)) {
    const path = join(dir, name);
    const meta = await readObject(metaName(path));
    // Another length: the meta was left behind by a segment that was lost, or the segment has grown since.
    if (isId(meta?.last) && meta.bytes === (await sizeOf(path))) {
      const epoch = fits('epoch', meta.epoch) ? (meta.epoch as number) : null;
      return { note, last: meta.last, epoch, open: null, empty };
    }
    const tally = await tallyOf(path);
    // Another process has just taken it away, since it had no line.
    if (tally === null) continue;
    if (tally.last !== null)
      return { note, last: tally.last, epoch: null, open: { path, tally }, empty };
    empty.push(path);
  }
  return { note, last: null, epoch: null, open: null, empty };
}

/** null = nothing was ever written there. */
export function positionOf({ note, last, epoch }: Stand, ofStream: number): SinkPosition | null {
  if (note === null) return last === null ? null : { id: last, epoch: epoch ?? ofStream };
  return { id: idOf(note, last), epoch: note.epoch };
}

function idOf({ from, last: noted, upTo }: Note, last: EventId | null): EventId {
  // Otherwise lines were added since, or lost: what follows the last one is asked for again.
  return last === noted ? upTo : (last ?? from);
}

function tallyOf(path: string): Promise<Tally | null> {
  return unlessGone(Tally.of(path));
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await unlessGone(stat(path)))?.size;
}

async function unlessGone<T>(looking: Promise<T>): Promise<T | null> {
  try {
    return await looking;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isId(value: unknown): value is EventId {
  return fits('event-id', value);
}
