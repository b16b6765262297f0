// evt_history and evt_watermarks: what the warehouse holds, and up to where for certain.
import type { Knex } from 'knex';
import { streamNotFound } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';

export interface Watermark {
  readonly lastId: EventId;
  readonly epoch: number;
}

export async function findWatermark(
  db: Knex,
  dialect: Dialect,
  sink: string,
  stream: string,
): Promise<Watermark | null> {
  const row = await db('evt_watermarks')
    .where({ sink, stream })
    .first({ lastId: dialect.idText('last_id'), epoch: 'epoch' });
  return row === undefined ? null : { lastId: row.lastId, epoch: Number(row.epoch) };
}

/**
 * Keeps the stream's history by its name until the transaction ends: a watermark that was left behind by a rename would
 * speak of the next stream of that name. Throws `StreamNotFound`.
 */
export async function lockArchive(
  tx: Knex.Transaction,
  dialect: Dialect,
  stream: string,
): Promise<void> {
  const row = await dialect.forUpdate(tx('evt_archives').where('stream', stream).first('stream'));
  if (row === undefined) throw streamNotFound(stream);
}

export async function insertWatermark(
  tx: Knex,
  sink: string,
  stream: string,
  watermark: Watermark,
): Promise<void> {
  await tx('evt_watermarks').insert({
    sink,
    stream,
    epoch: watermark.epoch,
    last_id: watermark.lastId,
  });
}

/** Where a watermark stood before, and stands behind it. */
export interface WatermarkMove {
  readonly from: Watermark;
  readonly to: Watermark;
}

/** Moves it, forward or back; false when it stands elsewhere, or in another epoch: another writer was here. */
export async function moveWatermark(
  tx: Knex,
  sink: string,
  stream: string,
  { from, to }: WatermarkMove,
): Promise<boolean> {
  const count = await tx('evt_watermarks')
    .where({ sink, stream, last_id: from.lastId, epoch: from.epoch })
    .update({ last_id: to.lastId, epoch: to.epoch });
  return count === 1;
}

/** True when somebody archives the stream here. */
export async function hasWatermark(db: Knex, stream: string): Promise<boolean> {
  return (await db('evt_watermarks').where('stream', stream).first('stream')) !== undefined;
}
