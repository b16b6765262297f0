// Events as lines of files, each exactly once: the files say themselves up to where they have everything (stand.ts).
//
// A segment is created with its first line, is open while it is the newest, and sealed by the first event that does not
// go into it any more. A batch that fails half-way leaves whole lines, which count, and a torn one, which is cut off.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventRow } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { Batch } from '../../../contract/event-list.ts';
import type { SinkPosition } from '../../sink.ts';
import type { StandingSink } from '../../standing-sink.ts';
import { segmentName, segmentNames } from './file-names.ts';
import { FileRewinding } from './file-rewinding.ts';
import { lastLine } from './last-line.ts';
import { type Line, readLine } from './lines.ts';
import { putNote } from './note.ts';
import { OpenSegment, type SegmentDisk } from './open-segment.ts';
import type { FilePlace } from './settings.ts';
import { positionOf, readStand, type Stand } from './stand.ts';
import { diskSyncs, noSyncs, type Syncs } from './syncs.ts';
import { requireWritable } from './writable.ts';

export interface FileSinkOptions {
  /** As sentences begin with it. */
  readonly title: string;
  readonly stream: string;
  readonly place: FilePlace;
  /** @default those of the disk */
  readonly syncs?: Syncs;
}

/** From the opening to the closing. */
interface Turn {
  /** Of the position. */
  epoch: number;
  readonly from: EventId;
  segment: OpenSegment | null;
  last: EventId | null;
  position: EventId;
}

export class FileSink implements StandingSink {
  readonly title: string;
  readonly #stream: string;
  readonly #place: FilePlace;
  readonly #syncs: Syncs;
  #turn: Turn | null = null;

  constructor({ title, stream, place, syncs = diskSyncs }: FileSinkOptions) {
    this.title = title;
    this.#stream = stream;
    this.#place = place;
    this.#syncs = place.fsync === 'none' ? noSyncs : syncs;
  }

  async stand(epoch: number): Promise<SinkPosition | null> {
    await requireWritable(this.title, this.#place);
    return positionOf(await this.#readStand(), epoch);
  }

  async open(cursor: SinkPosition): Promise<SinkPosition> {
    const { dir, fsync } = this.#place;
    await mkdir(dir, { recursive: true });
    const stand = await this.#readStand();
    const { note, last, open, empty } = stand;
    const position = positionOf(stand, cursor.epoch) ?? cursor;
    const from = note?.from ?? cursor.id;
    const turn: Turn = { epoch: position.epoch, from, segment: null, last, position: position.id };
    if (empty.length > 0) {
      for (const path of empty) await rm(path, { force: true });
      await this.#syncs.names(dir);
    }
    if (note === null) await this.#putNote(turn);
    if (open !== null) turn.segment = await OpenSegment.resume(open.path, open.tally, this.#disk);
    try {
      // A process that was killed may have written it a moment ago; what counts from now on is on the disk.
      if (fsync === 'event' || fsync === 'batch') await turn.segment?.sync();
    } catch (error) {
      await turn.segment?.close();
      throw error;
    }
    this.#turn = turn;
    return position;
  }

  async last(): Promise<EventRow | null> {
    const { dir, prefix, isJson } = this.#place;
    // What is in somebody's own words cannot be compared.
    if (!isJson) return null;
    for (const name of await segmentNames(dir, prefix)) {
      const text = await lastLine(join(dir, name));
      if (text !== null) return readLine(text);
    }
    return null;
  }

  async write({ events, after, upTo, epoch }: Batch, signal: AbortSignal): Promise<void> {
    const turn = this.#turn;
    if (turn?.position !== after) {
      throw new Error(
        `${this.title} stands at ${turn?.position}, and is given what follows ${after}.`,
      );
    }
    // A segment says of which epoch its last line is, and the note of which the position.
    if (epoch !== turn.epoch) {
      await this.#seal(turn);
      turn.epoch = epoch;
      await this.#putNote(turn);
    }
    await this.#append(turn, events.rows, signal);
    if (upTo !== (turn.last ?? turn.position)) await this.#putNote({ ...turn, position: upTo });
    turn.position = upTo;
  }

  /** Seals the segment that is open, if one is: no more lines are to come. */
  async seal(): Promise<void> {
    if (this.#turn !== null) await this.#seal(this.#turn);
  }

  async close(): Promise<void> {
    const segment = this.#turn?.segment;
    this.#turn = null;
    await segment?.close();
  }

  get rewinding(): FileRewinding {
    return new FileRewinding({ stream: this.#stream, place: this.#place, syncs: this.#syncs });
  }

  get #disk(): SegmentDisk {
    return { place: this.#place, syncs: this.#syncs };
  }

  async #readStand(): Promise<Stand> {
    const stand = await readStand(this.#place);
    const { note } = stand;
    if (note === null || note.stream === this.#stream) return stand;
    const { dir, prefix } = this.#place;
    throw new Error(
      `${this.title}: the files ${prefix} in ${dir} are of the stream ${note.stream}.`,
    );
  }

  async #append(turn: Turn, rows: readonly EventRow[], signal: AbortSignal): Promise<void> {
    const { fsync, lineOf } = this.#place;
    let lines: Line[] = [];
    let bytes = 0;
    const flush = async () => {
      if (lines.length === 0) return;
      signal.throwIfAborted();
      await turn.segment?.append(lines);
      turn.last = lines.at(-1)?.id ?? turn.last;
      lines = [];
      bytes = 0;
    };
    for (const row of rows) {
      const line = lineOf(row);
      if (turn.segment?.isDue(bytes, line.bytes.length)) {
        await flush();
        await this.#seal(turn);
      }
      turn.segment ??= await this.#create(line.id);
      lines.push(line);
      bytes += line.bytes.length;
      if (fsync !== 'event') continue;
      await flush();
      await turn.segment.sync();
    }
    await flush();
    if (fsync === 'batch' && rows.length > 0) await turn.segment?.sync();
  }

  async #create(first: EventId): Promise<OpenSegment> {
    const { dir, prefix } = this.#place;
    return OpenSegment.create(join(dir, segmentName(prefix, first)), this.#disk);
  }

  async #seal(turn: Turn): Promise<void> {
    const { segment, epoch } = turn;
    await segment?.seal({ stream: this.#stream, epoch });
    turn.segment = null;
  }

  async #putNote({ epoch, from, last, position: upTo }: Turn): Promise<void> {
    // Like the lines before it: an older note only makes the sink ask again for what it does not want.
    const syncs = this.#place.fsync === 'segment' ? noSyncs : this.#syncs;
    await putNote(this.#place, { stream: this.#stream, epoch, from, last, upTo }, syncs);
  }
}
