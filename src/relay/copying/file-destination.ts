// Files as the destination of a copy: segments as a file sink writes them, each event once, and sealed at the end; how
// far they are the files say themselves. The note beside them keeps what was asked for, and who has begun last: that
// one goes on, and whoever was at work before finds that the note is another's, or that the files have grown.
import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { ServiceError } from '../../contract/errors.ts';
import { type EventId, NO_EVENT } from '../../contract/event-id.ts';
import { type Batch, EventList } from '../../contract/event-list.ts';
import { INVALID_DATA_TYPE } from '../../feed/deliverable.ts';
import type { CopyEnd, CopyRequest } from '../../store/copies.ts';
import {
  type CopyAsk,
  type CopyHold,
  type CopyJob,
  type CopyRange,
  copyNotFound,
  isFinished,
  requireSameTerms,
  requireUnfinished,
} from '../../store/copy-job.ts';
import type { FilesReference } from '../reference.ts';
import type { SinkPosition } from '../sink.ts';
import { metaName, segmentNames } from '../sinks/file/file-names.ts';
import { FileSink } from '../sinks/file/file-sink.ts';
import { readNote } from '../sinks/file/note.ts';
import { placeOf } from '../sinks/file/settings.ts';
import { readObject } from '../sinks/file/small-file.ts';
import { positionOf, readStand } from '../sinks/file/stand.ts';
import { Tally } from '../sinks/file/tally.ts';
import { type CopyNote, isFresh, putCopyNote, readCopyNote, touchCopyNote } from './copy-note.ts';
import { type CopyDestination, CopyLost, type CopySink } from './destination.ts';

/** What is in one file depends on the events alone, so that two processes write the same bytes at the same place. */
const NO_AGE = Number.MAX_SAFE_INTEGER;
const TOKEN_MAX = 2 ** 47;
const ASK_TRIES = 5;
const ASK_MS = 50;

export class FileDestination implements CopyDestination {
  readonly text: string;
  readonly #at: FilesReference;

  constructor(reference: FilesReference) {
    this.text = reference.text;
    this.#at = reference;
  }

  async list(): Promise<CopyJob[]> {
    const note = await readCopyNote(this.#at);
    return note === null ? [] : [await this.#jobOf(note)];
  }

  async find(name: string): Promise<CopyJob> {
    return this.#jobOf(await this.#note(name));
  }

  async known({ name, terms }: Pick<CopyRequest, 'name' | 'terms'>): Promise<CopyJob | null> {
    const note = await readCopyNote(this.#at);
    if (note === null) return null;
    if (note.name !== name) throw this.#exists(`are those of the copy ${note.name}`);
    requireSameTerms(note, this.#at.prefix, terms);
    return this.#jobOf(note);
  }

  async begin(request: Omit<CopyRequest, 'stream'>): Promise<CopyJob> {
    const { name, id, terms, range, node } = request;
    const known = await this.known(request);
    if (known !== null) return known;
    const { dir, prefix } = this.#at;
    const isUsed =
      (await segmentNames(dir, prefix)).length > 0 || (await readNote(this.#at)) !== null;
    if (isUsed) throw this.#exists('are there already');
    await mkdir(dir, { recursive: true });
    const now = new Date().toISOString();
    const note: CopyNote = {
      ...{ name, id, stream: prefix, terms, ...range },
      ...{ copied: 0, invalid: 0, status: 'running', error: null, token: '0', isHeld: false },
      ...{ node, beganAt: now, movedAt: now, endedAt: null },
    };
    await putCopyNote(this.#at, note);
    return this.#jobOf(note);
  }

  async restate({ name, id }: CopyJob, range: CopyRange): Promise<CopyJob> {
    const note = await this.#note(name);
    const restated = { ...note, ...range };
    if (note.id !== id || note.token !== '0') return this.#jobOf(note);
    await putCopyNote(this.#at, restated);
    return this.#jobOf(restated);
  }

  async take(name: string, node: string): Promise<{ job: CopyJob; isTaken: boolean }> {
    const note = await this.#note(name);
    if (isFinished(note)) return { job: await this.#jobOf(note), isTaken: false };
    const token = String(randomInt(1, TOKEN_MAX));
    const taken: CopyNote = { ...note, status: 'running', error: null, token, isHeld: true, node };
    await putCopyNote(this.#at, taken);
    return { job: await this.#jobOf(taken), isTaken: true };
  }

  async renew(hold: CopyHold): Promise<boolean> {
    const isOwn = isOf(hold, await readCopyNote(this.#at));
    if (isOwn) await touchCopyNote(this.#at);
    return isOwn;
  }

  sinkOf(job: CopyJob): CopySink {
    const isHeld = async () => isOf(job, await readCopyNote(this.#at));
    return new FileCopySink({
      ...{ job, sink: this.#sink(job), isHeld },
      find: () => this.find(job.name),
    });
  }

  async end(hold: CopyHold, { status, watermark, error }: CopyEnd): Promise<CopyJob> {
    const note = await this.#note(hold.name);
    if (!isOf(hold, note)) return this.#jobOf(note);
    if (status === 'done') await this.#complete(note, watermark);
    const { copied, invalid } = await this.#jobOf(note);
    const now = new Date().toISOString();
    const endedAt = status === 'done' ? now : null;
    const ended: CopyNote = {
      ...{ ...note, status, error, copied, invalid },
      ...{ isHeld: false, movedAt: now, endedAt },
    };
    await putCopyNote(this.#at, ended);
    return this.#jobOf(ended);
  }

  async release(): Promise<void> {}

  /** Whoever is at work might put its note over this one at the same moment: looked at once more. */
  async ask(name: string, asked: CopyAsk): Promise<CopyJob> {
    const { status } = asked;
    const fresh = status === 'running' ? { node: asked.node, error: null } : {};
    for (let tries = 0; ; tries += 1) {
      const note = await this.#note(name);
      if (note.status === status) return this.#jobOf(note);
      requireUnfinished(note);
      if (tries === ASK_TRIES) throw this.#exists('are being worked on');
      const endedAt = status === 'cancelled' ? new Date().toISOString() : null;
      const token = String(randomInt(1, TOKEN_MAX));
      await putCopyNote(this.#at, {
        ...{ ...note, ...fresh },
        ...{ status, token, isHeld: false, endedAt },
      });
      await systemClock.sleep(ASK_MS);
    }
  }

  #sink({ name }: Pick<CopyJob, 'name'>): FileSink {
    const { dir, prefix } = this.#at;
    const place = placeOf({ dir, prefix, segmentMs: NO_AGE });
    return new FileSink({ title: `The copy ${name}`, stream: prefix, place });
  }

  /** All files are sealed, and say that nothing is wanted behind them up to the watermark. */
  async #complete({ name, after, epoch }: CopyNote, watermark: EventId): Promise<void> {
    const sink = this.#sink({ name });
    const { id } = await sink.open({ id: after, epoch });
    try {
      await sink.seal();
      const events = new EventList([]);
      const batch = { events, after: id, upTo: watermark, epoch };
      if (id !== watermark) await sink.write(batch, new AbortController().signal);
    } finally {
      await sink.close();
    }
  }

  async #note(name: string): Promise<CopyNote> {
    const note = await readCopyNote(this.#at);
    if (note?.name !== name) throw copyNotFound(name);
    return note;
  }

  async #jobOf(note: CopyNote): Promise<CopyJob> {
    const { dir, prefix } = this.#at;
    const stand = await readStand(this.#at);
    const watermark = positionOf(stand, note.epoch)?.id ?? note.after;
    let copied = stand.open?.tally.count ?? 0;
    let invalid = stand.open?.tally.countOf(INVALID_DATA_TYPE) ?? 0;
    for (const segment of await segmentNames(dir, prefix)) {
      const path = join(dir, segment);
      if (path === stand.open?.path) continue;
      const { count = 0, types } = (await readObject(metaName(path))) ?? {};
      copied += Number(count);
      const hasInvalid = Array.isArray(types) && types.includes(INVALID_DATA_TYPE);
      if (hasInvalid) invalid += (await Tally.of(path)).countOf(INVALID_DATA_TYPE);
    }
    const isHeld = note.isHeld === true && (await isFresh(this.#at));
    return {
      ...{ ...note, watermark, lastId: stand.last ?? NO_EVENT, copied, invalid },
      ...{ isHeld, leaseUntil: null },
    };
  }

  #exists(what: string): ServiceError {
    const { dir, prefix } = this.#at;
    const file = join(dir, prefix);
    return new ServiceError('DestinationExists', {
      message: `The files ${file} ${what}.`,
      details: { file },
    });
  }
}

interface FileCopySinkOptions {
  readonly job: CopyJob;
  readonly sink: FileSink;
  readonly isHeld: () => Promise<boolean>;
  readonly find: () => Promise<CopyJob>;
}

class FileCopySink implements CopySink {
  readonly title: string;
  readonly #options: FileCopySinkOptions;
  watermark: EventId;
  copied: number;
  invalid: number;

  constructor(options: FileCopySinkOptions) {
    const { sink, job } = options;
    this.title = sink.title;
    this.#options = options;
    this.watermark = job.watermark;
    this.copied = job.copied;
    this.invalid = job.invalid;
  }

  async open(): Promise<SinkPosition> {
    const { job, sink, isHeld, find } = this.#options;
    if (!(await isHeld())) throw new CopyLost();
    const { after, epoch } = job;
    // Of a batch that has failed some lines are there.
    const { copied, invalid } = await find();
    const position = await sink.open({ id: after, epoch });
    this.watermark = position.id;
    this.copied = copied;
    this.invalid = invalid;
    return position;
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    await this.#options.sink.write(batch, signal);
    const { rows } = batch.events;
    this.watermark = batch.upTo;
    this.copied += rows.length;
    this.invalid += rows.filter(([, type]) => type === INVALID_DATA_TYPE).length;
  }

  close(): Promise<void> {
    return this.#options.sink.close();
  }
}

function isOf({ name, token }: CopyHold, note: CopyNote | null): boolean {
  return note?.name === name && note.token === token && note.status === 'running';
}
