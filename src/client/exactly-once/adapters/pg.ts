// A pool or a client of the `pg` package.
import { hasMethods } from '../../../base/has-methods.ts';
import {
  type Adapter,
  type Database,
  inTurn,
  type Row,
  type Session,
  transact,
} from './adapter.ts';

interface PgClient {
  query(sql: string, values: unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

interface PooledClient extends PgClient {
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
  release(isBroken: boolean): void;
}

interface PgPool {
  connect(): Promise<PooledClient>;
}

export const pgAdapter: Adapter = (handle) => {
  if (hasMethods(handle, 'query', 'connect', 'on') && 'totalCount' in handle) {
    return overPool(handle as unknown as PgPool);
  }
  if (hasMethods(handle, 'query', 'escapeIdentifier')) {
    return overClient(handle as unknown as PgClient);
  }
  return null;
};

function overPool(pool: PgPool): Database {
  return {
    dialect: 'postgres',
    transaction: async (work) => {
      const client = await pool.connect();
      // A client that loses its connection says so by an event too, which ends the process when nobody listens.
      client.on('error', ignore);
      let isBroken = false;
      try {
        return await withClient(client, work, () => {
          isBroken = true;
        });
      } finally {
        client.off('error', ignore);
        client.release(isBroken);
      }
    },
  };
}

function overClient(client: PgClient): Database {
  return {
    dialect: 'postgres',
    transaction: (work) => inTurn(client, () => withClient(client, work)),
  };
}

function withClient<T>(
  client: PgClient,
  work: (session: Session) => Promise<T>,
  onBroken?: () => void,
): Promise<T> {
  const rows: Session['rows'] = async (sql, values) =>
    (await client.query(numbered(sql), [...values])).rows;
  const run: Session['run'] = (sql, values = []) => rows(sql, values);
  return transact({ tx: client, run, rows }, () => run('begin'), work, onBroken);
}

/** The marks as PostgreSQL has them: `$1`, `$2` ... */
function numbered(sql: string): string {
  let mark = 0;
  return sql.replaceAll('?', () => {
    mark += 1;
    return `$${mark}`;
  });
}

function ignore(): void {}
