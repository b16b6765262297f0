// What an effect is given, as a type: told from the handle's own type by shape, so that no driver's types are needed.

/** `Knex` -> `Knex.Transaction`, a pool -> its connection, a single connection or SQLite handle -> itself. */
export type TransactionOf<Handle> = Handle extends {
  prepare: (...args: never[]) => unknown;
  exec: (...args: never[]) => unknown;
}
  ? Handle
  : Handle extends {
        raw: unknown;
        transaction(work: (tx: infer Transaction) => Promise<unknown>): unknown;
      }
    ? Transaction
    : Handle extends {
          readonly totalCount: number;
          connect: { (): Promise<infer Client>; (callback: never): void };
        }
      ? Client
      : Handle extends { getConnection(): Promise<infer Connection> }
        ? Connection
        : Handle extends {
              getConnection(
                callback: (error: unknown, connection: infer Connection) => unknown,
              ): void;
            }
          ? Connection
          : Handle;
