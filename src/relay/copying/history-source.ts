// A stream's history in a warehouse as what is copied from. Nobody can hold it back from being pruned, so each read
// looks whether what it follows is still there.
import type { EventRow } from '../../contract/event.ts';
import { compareIds, type EventId, idPlus, NO_EVENT } from '../../contract/event-id.ts';
import { deliverable } from '../../feed/deliverable.ts';
import type { CopyRange, CopyTerms } from '../../store/copy-job.ts';
import type { ReadLimits } from '../../store/store.ts';
import type { Warehouse } from '../../store/warehouse.ts';
import { ARCHIVER_SINK } from '../archiver.ts';
import type { SourceEnd } from '../source.ts';
import type { CopySource, HeldCopy } from './copy-source.ts';
import { extentFrom, rangeOf, truncated } from './range.ts';

export interface HistorySourceOptions {
  readonly warehouse: Warehouse;
  readonly stream: string;
  readonly onInvalid: (id: EventId) => void;
}

export class HistorySource implements CopySource {
  readonly stream: string;
  readonly #options: HistorySourceOptions;
  /** There were events when the copy began; else the first may be any. */
  #hadEvents = true;

  constructor(options: HistorySourceOptions) {
    this.#options = options;
    this.stream = options.stream;
  }

  async range(terms: CopyTerms): Promise<CopyRange> {
    const { warehouse } = this.#options;
    const { newest, epoch } = await this.end();
    const first = await warehouse.firstId(this.stream);
    return rangeOf(terms, extentFrom(first, newest, epoch));
  }

  async hold({ upTo }: HeldCopy): Promise<void> {
    this.#hadEvents = upTo !== NO_EVENT;
  }

  async moveCursor(): Promise<void> {}

  async letGo(): Promise<void> {}

  async end(): Promise<SourceEnd> {
    const { warehouse } = this.#options;
    const newest = (await warehouse.newestId(this.stream)) ?? NO_EVENT;
    const watermark = await warehouse.findWatermark(ARCHIVER_SINK, this.stream);
    return { newest, epoch: watermark?.epoch ?? 1, forks: [] };
  }

  async read(after: EventId, limits: ReadLimits): Promise<readonly EventRow[]> {
    const { warehouse, onInvalid } = this.#options;
    const rows = await warehouse.readHistory(this.stream, after, limits);
    const next = rows[0]?.[0];
    const isBehind = this.#hadEvents || after !== NO_EVENT;
    // The event at the position, or one before it, was there: what follows is whole as long as one of these is.
    if (isBehind && next !== undefined && next !== idPlus(after, 1)) {
      const first = await warehouse.firstId(this.stream);
      if (first !== null && compareIds(first, after) > 0) throw truncated(after, first);
    }
    return deliverable(rows, onInvalid);
  }

  async isAtItsEnd(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {}
}
