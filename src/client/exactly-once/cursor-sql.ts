// The statements on the cursor's table, in the words of each database; their marks are `?`. Ids and tokens are read as
// text, since drivers round what is beyond 2^53, and under names of one word, which no mapper of column names changes.
import type { Dialect } from './adapters/adapter.ts';

export interface CursorSql {
  /** Makes the table when it is not there. */
  readonly schema: string;
  readonly probe: string;
  /** Takes the consumer: a new row, or the next token. Marks: consumer, stream. */
  readonly take: string;
  /**
   * Locks the row until the transaction ends and reads it as it is then, whatever snapshot the transaction has:
   * `id`, `epoch`, `token`. Marks: consumer, stream.
   */
  readonly lock: string;
  /** Writes the cursor. Marks: id, epoch, consumer, stream. */
  readonly move: string;
}

export function cursorSql(dialect: Dialect, table: string): CursorSql {
  return {
    schema: schemaOf(table, dialect === 'mysql' ? MYSQL_TABLE_OPTIONS : ''),
    probe: `select consumer from ${table} where 1 = 0`,
    ...WORDS[dialect](table),
    move: `update ${table} set last_id = ?, epoch = ? where consumer = ? and stream = ?`,
  };
}

/** Names are compared by their bytes, as on the other databases. */
const MYSQL_TABLE_OPTIONS = ' engine = InnoDB default character set utf8mb4 collate utf8mb4_bin';

function schemaOf(table: string, options: string): string {
  return `create table if not exists ${table} (
  consumer varchar(64) not null,
  stream varchar(30) not null,
  last_id bigint not null,
  epoch integer not null,
  token bigint not null,
  primary key (consumer, stream)
)${options}`;
}

const WORDS: Record<Dialect, (table: string) => Pick<CursorSql, 'take' | 'lock'>> = {
  postgres: (table) => ({
    take: takeByConflict(table),
    lock: `select ${columnsAs('text')} from ${table} where consumer = ? and stream = ? for update`,
  }),

  mysql: (table) => ({
    take: `${insertInto(table)} on duplicate key update token = token + 1`,
    lock: `select ${columnsAs('char')} from ${table} where consumer = ? and stream = ? for update`,
  }),

  // A write, since a transaction that reads first cannot be upgraded once another writer came between.
  sqlite: (table) => ({
    take: takeByConflict(table),
    lock:
      `update ${table} set token = token where consumer = ? and stream = ? ` +
      `returning ${columnsAs('text')}`,
  }),
};

function takeByConflict(table: string): string {
  return `${insertInto(table)} on conflict (consumer, stream) do update set token = ${table}.token + 1`;
}

function insertInto(table: string): string {
  return `insert into ${table} (consumer, stream, last_id, epoch, token) values (?, ?, 0, 1, 1)`;
}

function columnsAs(text: string): string {
  return `cast(last_id as ${text}) as id, epoch, cast(token as ${text}) as token`;
}
