// evt_projections and evt_state: what the events of a stream come to, item by item, and up to which event.
import type { Knex } from 'knex';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';

/** How far the state of a stream is. */
export interface ProjectionFacts {
  /** Of which configuration it is. */
  readonly config: string;
  /** Every event up to here is in it. */
  readonly cursor: EventId;
  readonly epoch: number;
  /** Counts how often it was begun, each time of another configuration. */
  readonly generation: number;
  /** With this event it is whole. */
  readonly readyAt: EventId;
  /** What has changed is known for all who were here, or behind it. */
  readonly resumableFrom: EventId;
}

/** An item as it is now; without a value it was removed by the event that is its version. */
export interface StateItem {
  readonly kind: string;
  readonly key: string;
  readonly version: EventId;
  /** JSON text. */
  readonly value: string | null;
}

/** Rows of one statement: each value is a binding. */
const ROWS_MAX = 200;
/**
 * And their text: one event may be an item of many kinds, and a database takes packets of a bounded size, in which each
 * quotation mark may count twice.
 */
const LENGTH_MAX = 1_048_576;

export async function findProjection(
  db: Knex,
  dialect: Dialect,
  stream: string,
): Promise<ProjectionFacts | null> {
  return (await db('evt_projections').where('stream', stream).first(factColumns(dialect))) ?? null;
}

/** Items that are forgotten at a time, and those of the same version. */
const SLICE = 1000;
/** Of no configuration, as nobody's is: what was made before is being forgotten, and nobody is given any of it. */
const BEING_EMPTIED = '';

/**
 * Begins anew. False when somebody else has begun it, the last time or the first; who was held up on the way must not
 * undo what another node has made since. What was made before is forgotten by `emptyProjection` then; until that is
 * done nothing is written. Who dies meanwhile leaves it to the next, who begins anew.
 */
export async function resetProjection(
  tx: Knex,
  stream: string,
  facts: ProjectionFacts,
): Promise<boolean> {
  const isFirst = facts.generation === 1;
  const row = {
    config: isFirst ? facts.config : BEING_EMPTIED,
    cursor_id: facts.cursor,
    epoch: facts.epoch,
    generation: facts.generation,
    ready_at: facts.readyAt,
    resumable_from: facts.resumableFrom,
  };
  const projections = tx('evt_projections');
  if (isFirst) {
    if ((await projections.where('stream', stream).first('stream')) !== undefined) return false;
    await tx('evt_projections').insert({ stream, ...row });
    return true;
  }
  const before = { stream, generation: facts.generation - 1 };
  return (await projections.where(before).update(row)) === 1;
}

/**
 * Forgets some of what was made before, behind the version up to which that was done; with the last of it the state is
 * of its configuration. Gives up to where it has come; null: that was all. False when somebody else has begun anew.
 */
export async function emptyProjection(
  tx: Knex,
  dialect: Dialect,
  { stream, config, generation }: { stream: string; config: string; generation: number },
  after: EventId,
): Promise<EventId | null | false> {
  const own = { stream, generation, config: BEING_EMPTIED };
  // Its lock is what every writer asks for first: nobody writes what would be forgotten here.
  const found = await dialect.forUpdate(tx('evt_projections').where(own).first('stream'));
  if (found === undefined) return false;
  const left = () => tx('evt_state').where('stream', stream).where('version', '>', after);
  const versions = await oldestOf(left(), dialect);
  if (versions.length === SLICE) {
    const upTo = versions.at(-1) as EventId;
    await left().where('version', '<=', upTo).delete();
    return upTo;
  }
  await left().delete();
  await tx('evt_projections').where(own).update({ config });
  return null;
}

/** The versions of a slice of these items, the oldest first. */
async function oldestOf(items: Knex.QueryBuilder, dialect: Dialect): Promise<EventId[]> {
  const found = { found: dialect.idText('version') };
  const rows = await items.orderBy('version').limit(SLICE).select(found);
  return rows.map((row: { found: EventId }) => row.found);
}

/** How far a state gets, and of which epoch that is. */
export interface ProjectionMove {
  readonly stream: string;
  readonly config: string;
  readonly from: EventId;
  readonly to: EventId;
  readonly epoch: number;
}

/** False when it stands elsewhere, or is of another configuration. */
export async function moveProjection(
  tx: Knex,
  { stream, config, from, to, epoch }: ProjectionMove,
): Promise<boolean> {
  const at = { stream, config, cursor_id: from };
  return (await tx('evt_projections').where(at).update({ cursor_id: to, epoch })) === 1;
}

/** Each key once. */
export async function writeItems(
  tx: Knex,
  dialect: Dialect,
  stream: string,
  items: readonly StateItem[],
): Promise<void> {
  for (const some of inStatements(items)) {
    const rows = some.map(({ kind, key, version, value }) => ({
      ...{ stream, kind, item_key: key, version, value },
      removed_at: value === null ? dialect.now() : null,
    }));
    await tx('evt_state').insert(rows).onConflict(['stream', 'kind', 'item_key']).merge();
  }
}

/** At least one each. */
function* inStatements(items: readonly StateItem[]): Generator<StateItem[]> {
  let some: StateItem[] = [];
  let length = 0;
  for (const item of items) {
    length += item.value?.length ?? 0;
    if (some.length > 0 && (some.length === ROWS_MAX || length > LENGTH_MAX)) {
      yield some;
      some = [];
      length = item.value?.length ?? 0;
    }
    some.push(item);
  }
  if (some.length > 0) yield some;
}

/** All of a kind are removed by this event. */
export async function removeKind(
  tx: Knex,
  dialect: Dialect,
  stream: string,
  { kind, version }: { kind: string; version: EventId },
): Promise<void> {
  await tx('evt_state')
    .where({ stream, kind })
    .whereNotNull('value')
    .update({ version, value: null, removed_at: dialect.now() });
}

/** In one statement, so that the items are those of the cursor. Removed ones are left out. */
export async function readState(
  db: Knex,
  dialect: Dialect,
  stream: string,
  kinds: readonly string[],
): Promise<{ facts: ProjectionFacts; items: StateItem[] } | null> {
  const query = joined(db, dialect, stream, (join) =>
    join.andOnIn('s.kind', kinds).andOnNotNull('s.value'),
  );
  return gathered(await query.orderBy([{ column: 's.kind' }, { column: 's.item_key' }]));
}

/** One item as it is now, in the same way. */
export async function readItem(
  db: Knex,
  dialect: Dialect,
  stream: string,
  { kind, key }: { kind: string; key: string },
): Promise<{ facts: ProjectionFacts; items: StateItem[] } | null> {
  const values = { kind: db.raw('?', [kind]), key: db.raw('?', [key]) };
  const query = joined(db, dialect, stream, (join) =>
    join.andOn('s.kind', '=', values.kind).andOn('s.item_key', '=', values.key),
  );
  return gathered(await query);
}

/** What has changed behind `after`, removed ones too, at most `limit` of them, in the order of their versions. */
export async function readChanges(
  db: Knex,
  dialect: Dialect,
  stream: string,
  { kinds, after, limit }: { kinds: readonly string[]; after: EventId; limit: number },
): Promise<{ facts: ProjectionFacts; items: StateItem[] } | null> {
  const query = joined(db, dialect, stream, (join) =>
    join.andOnIn('s.kind', kinds).andOn('s.version', '>', db.raw('?', [after])),
  );
  return gathered(await query.orderBy('s.version').limit(limit));
}

/** Of the values that have changed behind `after`, of at most `limit` of them, in characters or bytes. */
export async function lengthOfChanges(
  db: Knex,
  stream: string,
  { kinds, after, limit }: { kinds: readonly string[]; after: EventId; limit: number },
): Promise<number> {
  const changed = db('evt_state')
    .where('stream', stream)
    .whereIn('kind', kinds)
    .where('version', '>', after)
    .orderBy('version')
    .limit(limit)
    .select('value');
  const row = await db.from(changed.as('changed')).first({ length: db.raw('sum(length(value))') });
  return Number(row?.length ?? 0);
}

/** The version of the newest change among these kinds; null when there never was one. */
export async function newestVersion(
  db: Knex,
  dialect: Dialect,
  stream: string,
  kinds: readonly string[],
): Promise<EventId | null> {
  const row = await db('evt_state')
    .where('stream', stream)
    .whereIn('kind', kinds)
    .orderBy('version', 'desc')
    .first({ found: dialect.idText('version') });
  return row?.found ?? null;
}

/**
 * Forgets some of the items that were removed so long ago; from then on who has not heard of them cannot be told. Gives
 * how many; 0 = there are no more.
 */
export async function purgeRemoved(
  tx: Knex,
  dialect: Dialect,
  stream: string,
  olderThanMs: number,
): Promise<number> {
  const old = () =>
    tx('evt_state').where('stream', stream).where('removed_at', '<', dialect.fromNow(-olderThanMs));
  const upTo = (await oldestOf(old(), dialect)).at(-1);
  if (upTo === undefined) return 0;
  await tx('evt_projections')
    .where('stream', stream)
    .where('resumable_from', '<', upTo)
    .update({ resumable_from: upTo });
  return old().where('version', '<=', upTo).delete();
}

function factColumns(dialect: Dialect, table = 'evt_projections') {
  return {
    config: `${table}.config`,
    cursor: dialect.idText(`${table}.cursor_id`),
    epoch: `${table}.epoch`,
    generation: `${table}.generation`,
    readyAt: dialect.idText(`${table}.ready_at`),
    resumableFrom: dialect.idText(`${table}.resumable_from`),
  };
}

function joined(
  db: Knex,
  dialect: Dialect,
  stream: string,
  on: (join: Knex.JoinClause) => Knex.JoinClause,
): Knex.QueryBuilder {
  return db('evt_projections as p')
    .leftJoin('evt_state as s', (join) => void on(join.on('s.stream', 'p.stream')))
    .where('p.stream', stream)
    .select({
      ...factColumns(dialect, 'p'),
      kind: 's.kind',
      key: 's.item_key',
      version: dialect.idText('s.version'),
      value: 's.value',
    });
}

type JoinedRow = ProjectionFacts & { [name in keyof StateItem]: StateItem[name] | null };

/** Without an item there is one row nonetheless, for the facts. */
function gathered(
  rows: readonly JoinedRow[],
): { facts: ProjectionFacts; items: StateItem[] } | null {
  const [first] = rows;
  if (first === undefined) return null;
  const { config, cursor, epoch, generation, readyAt, resumableFrom } = first;
  const items = rows.flatMap(({ kind, key, version, value }) =>
    kind === null || key === null || version === null ? [] : [{ kind, key, version, value }],
  );
  return { facts: { config, cursor, epoch, generation, readyAt, resumableFrom }, items };
}
