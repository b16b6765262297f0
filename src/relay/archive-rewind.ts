// Brings an archive back in line with a stream whose history has forked: what the warehouse has beyond is cut off.
import { compareIds, type EventId } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import type { Checksum, Warehouse } from '../store/warehouse.ts';
import { type ActiveSide, sharedPartOf } from './active-side.ts';
import { type Cut, sameUpTo } from './common-part.ts';
import { RangeSum } from './range-sum.ts';

export interface ArchiveRewindRequest {
  readonly warehouse: Warehouse;
  readonly stream: string;
  /** The watermark's name. */
  readonly watermark: string;
  readonly active: ActiveSide;
}

const PAGE = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };
/** Ranges are read from their beginning, so that this finds the one at the end. */
const CHECKSUMS = 1000;

/** null when there is nothing to be cut off. */
export async function archiveRewindTo(request: ArchiveRewindRequest): Promise<Cut | null> {
  const { warehouse, watermark, stream, active } = request;
  const found = await warehouse.findWatermark(watermark, stream);
  if (found === null) return null;
  const { lastId: id, epoch } = found;
  const part = sharedPartOf(await active.state(), id, epoch);
  // A fork that nobody has noticed stands nowhere.
  const to = await sameUpTo({ ...request, after: part.comparedAfter, upTo: part.possible });
  // Of an epoch that the stream does not know it is out of line, also where nothing is too much.
  return to === id && part.known === id ? null : { from: { id, epoch }, to };
}

/**
 * Cuts off what is behind `to`, for the history of `epoch`, which is later than that of `from`. False when somebody
 * else has moved the watermark since it was found.
 */
export async function rewindArchive(
  request: ArchiveRewindRequest,
  { from, to }: Cut,
  epoch: number,
): Promise<boolean> {
  const { warehouse, stream, watermark: sink } = request;
  const checksum = await checksumUpTo(request, to);
  const stand = { lastId: from.id, epoch: from.epoch };
  return warehouse.rewind({ sink, stream, from: stand, to, epoch, checksum });
}

/** Of what stays of the range that is cut through; null when none is. */
async function checksumUpTo(
  { warehouse, stream }: ArchiveRewindRequest,
  to: EventId,
): Promise<Checksum | null> {
  const range = await rangeOver(warehouse, stream, to);
  if (range === null) return null;
  let sum = RangeSum.begin(range);
  let { after } = range;
  while (compareIds(after, to) < 0) {
    const rows = await warehouse.readHistory(stream, after, PAGE);
    const kept = rows.filter(([id]) => compareIds(id, to) <= 0);
    sum = sum.with(kept);
    after = kept.at(-1)?.[0] ?? to;
  }
  return sum.checksum(to);
}

/** With `after < id < last`. */
async function rangeOver(
  warehouse: Warehouse,
  stream: string,
  id: EventId,
): Promise<Checksum | null> {
  let beginning: EventId | null = null;
  for (;;) {
    const page: Checksum[] = await warehouse.listChecksums(stream, { beginning, limit: CHECKSUMS });
    const over = page.find(
      ({ after, last }) => compareIds(after, id) < 0 && compareIds(id, last) < 0,
    );
    if (over !== undefined) return over;
    if (page.length < CHECKSUMS) return null;
    beginning = page.at(-1)?.after ?? null;
  }
}
