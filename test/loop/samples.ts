// How large the active database is while the loop goes on.
import type { DatabaseKind } from '../support/databases.ts';
import type { SqlSession } from '../support/sql-session.ts';

export interface Sample {
  /** Since the beginning, in seconds. */
  readonly at: number;
  /** The newest event. */
  readonly newest: number;
  /** Events in the queue. */
  readonly queued: number;
  /** What the database takes on the disk, or says that it does. */
  readonly bytes: number;
}

/** On SQLite room that was used once is used again, and not given back. */
const BYTES: Readonly<Record<DatabaseKind, string>> = {
  sqlite: 'select page_count * page_size as n from pragma_page_count(), pragma_page_size()',
  postgres: 'select pg_database_size(current_database()) as n',
  mysql:
    'select sum(file_size) as n from information_schema.innodb_sys_tablespaces' +
    " where name like concat(database(), '/%')",
};

export async function sampleOf(kind: DatabaseKind, sql: SqlSession): Promise<Omit<Sample, 'at'>> {
  const number = async (text: string) => Number((await sql.run(text))[0]?.n ?? 0);
  return {
    newest: await number("select next_id - 1 as n from evt_streams where name = 'main'"),
    queued: await number(
      "select next_id - 1 - discarded_up_to as n from evt_streams where name = 'main'",
    ),
    bytes: await number(BYTES[kind]),
  };
}
