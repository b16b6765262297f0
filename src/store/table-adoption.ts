// A stream out of an existing table of events, such as a copy or a replica: its rows become the queue of a new stream,
// with their ids. The table itself is left as it is; a queue of our own is made beside it, since columns of another
// type, a missing key or an id that the table gives by itself would break what readers and steps rely on.
//
// On MySQL the queue is made first, by itself; rows and the stream's row come together on every database. So a crash
// leaves an empty table at most, which the next try takes, or a stream whose other tables the next migration makes.
import type { Knex } from 'knex';
import { streamMigrations } from '../../migrations/index.ts';
import { ServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, NO_EVENT } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENT_BYTES_MAX } from '../contract/limits.ts';
import { isEventTime } from '../contract/time.ts';
import { fits } from '../contract/validate.ts';
import type { Dialect } from './dialect.ts';
import { nameTaken } from './renaming.ts';
import { tablesOf } from './tables.ts';
import { isDense } from './unbroken.ts';

export interface TableAdoption {
  readonly table: string;
  readonly stream: string;
}

export interface AdoptedTable {
  readonly count: number;
  /** The greatest id; NO_EVENT when it is empty. */
  readonly newest: EventId;
}

const COLUMNS = ['id', 'type', 'data', 'ts'];
const PAGE = 500;
/** Ids that are named of one kind of mistake. */
const NAMED_MAX = 10;

/** Runs under the lock of migrations. Throws `DestinationExists`; `InvalidRequest` with all that is wrong. */
export async function adoptTable(
  db: Knex,
  dialect: Dialect,
  { table, stream }: TableAdoption,
): Promise<AdoptedTable> {
  const { queue } = tablesOf(stream);
  await requireColumns(db, table);
  await requireForeign(db, table);
  await requireFree(db, stream);
  if (!(await db.schema.hasTable(queue))) await streamMigrations[0]?.up(db, dialect.kind, stream);
  const results: AdoptedTable[] = [];
  await dialect.adopter.atomically(db, async () => {
    const mistakes = new Mistakes(table);
    await findDoubled(db, dialect, table, mistakes);
    const adopted = await copyRows(db, dialect, { table, queue }, mistakes);
    await findAhead(db, dialect, stream, adopted.newest, mistakes);
    mistakes.throwAny();
    await db('evt_streams').insert({
      name: stream,
      next_id: idPlus(adopted.newest, 1),
      discarded_up_to: adopted.before,
      gaps_up_to: adopted.hasGaps ? adopted.newest : NO_EVENT,
      schema: 1,
    });
    results.push(adopted);
  });
  const { count, newest } = results[0] as AdoptedTable;
  return { count, newest };
}

async function requireColumns(db: Knex, table: string): Promise<void> {
  const found = (await db.schema.hasTable(table)) ? Object.keys(await db(table).columnInfo()) : [];
  const missing = COLUMNS.filter((name) => !found.includes(name));
  if (missing.length > 0) {
    const what =
      found.length === 0 ? 'is no table that can be read here' : `has no ${missing.join(', ')}`;
    throw new ServiceError('InvalidRequest', { message: `${table} ${what}.` });
  }
}

/** What a stream is made of is still read and written. */
async function requireForeign(db: Knex, table: string): Promise<void> {
  const streams: { name: string }[] = await db('evt_streams').select('name');
  const owner = streams.find(({ name }) => {
    const { inbox, queue } = tablesOf(name);
    return table === inbox || table === queue;
  });
  if (owner === undefined) return;
  const message = `${table} is of the stream ${owner.name}, which is in use: rename that, or copy it.`;
  throw new ServiceError('InvalidRequest', { message });
}

async function requireFree(db: Knex, stream: string): Promise<void> {
  const { queue, inbox } = tablesOf(stream);
  const isKnown = (await db('evt_streams').where('name', stream).first('name')) !== undefined;
  const isUsed =
    (await db.schema.hasTable(inbox)) ||
    ((await db.schema.hasTable(queue)) && (await db(queue).first('id')) !== undefined);
  if (isKnown || isUsed) throw nameTaken(stream);
}

async function findDoubled(db: Knex, dialect: Dialect, table: string, mistakes: Mistakes) {
  const rows = await db(table)
    .whereNotNull('id')
    .groupBy('id')
    .havingRaw('count(*) > 1')
    .orderBy('id')
    .limit(NAMED_MAX + 1)
    .select({ found: dialect.idText('id') });
  for (const { found } of rows) mistakes.add('ids that are there twice', found);
  const [missing] = await db(table).whereNull('id').count({ count: '*' });
  if (Number(missing?.count) > 0) mistakes.add('rows without an id', String(missing?.count));
}

interface CopiedRows extends AdoptedTable {
  /** Right before the lowest id. */
  readonly before: EventId;
  readonly hasGaps: boolean;
}

/** In the order of their ids, and none any more once something is wrong. */
async function copyRows(
  db: Knex,
  dialect: Dialect,
  { table, queue }: { table: string; queue: string },
  mistakes: Mistakes,
): Promise<CopiedRows> {
  let count = 0;
  let newest: EventId | null = null;
  let before: EventId | null = null;
  let hasGaps = false;
  for (;;) {
    const found = await page(db, dialect, table, newest);
    if (found.length === 0) break;
    for (const row of found) findMistakes(row, mistakes);
    findUnordered(newest, found, mistakes);
    if (mistakes.hasBadIds) break;
    before ??= idPlus(found[0]?.[0] as EventId, -1);
    hasGaps ||= !isDense(newest ?? before, found);
    newest = found.at(-1)?.[0] as EventId;
    count += found.length;
    if (mistakes.isEmpty) await dialect.insertHistory(db, queue, found);
  }
  return { count, newest: newest ?? NO_EVENT, before: before ?? NO_EVENT, hasGaps };
}

/** Rows behind `after`: as many as fit into memory and into a statement, which their lengths say, but one at least. */
async function page(
  db: Knex,
  dialect: Dialect,
  table: string,
  after: EventId | null,
): Promise<EventRow[]> {
  const query = db(table).whereNotNull('id').orderBy('id').limit(PAGE);
  if (after !== null) query.where('id', '>', after);
  const length = db.raw('octet_length(?)', [dialect.idText('data')]);
  const lengths: { bytes: unknown }[] = await query.clone().select({ bytes: length });
  let bytes = 0;
  const fitting = lengths.findIndex((row) => {
    bytes += Number(row.bytes);
    return bytes > BATCH_BYTES_MAX;
  });
  query.limit(fitting < 0 ? PAGE : Math.max(1, fitting));
  const rows = await query.select({
    // Under the names of the columns, their texts would be what is sorted by.
    found: dialect.idText('id'),
    itsType: dialect.idText('type'),
    itsData: dialect.idText('data'),
    itsTs: dialect.adopter.isoTime(db, 'ts'),
  });
  return rows.map((row) => [row.found, row.itsType, row.itsData, row.itsTs] as unknown as EventRow);
}

function findMistakes([id, type, data, ts]: EventRow, mistakes: Mistakes): void {
  if (!fits('event-id', id) || compareIds(id, NO_EVENT) <= 0) mistakes.addBadId(id);
  if (!fits('event-type', type) || type.startsWith('aftercommit:')) mistakes.add('types', id);
  if (!isJson(data)) mistakes.add('data that is not JSON', id);
  else if (Buffer.byteLength(data) > EVENT_BYTES_MAX) mistakes.add('data that is too large', id);
  if (typeof ts !== 'string' || !isEventTime(ts)) mistakes.add('times', id);
}

/** Ids that are kept as text are not in the order of numbers; the same twice is told already. */
function findUnordered(after: EventId | null, rows: readonly EventRow[], mistakes: Mistakes): void {
  if (mistakes.hasBadIds) return;
  const ids = [after ?? NO_EVENT, ...rows.map(([id]) => id)];
  const lesser = ids.find((id, nth) => compareIds(id, ids[nth - 1] ?? id) < 0);
  if (lesser !== undefined) mistakes.addUnordered(lesser);
}

/** A consumer that is registered for the name already reads on. */
async function findAhead(
  db: Knex,
  dialect: Dialect,
  stream: string,
  newest: EventId,
  mistakes: Mistakes,
): Promise<void> {
  const known = await db('evt_consumers')
    .where('stream', stream)
    .select({ ident: 'ident', cursor: dialect.idText('last_evt_id') });
  for (const { ident, cursor } of known) {
    if (compareIds(cursor, newest) > 0) mistakes.add('consumers beyond the last event', ident);
  }
}

function isJson(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** All that is wrong with a table, the first of each kind by name. */
class Mistakes {
  readonly #table: string;
  readonly #found = new Map<string, string[]>();
  hasBadIds = false;

  constructor(table: string) {
    this.#table = table;
  }

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  /** Behind such a one there is no going on by ids. */
  addBadId(id: string): void {
    this.hasBadIds = true;
    this.add('ids that are none (1 to 18 digits, from 1 on)', id);
  }

  /** The same of one that comes behind a greater one. */
  addUnordered(id: string): void {
    this.hasBadIds = true;
    this.add('ids that are not in the order of numbers (is the column a text?)', id);
  }

  add(kind: string, where: string): void {
    const named = this.#found.get(kind) ?? [];
    if (named.length <= NAMED_MAX) named.push(where);
    this.#found.set(kind, named);
  }

  throwAny(): void {
    if (this.isEmpty) return;
    const kinds = [...this.#found].map(([kind, named]) => {
      const more = named.length > NAMED_MAX ? ', ...' : '';
      return `${kind}: ${named.slice(0, NAMED_MAX).join(', ')}${more}`;
    });
    const message = `${this.#table} cannot become a stream; it has ${kinds.join('; ')}.`;
    throw new ServiceError('InvalidRequest', { message });
  }
}
