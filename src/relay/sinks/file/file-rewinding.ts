// Takes the newest lines of a file sink away again. While any of those stays, or the note of before, the sink stands
// beyond where it is brought to, in the epoch of before: of what its position rests on the newest segment goes first,
// and the note of the new one is put last.
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventRow } from '../../../contract/event.ts';
import { compareIds, type EventId, minId } from '../../../contract/event-id.ts';
import type { SinkPosition } from '../../sink.ts';
import type { Rewinding } from '../../standing-sink.ts';
import { metaName, segmentFirst, segmentNames } from './file-names.ts';
import { lastLine } from './last-line.ts';
import { HEAD_BYTES, readHead, readLine } from './lines.ts';
import { putNote, readNote } from './note.ts';
import { segmentLines } from './segment-lines.ts';
import type { FilePlace } from './settings.ts';
import { readStand } from './stand.ts';
import type { Syncs } from './syncs.ts';

/** What it needs to know of its sink. */
export interface RewoundFiles {
  readonly stream: string;
  readonly place: FilePlace;
  readonly syncs: Syncs;
}

interface Kept {
  readonly bytes: number;
  /** null = there is none. */
  readonly last: EventId | null;
}

const NOTHING: Kept = { bytes: 0, last: null };

export class FileRewinding implements Rewinding {
  readonly #stream: string;
  readonly #place: FilePlace;
  readonly #syncs: Syncs;

  constructor({ stream, place, syncs }: RewoundFiles) {
    this.#stream = stream;
    this.#place = place;
    this.#syncs = syncs;
  }

  async *held(after: EventId): AsyncGenerator<EventRow> {
    const { dir, prefix } = this.#place;
    const names = await segmentNames(dir, prefix);
    const oldest = names.findIndex((name) => compareIds(segmentFirst(name), after) <= 0);
    const wanted = oldest < 0 ? names : names.slice(0, oldest + 1);
    for (const name of wanted.reverse()) yield* rowsOf(join(dir, name), after);
  }

  async rewind({ id: to, epoch }: SinkPosition, requireHeld: () => Promise<void>): Promise<void> {
    const { dir, prefix } = this.#place;
    const names = await segmentNames(dir, prefix);
    const stays = names.find((name) => compareIds(segmentFirst(name), to) <= 0);
    const kept = stays === undefined ? NOTHING : await keptOf(join(dir, stays), to);
    const before = await readNote(this.#place);
    await requireHeld();
    // Of no effect before the last line is gone that goes; then what was not wanted is not asked for again.
    if (before !== null) {
      await putNote(this.#place, { ...before, last: kept.last, upTo: to }, this.#syncs);
    }
    const older = stays === undefined ? [] : names.slice(names.indexOf(stays) + 1);
    const newer = names.slice(0, names.length - older.length);
    for (const name of [...(await this.#reachingBehind(older, to)), ...newer]) {
      const path = join(dir, name);
      const { bytes: keptBytes } = name === stays ? kept : await keptOf(path, to);
      // Behind all reading, which may take long: by now another process may have written there.
      await requireHeld();
      await this.#cut(path, keptBytes);
    }
    await this.#syncs.names(dir);
    const { note, last } = await readStand(this.#place);
    const from = minId(note?.from ?? to, to);
    await requireHeld();
    await putNote(this.#place, { stream: this.#stream, epoch, from, last, upTo: to }, this.#syncs);
  }

  /**
   * Those in which a process has gone on that was frozen, though others had closed them. They are cut first: by them
   * nobody sees that the sink stands beyond.
   */
  async #reachingBehind(older: readonly string[], id: EventId): Promise<readonly string[]> {
    for (const [nth, name] of older.entries()) {
      const head = readHead((await lastLine(join(this.#place.dir, name))) ?? '');
      if (head === null || compareIds(head.id, id) <= 0) return older.slice(0, nth);
    }
    return older;
  }

  async #cut(path: string, keptBytes: number): Promise<void> {
    const handle = await open(path, 'r+');
    try {
      if ((await handle.stat()).size === keptBytes && keptBytes > 0) return;
      // First: a meta without its segment is never looked for again.
      await rm(metaName(path), { force: true });
      if (keptBytes === 0) await rm(path);
      else {
        await handle.truncate(keptBytes);
        await this.#syncs.lines(handle);
      }
    } finally {
      await handle.close();
    }
  }
}

async function* rowsOf(path: string, after: EventId): AsyncGenerator<EventRow> {
  for await (const lines of segmentLines(path)) {
    for (const { number, bytes, isWhole } of lines) {
      if (!isWhole) return;
      const row = readLine(bytes.toString('utf8', 0, bytes.length - 1));
      if (row === null) throw notOurs(path, number);
      if (compareIds(row[0], after) > 0) yield row;
    }
  }
}

/** The lines of a segment that stay. */
async function keptOf(path: string, to: EventId): Promise<Kept> {
  let kept = NOTHING;
  for await (const lines of segmentLines(path)) {
    for (const { number, bytes, isWhole } of lines) {
      if (!isWhole) return kept;
      const head = readHead(bytes.toString('latin1', 0, HEAD_BYTES));
      // What stands behind it may have to stay.
      if (head === null) throw notOurs(path, number);
      if (compareIds(head.id, to) > 0) return kept;
      kept = { bytes: kept.bytes + bytes.length, last: head.id };
    }
  }
  return kept;
}

function notOurs(path: string, line: number): Error {
  return new Error(`${path}: line ${line} is no event of a file sink.`);
}
