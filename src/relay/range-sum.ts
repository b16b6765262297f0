// What a run of events comes to, the same from whichever database they are read: SHA-256 over their lines, as a file
// sink writes them. It can be added to, so that many small batches make one range.
import { createHash, type Hash } from 'node:crypto';
import { type EventRow, rowBytes } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import type { Checksum } from '../store/warehouse.ts';
import { lineText } from './sinks/file/lines.ts';

/** A range takes no more batches from so many events or bytes on. */
const EVENTS_ENOUGH = 1000;
const BYTES_ENOUGH = 4_194_304;

export class RangeSum {
  readonly #after: EventId;
  readonly epoch: number;
  readonly #hash: Hash;
  readonly #bytes: number;
  readonly events: number;

  private constructor(
    { after, epoch }: Pick<Checksum, 'after' | 'epoch'>,
    sum: { hash: Hash; events: number; bytes: number },
  ) {
    this.#after = after;
    this.epoch = epoch;
    this.#hash = sum.hash;
    this.#bytes = sum.bytes;
    this.events = sum.events;
  }

  /** False of a range that is known to be full. */
  static mayGrow({ events }: Checksum): boolean {
    return events < EVENTS_ENOUGH;
  }

  static begin(range: Pick<Checksum, 'after' | 'epoch'>): RangeSum {
    return new RangeSum(range, { hash: createHash('sha256'), events: 0, bytes: 0 });
  }

  get isFull(): boolean {
    return this.events >= EVENTS_ENOUGH || this.#bytes >= BYTES_ENOUGH;
  }

  /** The same range with these events behind its own. */
  with(rows: readonly EventRow[]): RangeSum {
    let text = '';
    let bytes = this.#bytes;
    for (const row of rows) {
      text += lineText(row);
      bytes += rowBytes(row);
    }
    const hash = this.#hash.copy().update(text);
    const range = { after: this.#after, epoch: this.epoch };
    return new RangeSum(range, { hash, events: this.events + rows.length, bytes });
  }

  /** Of the range up to `last`. */
  checksum(last: EventId): Checksum {
    return {
      after: this.#after,
      last,
      epoch: this.epoch,
      events: this.events,
      digest: this.#hash.copy().digest('hex'),
    };
  }

  /** True when this is what was written down. */
  is({ events, digest }: Checksum): boolean {
    return this.events === events && this.#hash.copy().digest('hex') === digest;
  }
}
