// The tables that migrations make, as their own statements tell: each is run against what only writes down. Migrations
// are frozen and make tables by `raw` alone; a test compares this with what is there after a start.
import type { Knex } from 'knex';
import type { DatabaseKind, Migration, StreamMigration } from '../../../migrations/index.ts';

const TABLE = /^create table (?:if not exists )?(\w+)/;

export function tablesMadeBy({ up }: Migration, kind: DatabaseKind): Promise<string[]> {
  return tablesMade((db) => up(db, kind));
}

export function tablesOfStreamMadeBy(
  { up }: StreamMigration,
  kind: DatabaseKind,
  stream: string,
): Promise<string[]> {
  return tablesMade((db) => up(db, kind, stream));
}

async function tablesMade(up: (db: Knex) => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const recorder = {
    raw: async (sql: string) => statements.push(sql),
    schema: { hasColumn: async () => false },
  };
  await up(recorder as unknown as Knex);
  return statements.flatMap((sql) => TABLE.exec(sql)?.[1] ?? []);
}
