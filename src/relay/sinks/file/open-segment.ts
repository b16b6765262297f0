// The segment that is written to. It grows only where this process has left its end: a process that was frozen while
// another took over finds it elsewhere, and fails. Should it be frozen between that look and its write, it writes over
// lines at their place what stands there already, since the same events make the same lines. Where the history has
// forked meanwhile, and somebody has cut the segment back, they are others: that is not prevented.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { metaName } from './file-names.ts';
import type { Line } from './lines.ts';
import type { FilePlace } from './settings.ts';
import { putFile } from './small-file.ts';
import type { Syncs } from './syncs.ts';
import { Tally } from './tally.ts';

export const FORMAT = 'aftercommit-events/1';

export interface SegmentDisk {
  readonly place: FilePlace;
  readonly syncs: Syncs;
}

export class OpenSegment {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #tally: Tally;
  readonly #bornMs: number;
  readonly #disk: SegmentDisk;
  /** Up to here what the mode promises is kept. */
  #safeBytes: number;

  private constructor(
    path: string,
    handle: FileHandle,
    tally: Tally,
    bornMs: number,
    disk: SegmentDisk,
  ) {
    this.path = path;
    this.#handle = handle;
    this.#tally = tally;
    this.#bornMs = bornMs;
    this.#disk = disk;
    this.#safeBytes = tally.bytes;
  }

  /** Fails when it is there. */
  static async create(path: string, disk: SegmentDisk): Promise<OpenSegment> {
    const handle = await open(path, 'wx', disk.place.mode);
    try {
      // Of one that was lost.
      await rm(metaName(path), { force: true });
      await disk.syncs.names(dirname(path));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new OpenSegment(path, handle, new Tally(), Date.now(), disk);
  }

  /** Cuts off what is behind the lines of the tally. */
  static async resume(path: string, tally: Tally, disk: SegmentDisk): Promise<OpenSegment> {
    const handle = await open(path, 'r+');
    try {
      const { size, birthtimeMs } = await handle.stat();
      if (size > tally.bytes) await handle.truncate(tally.bytes);
      return new OpenSegment(path, handle, tally, birthtimeMs, disk);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Behind what is `waitingBytes` long no line of `lineBytes` may be added. */
  isDue(waitingBytes: number, lineBytes: number): boolean {
    const { segmentBytes, segmentMs } = this.#disk.place;
    const bytes = this.#tally.bytes + waitingBytes;
    const isOld = Date.now() - this.#bornMs >= segmentMs;
    return bytes > 0 && (isOld || bytes + lineBytes > segmentBytes);
  }

  async append(lines: readonly Line[]): Promise<void> {
    const at = this.#tally.bytes;
    if (!(await this.#endsAt(at))) {
      throw new Error(`${this.path} is not as this process left it: another one writes to it.`);
    }
    const bytes = Buffer.concat(lines.map((line) => line.bytes));
    let done = 0;
    while (done < bytes.length) {
      const left = bytes.length - done;
      const { bytesWritten } = await this.#handle.write(bytes, done, left, at + done);
      done += bytesWritten;
    }
    this.#tally.take(lines, bytes);
  }

  async sync(): Promise<void> {
    try {
      await this.#disk.syncs.lines(this.#handle);
    } catch (error) {
      await this.#cutUnsafe().catch(() => {});
      throw error;
    }
    this.#safeBytes = this.#tally.bytes;
  }

  /** Ends it, and says in its meta what it holds. */
  async seal(facts: { stream: string; epoch: number }): Promise<void> {
    const { metadata, mode } = this.#disk.place;
    await this.sync();
    await this.close();
    if (!metadata) return;
    const sealedAt = new Date().toISOString();
    const value = { format: FORMAT, ...facts, ...this.#tally.facts(), sealedAt };
    await putFile({ path: metaName(this.path), value, mode }, this.#disk.syncs);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #endsAt(bytes: number): Promise<boolean> {
    const { size, nlink } = await this.#handle.stat();
    return size === bytes && nlink > 0;
  }

  /**
   * After a failed sync the system may hold for written what it has lost: these lines are not to be found at the next
   * opening. Where the mode keeps nothing at once, they have counted already, and what there is of them stays.
   */
  async #cutUnsafe(): Promise<void> {
    const { fsync } = this.#disk.place;
    const isCut = fsync === 'event' || fsync === 'batch';
    if (isCut && (await this.#endsAt(this.#tally.bytes)))
      await this.#handle.truncate(this.#safeBytes);
  }
}
