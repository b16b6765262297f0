// What an effect is given, as a type: told from the handle's own type by shape, so that no driver's types are needed.

type Method = (...args: never[]) => unknown;

/** `Knex` -> `Knex.Transaction`, a pool -> its connection, a single connection or SQLite handle -> itself. */
export type TransactionOf<Handle> = Handle extends { prepare: Method; exec: Method }
  ? Handle
  : Handle extends KnexLike<infer Transaction>
    ? Transaction
    : Handle extends PgPoolLike<infer Client>
      ? Client
      : Handle extends PromisePoolLike<infer Connection>
        ? Connection
        : Handle extends CallbackPoolLike<infer Connection>
          ? Connection
          : Handle;

interface KnexLike<Transaction> {
  raw: unknown;
  transaction(work: (tx: Transaction) => Promise<unknown>): unknown;
}

interface PgPoolLike<Client> {
  readonly totalCount: number;
  connect: { (): Promise<Client>; (callback: never): void };
}

interface PromisePoolLike<Connection> {
  getConnection(): Promise<Connection>;
}

interface CallbackPoolLike<Connection> {
  getConnection(callback: (error: unknown, connection: Connection) => unknown): void;
}
