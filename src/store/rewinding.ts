// Cuts the end off a history that the stream does not have any more, slice by slice from its end. Each slice is a
// transaction with the watermark, so a crash leaves a shorter history, which is whole.
import type { Knex } from 'knex';
import { type EventId, idDistance, idPlus } from '../contract/event-id.ts';
import type { Dialect } from './dialect.ts';
import {
  type Checksum,
  deleteChecksumsBehind,
  hasChecksum,
  insertChecksum,
} from './queries/checksums.ts';
import { findWatermark, moveWatermark } from './queries/history.ts';
import { tablesOf } from './tables.ts';

export interface Rewind {
  readonly sink: string;
  readonly stream: string;
  /** The last event that stays. */
  readonly to: EventId;
  /** Of which epoch the history is from then on. */
  readonly epoch: number;
  /** Of the range that ends with it, where a checksum reaches beyond; null = none does. */
  readonly checksum: Checksum | null;
}

/** Of ids; a larger transaction is slow to undo. */
const SLICE = 10_000;

/** Cuts one slice off; false when there is none left. Not while somebody archives. */
export async function rewindSlice(
  tx: Knex.Transaction,
  dialect: Dialect,
  { sink, stream, to, epoch, checksum }: Rewind,
): Promise<boolean> {
  const watermark = await findWatermark(tx, dialect, sink, stream);
  if (watermark === null) return false;
  // No id stands before 0.
  const isLast = idDistance(to, watermark.lastId) <= SLICE;
  const upTo = isLast ? to : idPlus(watermark.lastId, -SLICE);
  const next = { lastId: upTo, epoch: isLast ? epoch : watermark.epoch };
  if (!(await moveWatermark(tx, sink, stream, { from: watermark, to: next }))) return false;
  await tx(tablesOf(stream).history).where('id', '>', upTo).delete();
  await deleteChecksumsBehind(tx, stream, upTo);
  // With the slice that takes the longer one: whoever goes on behind a crash finds that no more.
  const isTaken = checksum !== null && !(await hasChecksum(tx, stream, checksum.after));
  if (isTaken) await insertChecksum(tx, stream, checksum);
  return !isLast;
}
