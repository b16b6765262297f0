// Cuts the end off a history that the stream does not have any more, slice by slice from its end. Each slice is a
// transaction with the watermark, so a crash leaves a shorter history, which is whole.
import type { Knex } from 'knex';
import { compareIds, type EventId } from '../contract/event-id.ts';
import type { Dialect } from './dialect.ts';
import {
  type Checksum,
  deleteChecksumsBehind,
  hasChecksum,
  insertChecksum,
} from './queries/checksums.ts';
import { idFromEnd } from './queries/events.ts';
import { findWatermark, moveWatermark, type Watermark } from './queries/history.ts';
import { tablesOf } from './tables.ts';

export interface Rewind {
  readonly sink: string;
  readonly stream: string;
  /** Where the watermark stands: nothing is cut off once somebody else has moved it. */
  readonly from: Watermark;
  /** The last event that stays. */
  readonly to: EventId;
  /** Of which epoch the history is from then on. */
  readonly epoch: number;
  /** Of the range that ends with it, where a checksum reaches beyond; null = none does. */
  readonly checksum: Checksum | null;
}

/** Of events; a larger transaction is slow to undo. */
const SLICE = 10_000;

/** Cuts one slice off; gives where the watermark stands then, null when that was moved by somebody else. */
export async function rewindSlice(
  tx: Knex.Transaction,
  dialect: Dialect,
  { sink, stream, from, to, epoch, checksum }: Rewind,
): Promise<Watermark | null> {
  const { history } = tablesOf(stream);
  // An event, also where ids have gaps: by its last one an archive is known to be of another history.
  const stays = await idFromEnd(tx, dialect, history, {
    after: to,
    upTo: from.lastId,
    count: SLICE,
  });
  const lastId = stays ?? to;
  const next = { lastId, epoch: stays === null ? epoch : from.epoch };
  if (!(await moveWatermark(tx, sink, stream, { from, to: next }))) {
    const found = await findWatermark(tx, dialect, sink, stream);
    return found !== null && isCutBack(found, { from, to, epoch }) ? found : null;
  }
  await tx(history).where('id', '>', lastId).delete();
  await deleteChecksumsBehind(tx, stream, lastId);
  // With the slice that takes the longer one: whoever goes on behind a crash finds that no more.
  const isTaken = checksum !== null && !(await hasChecksum(tx, stream, checksum.after));
  if (isTaken) await insertChecksum(tx, stream, checksum);
  return next;
}

/**
 * By the try before, whose answer was lost, or by another cutter: the epoch of `from` is over, and who writes in it all
 * the same, having been frozen, writes what is to be cut off and is still in the queue.
 */
function isCutBack(found: Watermark, { from, to, epoch }: Pick<Rewind, 'from' | 'to' | 'epoch'>) {
  if (found.epoch === epoch) return found.lastId === to;
  const isOnTheWay = compareIds(found.lastId, to) > 0 && compareIds(found.lastId, from.lastId) < 0;
  return found.epoch === from.epoch && isOnTheWay;
}
