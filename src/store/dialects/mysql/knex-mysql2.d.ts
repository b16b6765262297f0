// knex publishes no types for its dialects; this is the part of the mysql2 one that is built upon.
declare module 'knex/lib/dialects/mysql2/index.js' {
  import type { Knex } from 'knex';
  import type { Connection, ConnectionOptions } from 'mysql2';

  export type PooledConnection = Connection & {
    readonly stream: { destroy(): void };
    /** Set while the connection is in a transaction. */
    __knexTxId?: string;
    __knex__disposed?: unknown;
  };

  export interface PooledQuery {
    readonly sql: string;
  }

  export default class ClientMysql2 extends (Object as unknown as new (
    config: Knex.Config,
  ) => Knex.Client) {
    protected connectionSettings: ConnectionOptions;
    protected _driver(): unknown;
    acquireConnection(): Promise<PooledConnection>;
    acquireRawConnection(): Promise<PooledConnection>;
    destroyRawConnection(connection: PooledConnection): Promise<void>;
    validateConnection(connection: PooledConnection): boolean;
    protected _query(connection: PooledConnection, query: PooledQuery): Promise<unknown>;
  }
}
