// A pool or a connection of the `mysql2` package, with promises or with callbacks. The effect is given a connection of
// the same flavour.
import { hasMethods } from '../../../base/has-methods.ts';
import {
  type Adapter,
  type Database,
  inTurn,
  type Row,
  type Session,
  transact,
} from './adapter.ts';

interface Query {
  readonly sql: string;
  readonly values?: readonly unknown[];
  /** The application may have set it for the connection. */
  readonly rowsAsArray?: false;
}

interface Connection {
  query(sql: string): Promise<unknown>;
  execute(query: Query): Promise<[readonly Row[], unknown]>;
}

interface PooledConnection extends Connection {
  release(): void;
  destroy(): void;
}

interface Pool {
  getConnection(): Promise<PooledConnection>;
}

/** What a handle with callbacks can be turned into, and what it then gives. */
interface WithCallbacks<T> {
  promise(): T;
}

export const mysql2Adapter: Adapter = (handle) => {
  if (hasMethods(handle, 'execute', 'getConnection')) return overPool(handle);
  if (hasMethods(handle, 'execute', 'beginTransaction')) return overConnection(handle);
  return null;
};

function overPool(handle: object): Database {
  const hasCallbacks = isWithCallbacks<Pool>(handle);
  const pool = hasCallbacks ? handle.promise() : (handle as Pool);
  return {
    dialect: 'mysql',
    transaction: async (work) => {
      const connection = await pool.getConnection();
      const tx = hasCallbacks
        ? (connection as unknown as { connection: object }).connection
        : connection;
      let isBroken = false;
      try {
        return await withConnection(connection, tx, work, () => {
          isBroken = true;
        });
      } finally {
        if (isBroken) connection.destroy();
        else connection.release();
      }
    },
  };
}

function overConnection(handle: object): Database {
  const connection = isWithCallbacks<Connection>(handle)
    ? handle.promise()
    : (handle as Connection);
  return {
    dialect: 'mysql',
    transaction: (work) => inTurn(handle, () => withConnection(connection, handle, work)),
  };
}

function withConnection<T>(
  connection: Connection,
  tx: object,
  work: (session: Session) => Promise<T>,
  onBroken?: () => void,
): Promise<T> {
  const rows: Session['rows'] = async (sql, values) =>
    (await connection.execute({ sql, values, rowsAsArray: false }))[0];
  const session: Session = {
    tx,
    // Not everything can be prepared: beginnings and ends of transactions go as text.
    run: (sql, values) => (values === undefined ? connection.query(sql) : rows(sql, values)),
    rows,
  };
  return transact(session, () => session.run('begin'), work, onBroken);
}

function isWithCallbacks<T>(handle: object): handle is WithCallbacks<T> {
  return hasMethods(handle, 'promise');
}
