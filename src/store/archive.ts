// The warehouse as readers of a stream see it: what was discarded, as it stood in the queue. Ids are the same in both,
// so whoever goes by them crosses from one to the other without a seam.
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, minId, NO_EVENT } from '../contract/event-id.ts';
import { type History, sharedUpTo } from '../contract/forks.ts';
import type { ReadLimits } from './dialect.ts';
import { type Found, tooOld } from './position.ts';
import type { StreamState } from './stream-state.ts';
import { requireUnbroken } from './unbroken.ts';
import type { Warehouse, Watermark } from './warehouse.ts';

export class Archive {
  readonly #warehouse: Warehouse;
  /** The watermark by which the history is known to be complete. */
  readonly #sink: string;

  constructor(warehouse: Warehouse, sink: string) {
    this.#warehouse = warehouse;
    this.#sink = sink;
  }

  /** False when its rows may turn out not to be events. */
  get hasTrustedRows(): boolean {
    return this.#warehouse.hasTrustedRows;
  }

  /** Readers may begin behind any id from here on: everything from it to what is left in the queue is here. */
  async readableAfter(
    stream: string,
    { discardedUpTo, ...history }: Pick<StreamState, 'discardedUpTo' | keyof History>,
  ): Promise<EventId> {
    if (discardedUpTo === NO_EVENT) return NO_EVENT;
    const watermark = await this.#warehouse.findWatermark(this.#sink, stream);
    const isWhole =
      watermark !== null && compareIds(sameUpTo(watermark, history), discardedUpTo) >= 0;
    const first = isWhole ? await this.#warehouse.firstId(stream) : null;
    return first === null ? discardedUpTo : minId(idPlus(first, -1), discardedUpTo);
  }

  /**
   * Discarded events behind `after`, an unbroken run of them; empty when all that was discarded there is a gap. Throws
   * `CursorTooOld` when they are not here.
   */
  async readAfter(
    stream: string,
    after: EventId,
    limits: ReadLimits,
    { discardedUpTo, gapsUpTo }: Pick<StreamState, 'discardedUpTo' | 'gapsUpTo'>,
  ): Promise<EventRow[]> {
    const rows = await this.#warehouse.readHistory(stream, after, limits);
    const first = rows[0]?.[0];
    if (first === undefined) throw tooOld(discardedUpTo);
    // What is missing before the first was pruned there, or was never archived.
    const mayHaveGap = compareIds(after, gapsUpTo) < 0;
    if (first !== idPlus(after, 1) && !mayHaveGap)
      throw tooOld(minId(idPlus(first, -1), discardedUpTo));
    requireUnbroken(`The history of stream ${stream}`, after, rows, gapsUpTo);
    // Behind that the queue has them, and what is here may be what a failover has lost.
    return rows.filter(([id]) => compareIds(id, discardedUpTo) <= 0);
  }

  /** Right before the first discarded event at or after the time; null when there is none. */
  async positionAt(stream: string, time: string, state: StreamState): Promise<Found | null> {
    const { discardedUpTo: upTo, gapsUpTo } = state;
    const after = await this.readableAfter(stream, state);
    const first = await this.#warehouse.firstIdSince(stream, time, { after, upTo, gapsUpTo });
    return first === null || compareIds(first, upTo) > 0 ? null : { found: idPlus(first, -1) };
  }
}

/** Up to where the archive has what the stream has. */
function sameUpTo({ lastId, epoch }: Watermark, history: History): EventId {
  return minId(lastId, sharedUpTo(history, epoch) ?? lastId);
}
