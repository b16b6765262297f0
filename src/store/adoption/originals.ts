// The tables of futoin-eventstream: which of them stand here, and under which names. An adoption renames them first,
// which shuts out whoever still writes the old way; until it is over they are known by these names, so one that was
// interrupted is found, whatever the names were before.
import type { Knex } from 'knex';
import type { Dialect } from '../dialect.ts';

/** What is adopted becomes this stream. */
export const STREAM = 'main';

/** No stream's tables can have these names. */
export const ASIDE = {
  queue: 'adopted_evt_queue',
  consumers: 'adopted_evt_consumers',
  history: 'adopted_evt_history',
} as const;

export type Role = keyof typeof ASIDE;

/** Our own tables, which have the names that the original's have unless it was told otherwise. */
export const OURS: Readonly<Record<Role, string>> = {
  queue: 'evt_queue',
  consumers: 'evt_consumers',
  history: 'evt_history',
};

const EVENT_COLUMNS = ['id', 'type', 'data', 'ts'];
const COLUMNS: Readonly<Record<Role, readonly string[]>> = {
  queue: EVENT_COLUMNS,
  consumers: ['id', 'last_evt_id', 'reg_time', 'last_time', 'ident'],
  history: EVENT_COLUMNS,
};
const TIME_COLUMN: Readonly<Record<Role, string>> = {
  queue: 'ts',
  consumers: 'reg_time',
  history: 'ts',
};

export type Shape = 'absent' | 'original' | 'ours' | 'foreign';

export async function shapeOf(
  db: Knex,
  dialect: Dialect,
  role: Role,
  table: string,
): Promise<Shape> {
  if (!(await db.schema.hasTable(table))) return 'absent';
  const columns = Object.keys(await db(table).columnInfo());
  if (!COLUMNS[role].every((name) => columns.includes(name))) return 'foreign';
  return (await dialect.adopter.hasOurTimes(db, table, TIME_COLUMN[role])) ? 'ours' : 'original';
}

/** Where the original's table stands now; null when there is none (any more). */
export interface Located {
  readonly table: string;
  readonly isAside: boolean;
}

/** Throws when the table of that name is neither the original's nor ours. */
export async function locate(
  db: Knex,
  dialect: Dialect,
  role: Role,
  name: string,
): Promise<Located | null> {
  if (await db.schema.hasTable(ASIDE[role])) return { table: ASIDE[role], isAside: true };
  const shape = await shapeOf(db, dialect, role, name);
  if (shape === 'foreign') {
    const wanted = COLUMNS[role].join(', ');
    throw new Error(`${name} is no table of futoin-eventstream, which would have ${wanted}.`);
  }
  return shape === 'original' ? { table: name, isAside: false } : null;
}

/** Throws when a database of the original is about to be taken for an empty one of ours. */
export async function requireAdopted(
  db: Knex,
  dialect: Dialect,
  roles: readonly Role[],
  isOurs: boolean,
): Promise<void> {
  for (const role of roles) {
    if (await db.schema.hasTable(ASIDE[role])) {
      throw new Error(
        'An adoption of futoin-eventstream was begun here and is not finished: run aftercommit migrate --adopt again.',
      );
    }
    if (!isOurs && (await shapeOf(db, dialect, role, OURS[role])) === 'original') {
      throw new Error(
        `${OURS[role]} is a table of futoin-eventstream. To go on with it, stop its services and run aftercommit ` +
          'migrate --adopt once (docs/futoin.md).',
      );
    }
  }
}
