// Another name for a stream: its tables, its row, and all rows that name it.
//
// First the row says what it is to be called (`moving_to`), then the warehouse is renamed, then the active database. On
// PostgreSQL and SQLite the last is one transaction; on MySQL the tables come first, in one statement. A crash anywhere
// leaves the mark: no node starts until the rename was asked for again, which goes on from there. Nodes that are
// running meanwhile answer `StreamNotFound` from then on, and readers keep their cursors, which go along.
import type { Knex } from 'knex';
import { isOfCopy } from '../contract/consumer.ts';
import { ServiceError, streamNotFound } from '../contract/errors.ts';
import type { Dialect } from './dialect.ts';
import { lockStream } from './queries/streams.ts';
import { tablesOf } from './tables.ts';

export interface Renaming {
  readonly from: string;
  readonly to: string;
}

/** Tables that name their stream, and their column for it. */
const ACTIVE_ROWS = [
  'evt_consumers',
  'evt_keys',
  'evt_epochs',
  'evt_copies',
  'evt_projections',
  'evt_state',
];
/** Those in which rows of two streams of one name would meet. */
const KEYED_BY_STREAM = ['evt_consumers', 'evt_keys', 'evt_epochs', 'evt_projections', 'evt_state'];
const WAREHOUSE_ROWS = ['evt_archives', 'evt_watermarks', 'evt_checksums', 'evt_copies'];

/**
 * Throws `StreamNotFound`; `DestinationExists` when the new name is taken; `StreamInUse` while a copy reads it. Again =
 * no change, and gives false.
 */
export async function markRenaming(db: Knex, { from, to }: Renaming): Promise<boolean> {
  if (!(await db.schema.hasColumn('evt_streams', 'moving_to'))) {
    const message = 'The database is of an older version: run aftercommit migrate first.';
    throw new ServiceError('InvalidRequest', { message });
  }
  const row = await db('evt_streams').where('name', from).first('moving_to');
  if (row === undefined) throw streamNotFound(from);
  if (row.moving_to === to) return false;
  if (row.moving_to !== null) {
    const message = `Stream ${from} is being renamed to ${row.moving_to}: finish that first.`;
    throw new ServiceError('DestinationExists', { message, details: { stream: from } });
  }
  const { inbox, queue } = tablesOf(to);
  const isTaken =
    (await db('evt_streams').where('name', to).orWhere('moving_to', to).first('name')) !==
      undefined ||
    (await db.schema.hasTable(inbox)) ||
    (await db.schema.hasTable(queue));
  if (isTaken) throw nameTaken(to);
  for (const table of KEYED_BY_STREAM) {
    if ((await db(table).where('stream', to).first('stream')) === undefined) continue;
    const message = `${table} has rows of a stream ${to} that is no more: delete them, or take another name.`;
    throw new ServiceError('DestinationExists', { message, details: { stream: to } });
  }
  const readers = await db('evt_consumers').where('stream', from).select('ident');
  const copy = readers.find(({ ident }) => isOfCopy(ident));
  if (copy !== undefined) {
    const message = `A copy reads the stream ${from} by that name (${copy.ident}): let it end, or cancel it.`;
    throw new ServiceError('StreamInUse', { message, details: { stream: from } });
  }
  await db('evt_streams').where('name', from).update({ moving_to: to });
  return true;
}

/** Nothing has its new name yet, and none is to get it. */
export async function unmarkRenaming(db: Knex, { from, to }: Renaming): Promise<void> {
  await db('evt_streams').where({ name: from, moving_to: to }).update({ moving_to: null });
}

/** Waits for others no longer than `lockMs`. */
export async function renameActive(
  db: Knex,
  dialect: Dialect,
  renaming: Renaming,
  lockMs: number,
): Promise<void> {
  const { from, to } = renaming;
  const [before, after] = [tablesOf(from), tablesOf(to)];
  if (await db.schema.hasTable(before.queue)) {
    const tables = (['inbox', 'queue'] as const).map((table) => ({
      from: before[table],
      to: after[table],
    }));
    await dialect.renameTables(db, tables, lockMs);
  }
  await dialect.adopter.atomically(db, async () => {
    // Whoever registers at the moment does so under it, and its row goes along.
    await lockStream(db, dialect, from);
    await moveRows(db, renaming, ACTIVE_ROWS);
    await db('evt_streams').where('name', from).update({ name: to, moving_to: null });
  });
  await dialect.onRenamed?.(db, to);
}

/**
 * In the warehouse. Throws `DestinationExists`; `InvalidRequest` when it is another one than that with the history.
 * Either has changed nothing. Again = no change.
 */
export async function renameHistory(
  db: Knex,
  dialect: Dialect,
  renaming: Renaming,
  lockMs: number,
): Promise<void> {
  const { history: from } = tablesOf(renaming.from);
  const { history: to } = tablesOf(renaming.to);
  if (await db.schema.hasTable(from)) {
    if (await db.schema.hasTable(to)) throw nameTaken(renaming.to);
    await dialect.renameTables(db, [{ from, to }], lockMs);
  } else if (!(await db.schema.hasTable(to))) {
    const message = `Stream ${renaming.from} is archived, and this warehouse has no history of it.`;
    throw new ServiceError('InvalidRequest', { message, details: { stream: renaming.from } });
  }
  await dialect.adopter.atomically(db, () => moveRows(db, renaming, WAREHOUSE_ROWS));
}

/** Throws when a rename was begun and is not over: to start would make the old stream anew. */
export async function requireNoRenaming(db: Knex): Promise<void> {
  const row = await db('evt_streams').whereNotNull('moving_to').first('name', 'moving_to');
  if (row === undefined) return;
  throw new Error(
    `A rename of stream ${row.name} was begun and is not finished: run aftercommit streams rename ${row.name} ` +
      `${row.moving_to} again.`,
  );
}

async function moveRows(db: Knex, { from, to }: Renaming, tables: readonly string[]) {
  for (const table of tables) {
    // A warehouse may be of an older version.
    if (!(await db.schema.hasTable(table))) continue;
    await db(table).where('stream', from).update({ stream: to });
  }
}

export function nameTaken(stream: string): ServiceError {
  const message = `There is a stream ${stream} already, or a table that it would have.`;
  return new ServiceError('DestinationExists', { message, details: { stream } });
}
