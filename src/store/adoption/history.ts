// Adopting the warehouse of futoin-eventstream: its history becomes that of stream main. It has no counter and no
// cursors, so all that can be lost is known from its rows.
import type { Knex } from 'knex';
import { type EventId, NO_EVENT } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';
import { applyShared, warehouseSchema } from '../migrate.ts';
import { ASIDE, locate, OURS, STREAM, shapeOf } from './originals.ts';

/** The history as it stands. */
export interface FoundHistory {
  /** False when it is ours already. */
  readonly isOriginal: boolean;
  /** An adoption was begun before: nobody writes the old way any more. */
  readonly isBegun: boolean;
  /** The greatest id; NO_EVENT when it is empty. */
  readonly newest: EventId;
  /** An archiver of ours has written into it. */
  readonly hasWatermark: boolean;
}

export interface AdoptedHistory {
  readonly count: number;
  /** The greatest id; NO_EVENT when it is empty. */
  readonly newest: EventId;
}

/** null when there is no history at all. */
export async function findHistory(
  db: Knex,
  dialect: Dialect,
  name: string,
): Promise<FoundHistory | null> {
  const original = await locate(db, dialect, 'history', name);
  const isOurs =
    original === null && (await shapeOf(db, dialect, 'history', OURS.history)) === 'ours';
  if (original === null && !isOurs) {
    if (name !== OURS.history) throw new Error(`There is no table ${name} in the warehouse.`);
    return null;
  }
  const { table, isAside } = original ?? { table: OURS.history, isAside: false };
  const watermark =
    isOurs && (await db.schema.hasTable('evt_watermarks'))
      ? await db('evt_watermarks').where('stream', STREAM).first('sink')
      : undefined;
  return {
    isOriginal: !isOurs,
    isBegun: isAside,
    newest: await newestOf(db, dialect, table),
    hasWatermark: watermark !== undefined,
  };
}

/** Runs under the lock of migrations; changes nothing where the history is ours already. */
export async function adoptHistory(
  db: Knex,
  dialect: Dialect,
  name: string,
): Promise<AdoptedHistory> {
  const { adopter } = dialect;
  const found = await locate(db, dialect, 'history', name);
  if (found !== null && !found.isAside) {
    if (name !== OURS.history && (await db.schema.hasTable(OURS.history))) {
      throw new Error(`${OURS.history} is in the warehouse already, beside ${name}.`);
    }
    await adopter.putAside(db, [{ from: found.table, to: ASIDE.history }]);
  }
  await applyShared(db, dialect, warehouseSchema);
  if (found !== null) {
    const known = await db('evt_archives').where('stream', STREAM).first('stream');
    if (known === undefined) await db('evt_archives').insert({ stream: STREAM });
    // Before the conversion: the table that was put aside is what tells that it is not over.
    await db('evt_archives').where({ stream: STREAM, schema: 0 }).update({ schema: 1 });
    await adopter.convert(db, ASIDE.history, 'evt_history');
  }
  const [row] = await db(OURS.history).count({ count: '*' });
  return { count: Number(row?.count), newest: await newestOf(db, dialect, OURS.history) };
}

async function newestOf(db: Knex, dialect: Dialect, table: string): Promise<EventId> {
  // Under the name of the column, its text would be what is sorted by.
  const row = await db(table)
    .orderBy('id', 'desc')
    .first({ found: dialect.idText('id') });
  return row?.found ?? NO_EVENT;
}
