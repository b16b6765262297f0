// The files of a file sink, or of a copy into files, as what is copied from. The newest segment may be open; what is
// added to it while it is copied is not seen.
import { join } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import { type EventRow, rowBytes } from '../../contract/event.ts';
import { compareIds, type EventId, idPlus, NO_EVENT } from '../../contract/event-id.ts';
import type { CopyRange, CopyTerms } from '../../store/copy-job.ts';
import type { ReadLimits } from '../../store/store.ts';
import type { FilesReference } from '../reference.ts';
import { segmentFirst, segmentNames } from '../sinks/file/file-names.ts';
import { readNote } from '../sinks/file/note.ts';
import type { SourceEnd } from '../source.ts';
import { requireAllFiles } from './all-files.ts';
import { readCopyNote } from './copy-note.ts';
import type { CopySource } from './copy-source.ts';
import { rangeOf, truncated } from './range.ts';
import { segmentRows } from './segment.ts';
import { SegmentChecks } from './segment-checks.ts';

export interface FileSourceOptions {
  readonly reference: FilesReference;
  /** Metas are held against their segments, and a torn line is refused. */
  readonly isVerified: boolean;
}

/** A reading that goes on where the last one ended. */
interface Reading {
  position: EventId;
  readonly rows: AsyncGenerator<readonly EventRow[]>;
  /** Of the rows that were read at last, and which of them comes next. */
  read: readonly EventRow[];
  at: number;
}

export class FileSource implements CopySource {
  readonly stream: string;
  readonly #options: FileSourceOptions;
  readonly #checks = new SegmentChecks();
  #reading: Reading | null = null;
  #isClosed = false;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.stream = options.reference.prefix;
  }

  async range(terms: CopyTerms): Promise<CopyRange> {
    if (terms.follow) {
      throw new ServiceError('InvalidRequest', {
        message: 'Files are not followed: copy them again under another name.',
        details: { in: 'params' },
      });
    }
    const names = await this.#names();
    if (this.#options.isVerified) await requireAllFiles(this.#options.reference, names, terms);
    const end = await this.end();
    const readableAfter = names[0] === undefined ? end.newest : idPlus(segmentFirst(names[0]), -1);
    return rangeOf(terms, { ...end, readableAfter });
  }

  async hold(): Promise<void> {}

  async moveCursor(): Promise<void> {}

  async letGo(): Promise<void> {}

  async end(): Promise<SourceEnd> {
    const { reference, isVerified } = this.#options;
    const note = await readNote(reference);
    const names = (await this.#names()).reverse();
    for (const name of names) {
      const path = join(reference.dir, name);
      const isNewest = name === names[0];
      const { last, epoch } = await this.#checks.check({ path, isNewest, isVerified }, NO_EVENT);
      if (last !== null) return { newest: last, epoch: note?.epoch ?? epoch ?? 1, forks: [] };
    }
    return { newest: note?.from ?? NO_EVENT, epoch: note?.epoch ?? 1, forks: [] };
  }

  async read(after: EventId, { eventsMax, bytesMax }: ReadLimits): Promise<readonly EventRow[]> {
    const reading = await this.#take(after);
    const rows: EventRow[] = [];
    for (let bytes = 0; rows.length < eventsMax; reading.at += 1) {
      const row = reading.read[reading.at] ?? (await nextOf(reading));
      if (row === null) break;
      bytes += rowBytes(row);
      if (rows.length > 0 && bytes > bytesMax) break;
      rows.push(row);
    }
    reading.position = rows.at(-1)?.[0] ?? after;
    await this.#keep(reading);
    return rows;
  }

  async isAtItsEnd(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reading?.rows.return(null);
  }

  /** Whatever fails meanwhile leaves nothing to go on with. */
  async #take(after: EventId): Promise<Reading> {
    const reading = this.#reading;
    if (reading?.position !== after) return this.#begin(after);
    this.#reading = null;
    return reading;
  }

  /** One file at most stays open; another read may have been under way. */
  async #keep(reading: Reading): Promise<void> {
    const other = this.#reading;
    this.#reading = reading;
    await other?.rows.return(null);
    if (this.#isClosed) await reading.rows.return(null);
  }

  async #begin(after: EventId): Promise<Reading> {
    const names = await this.#names();
    // The last one that begins at or before what is wanted; all before it was taken.
    const at = names.findLastIndex((name) => compareIds(segmentFirst(name), idPlus(after, 1)) <= 0);
    // There was one when the range was fixed.
    if (at < 0 && names[0] !== undefined) throw truncated(after, segmentFirst(names[0]));
    return { position: after, rows: this.#rows(names, Math.max(0, at), after), read: [], at: 0 };
  }

  async *#rows(
    names: readonly string[],
    from: number,
    after: EventId,
  ): AsyncGenerator<readonly EventRow[]> {
    const { reference, isVerified } = this.#options;
    let before = NO_EVENT;
    for (const name of names.slice(from)) {
      const path = join(reference.dir, name);
      const isNewest = name === names.at(-1);
      const { last } = await this.#checks.check({ path, isNewest, isVerified }, before);
      before = last ?? before;
      for await (const rows of segmentRows(path, last)) {
        yield rows.filter(([id]) => compareIds(id, after) > 0);
      }
    }
  }

  /** In the order of their ids. Throws `StreamNotFound` where nothing was ever written. */
  async #names(): Promise<string[]> {
    const { dir, prefix } = this.#options.reference;
    const names = (await segmentNames(dir, prefix)).reverse();
    if (names.length > 0) return names;
    const at = { dir, prefix };
    if ((await readNote(at)) !== null || (await readCopyNote(at)) !== null) return names;
    throw new ServiceError('StreamNotFound', {
      message: `There are no files ${prefix} in ${dir}.`,
      details: { file: join(dir, prefix) },
    });
  }
}

/** Reads on until there is a row; null = there are no more. */
async function nextOf(reading: Reading): Promise<EventRow | null> {
  for (;;) {
    const { value, done } = await reading.rows.next();
    if (done) return null;
    reading.read = value;
    reading.at = 0;
    if (value[0] !== undefined) return value[0];
  }
}
