// The port between the kit and the application's database: transactions over a handle that the application owns.
import { Mutex } from '../../../base/mutex.ts';

export type Dialect = 'postgres' | 'mysql' | 'sqlite';
export type Values = readonly (string | number)[];
export type Row = Readonly<Record<string, unknown>>;

/** One connection in the middle of a transaction. Marks in statements are `?`. */
export interface Session {
  /** What the effect is given. */
  readonly tx: unknown;
  run(sql: string, values?: Values): Promise<unknown>;
  rows(sql: string, values: Values): Promise<readonly Row[]>;
}

export interface Database {
  readonly dialect: Dialect;
  /**
   * Commits when `work` resolves, rolls back when it rejects, and passes on its result or failure. When the commit
   * fails, its outcome may be open.
   */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** Null when the handle, judged by its shape, is none of its kind. */
export type Adapter = (handle: object) => Database | null;

/** A transaction by statements; `onBroken` tells that the session is in an unknown state and of no more use. */
export async function transact<T>(
  session: Session,
  begin: () => Promise<unknown>,
  work: (session: Session) => Promise<T>,
  onBroken: () => void = () => {},
): Promise<T> {
  try {
    await begin();
  } catch (error) {
    // No rollback: on a handle that the application shares with us it would undo the application's work.
    onBroken();
    throw error;
  }
  try {
    const result = await work(session);
    await session.run('commit');
    return result;
  } catch (error) {
    await session.run('rollback').catch(onBroken);
    throw error;
  }
}

const turns = new WeakMap<object, Mutex>();

/** A single connection has one transaction at a time, however many kits use it. */
export function inTurn<T>(connection: object, work: () => Promise<T>): Promise<T> {
  let mutex = turns.get(connection);
  if (mutex === undefined) {
    mutex = new Mutex();
    turns.set(connection, mutex);
  }
  return mutex.run(work);
}
