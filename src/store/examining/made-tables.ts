// The tables that migrations make, as their own statements tell: each is run against what only writes down. Migrations
// are frozen and make tables by `raw` alone; a test compares this with what is there after a start.
import type { Knex } from 'knex';
import type { DatabaseKind, Migration, StreamMigration } from '../../../migrations/index.ts';

export interface MadeTable {
  readonly name: string;
  /** What no two rows have in common, the primary key first: the columns of each, as they stand in the statement. */
  readonly keys: readonly string[];
}

const TABLE = /^create table (?:if not exists )?(\w+)/;
/** Behind its column, or with the columns behind it. */
const KEYS = [/^ *(\w+) .*\bprimary key\b(?! \()/gm, /\b(?:primary key|unique) \(([^)]+)\)/g];

export function tablesMadeBy({ up }: Migration, kind: DatabaseKind): Promise<MadeTable[]> {
  return tablesMade((db) => up(db, kind));
}

export function tablesOfStreamMadeBy(
  { up }: StreamMigration,
  kind: DatabaseKind,
  stream: string,
): Promise<MadeTable[]> {
  return tablesMade((db) => up(db, kind, stream));
}

async function tablesMade(up: (db: Knex) => Promise<unknown>): Promise<MadeTable[]> {
  const statements: string[] = [];
  const recorder = {
    raw: async (sql: string) => statements.push(sql),
    schema: { hasColumn: async () => false },
  };
  await up(recorder as unknown as Knex);
  return statements.flatMap((sql) => {
    const [, name] = TABLE.exec(sql) ?? [];
    return name === undefined ? [] : [{ name, keys: keysOf(sql) }];
  });
}

function keysOf(sql: string): string[] {
  return KEYS.flatMap((pattern) => [...sql.matchAll(pattern)].map(([, columns = '']) => columns));
}

/** Without their quotes. */
export function columnsOf(key: string): readonly string[] {
  return key.match(/\w+/g) ?? [];
}
