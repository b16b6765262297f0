// Adopting the active database of futoin-eventstream as stream main. In this order, so that a crash anywhere is mended
// by doing it again: the tables are put aside, which shuts out old writers; the stream's numbers and the consumers are
// written, from what only the old tables know; then the queue is converted, which loses its counter; the old consumers
// go last, since they tell that it is not over.
import type { Knex } from 'knex';
import { type EventId, idPlus, maxId, NO_EVENT } from '../../contract/event-id.ts';
import type { Rename } from '../adopter.ts';
import type { Dialect } from '../dialect.ts';
import { activeSchema, applyShared } from '../migrate.ts';
import {
  type AdoptedConsumer,
  insertConsumers,
  type OriginalConsumer,
  readConsumers,
  requireNamed,
} from './consumers.ts';
import { ASIDE, type Located, locate, OURS, STREAM } from './originals.ts';

/** Ids beyond are none on the wire. */
const ID_DIGITS_MAX = 18;

/** The names that the original was told to use. */
export interface ActiveTables {
  readonly queue: string;
  readonly consumers: string;
}

/** A database of the original as it stands. */
export interface OriginalActive {
  /** An adoption was begun before: nobody writes the old way any more. */
  readonly isBegun: boolean;
  readonly consumers: readonly OriginalConsumer[];
  /** What changes while somebody works the old way: a sentence about each, and its present value. */
  readonly marks: ReadonlyMap<string, string>;
}

export interface AdoptRequest {
  readonly tables: ActiveTables;
  /** The new ident of each consumer. */
  readonly names: ReadonlyMap<string, string>;
  /** The greatest id in the warehouse; null without one. */
  readonly archivedUpTo: EventId | null;
}

export interface Adopted {
  readonly nextId: EventId;
  readonly discardedUpTo: EventId;
  readonly gapsUpTo: EventId;
  readonly consumers: readonly AdoptedConsumer[];
}

interface LocatedTables {
  readonly queue: Located | null;
  readonly consumers: Located;
}

/** null when there is nothing to adopt. Throws when only a part of it is there. */
export async function findActive(
  db: Knex,
  dialect: Dialect,
  tables: ActiveTables,
): Promise<OriginalActive | null> {
  const located = await locateBoth(db, dialect, tables);
  if (located === null) return null;
  const { queue, consumers } = located;
  const known = await readConsumers(db, dialect, consumers.table);
  const marks = new Map<string, string>();
  if (queue !== null) {
    const { table } = queue;
    const { counter, lowest, newest } = await queueNumbers(db, dialect, table);
    marks.set(`events are added to ${table}`, `${counter} ${newest}`);
    marks.set(`events are deleted from ${table}`, lowest ?? '');
  }
  for (const { ident, cursor, lastTime } of known) {
    marks.set(`${ident} reads`, `${cursor} ${lastTime}`);
  }
  return { isBegun: consumers.isAside, consumers: known, marks };
}

/** Runs under the lock of migrations. */
export async function adoptActive(
  db: Knex,
  dialect: Dialect,
  { tables, names, archivedUpTo }: AdoptRequest,
): Promise<Adopted> {
  const { adopter } = dialect;
  const located = await locateBoth(db, dialect, tables);
  if (located === null) throw new Error('Another process has adopted this database meanwhile.');
  await requireNamed(db, dialect, located.consumers.table, names);
  await putAside(db, dialect, located);
  await applyShared(db, dialect, activeSchema);
  let adopted: Adopted | null = null;
  await adopter.atomically(db, async () => {
    await insertStream(db, dialect, archivedUpTo);
    const row = await readNumbers(db, dialect);
    const limits = { archivedUpTo, discardedUpTo: row.discardedUpTo };
    adopted = { ...row, consumers: await insertConsumers(db, dialect, names, limits) };
  });
  if (await db.schema.hasTable(ASIDE.queue)) await adopter.convert(db, ASIDE.queue, 'evt_queue');
  // The queue is there as the first migration of a stream makes it.
  await db('evt_streams').where({ name: STREAM, schema: 0 }).update({ schema: 1 });
  await db.schema.dropTable(ASIDE.consumers);
  return adopted as unknown as Adopted;
}

async function locateBoth(
  db: Knex,
  dialect: Dialect,
  tables: ActiveTables,
): Promise<LocatedTables | null> {
  const queue = await locate(db, dialect, 'queue', tables.queue);
  const consumers = await locate(db, dialect, 'consumers', tables.consumers);
  if (queue === null && consumers === null) {
    for (const role of ['queue', 'consumers'] as const) {
      if (tables[role] === OURS[role] || (await db.schema.hasTable('evt_streams'))) continue;
      throw new Error(`There is no table ${tables[role]} here.`);
    }
    return null;
  }
  // Only when its conversion was the last thing that was done before a crash.
  if (queue === null && consumers?.isAside) return { queue, consumers };
  if (queue === null || consumers === null) {
    const [found, missing] = queue === null ? [consumers, tables.queue] : [queue, tables.consumers];
    throw new Error(
      `${found?.table} is a table of futoin-eventstream, but there is no ${missing} beside it: name the other table ` +
        'with --event-table or --consumer-table.',
    );
  }
  await requireFree(db, [queue, consumers]);
  return { queue, consumers };
}

/** Our own names must not be taken by others than the tables that are adopted. */
async function requireFree(db: Knex, located: readonly Located[]): Promise<void> {
  if (located.some((each) => each.isAside)) return;
  for (const table of ['evt_streams', OURS.queue, OURS.consumers]) {
    const isAdopted = located.some((each) => each.table === table);
    if (isAdopted || !(await db.schema.hasTable(table))) continue;
    throw new Error(
      `${table} is here already: Aftercommit has been used on this database. Adopt into a database without it.`,
    );
  }
}

async function putAside(db: Knex, dialect: Dialect, located: LocatedTables): Promise<void> {
  const renames: Rename[] = [];
  for (const role of ['queue', 'consumers'] as const) {
    const found = located[role];
    if (found !== null && !found.isAside) renames.push({ from: found.table, to: ASIDE[role] });
  }
  if (renames.length > 0) await dialect.adopter.putAside(db, renames);
}

/** Once: when the queue has been converted, its counter is gone. */
async function insertStream(
  db: Knex,
  dialect: Dialect,
  archivedUpTo: EventId | null,
): Promise<void> {
  if ((await db('evt_streams').where('name', STREAM).first('name')) !== undefined) return;
  const { counter, lowest, newest } = await queueNumbers(db, dialect, ASIDE.queue);
  const consumers = await readConsumers(db, dialect, ASIDE.consumers);
  const cursors = consumers.map(({ cursor }) => cursor);
  const last = [newest ?? NO_EVENT, archivedUpTo ?? NO_EVENT, ...cursors].reduce(maxId, counter);
  const nextId = idPlus(last, 1);
  if (nextId.length > ID_DIGITS_MAX) throw new Error(`The id ${last} has too many digits.`);
  await db('evt_streams').insert({
    name: STREAM,
    next_id: nextId,
    discarded_up_to: lowest === null ? last : idPlus(lowest, -1),
    gaps_up_to: last,
    schema: 0,
  });
}

async function readNumbers(db: Knex, dialect: Dialect): Promise<Omit<Adopted, 'consumers'>> {
  return db('evt_streams')
    .where('name', STREAM)
    .first({
      nextId: dialect.idText('next_id'),
      discardedUpTo: dialect.idText('discarded_up_to'),
      gapsUpTo: dialect.idText('gaps_up_to'),
    });
}

interface QueueNumbers {
  readonly counter: EventId;
  /** null when the queue is empty. */
  readonly lowest: EventId | null;
  readonly newest: EventId | null;
}

/** Two looks at the ends of the primary key. Ids below 1 were nobody's: the original began behind 0 as well. */
async function queueNumbers(db: Knex, dialect: Dialect, table: string): Promise<QueueNumbers> {
  const end = async (direction: 'asc' | 'desc') => {
    const row = await db(table)
      .where('id', '>', 0)
      .orderBy('id', direction)
      // Under the name of the column, its text would be what is sorted by.
      .first({ found: dialect.idText('id') });
    return (row?.found ?? null) as EventId | null;
  };
  const counter = await dialect.adopter.counterOf(db, table);
  return { counter, lowest: await end('asc'), newest: await end('desc') };
}
