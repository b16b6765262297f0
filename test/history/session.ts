// One connection of an application, that may be cut at any moment: every statement is answered, refused by the
// database, or lost.
import mysql from 'mysql2/promise';
import pg from 'pg';
import type { DatabaseKind } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';

/** What was sent may have been carried out or not. */
export class Lost extends Error {}

export interface Session {
  readonly kind: DatabaseKind;
  /** Rejects with `Lost` when no answer came, with what the database has said when it has refused. */
  run(sql: string, values?: readonly string[]): Promise<void>;
  /** Ends it without a word. */
  destroy(): void;
}

const ANSWER_MS_MAX = 20_000;
/** Of a statement, in what is said of its refusal. */
const SQL_CHARS = 60;

/** In a Galera cluster what is read or written is behind what was committed on other nodes before. */
export const SEE_ALL = 'set autocommit = 1 /*M!100301 , wsrep_sync_wait = 7 */';

/** Said by a node of a Galera cluster that has lost the others; what a COMMIT came to, it does not know. */
const WITHOUT_OTHERS = [1047, 1180];

export async function openSession(kind: DatabaseKind, url: string): Promise<Session> {
  const opened = await OPEN[kind](url).catch((cause) => {
    throw new Lost('The connection could not be made.', { cause });
  });
  return {
    kind,
    destroy: opened.destroy,
    run: async (sql, values = []) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Lost(`No answer to: ${sql}`)), ANSWER_MS_MAX);
      });
      const answered = opened.run(sql, values).catch((cause) => {
        if (!opened.isRefusal(cause)) throw new Lost(`Lost: ${sql}`, { cause });
        throw new Error(`${cause.message} (${sql.slice(0, SQL_CHARS)})`, { cause });
      });
      await Promise.race([answered, late]).finally(() => clearTimeout(timer));
    },
  };
}

interface Opened {
  run(sql: string, values: readonly string[]): Promise<unknown>;
  isRefusal(error: {
    severity?: unknown;
    sqlState?: unknown;
    fatal?: unknown;
    errno?: unknown;
  }): boolean;
  destroy(): void;
}

const OPEN: Record<DatabaseKind, (url: string) => Promise<Opened>> = {
  sqlite: async (url) => {
    const session = await openSqlSession('sqlite', url);
    return {
      run: (sql, values) => session.run(sql, values),
      // It runs in this process: what throws was not done.
      isRefusal: () => true,
      destroy: () => void session.close(),
    };
  },
  postgres: async (url) => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
    client.on('error', () => {});
    await client.connect();
    return {
      run: (sql, values) => client.query(sql, [...values]),
      isRefusal: ({ severity }) => severity === 'ERROR',
      destroy: () => void client.end().catch(() => {}),
    };
  },
  mysql: async (url) => {
    const connection = await mysql.createConnection({ uri: url, connectTimeout: 5000 });
    connection.on('error', () => {});
    await connection.query(SEE_ALL);
    return {
      run: (sql, values) => connection.query(sql, [...values]),
      isRefusal: ({ sqlState, fatal, errno }) =>
        typeof sqlState === 'string' && fatal !== true && !WITHOUT_OTHERS.includes(Number(errno)),
      destroy: () => connection.destroy(),
    };
  },
};

/** An insert of so many events at once, with a mark for each value. */
export function insertOf(kind: DatabaseKind, count: number): string {
  const rows = Array.from({ length: count }, (_, nth) =>
    kind === 'postgres' ? `($${2 * nth + 1}, $${2 * nth + 2})` : '(?, ?)',
  );
  return `insert into evt_inbox (type, data) values ${rows.join(', ')}`;
}
