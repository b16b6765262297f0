// knex publishes no types for its dialects; this is the part of the PostgreSQL one that is built upon.
declare module 'knex/lib/dialects/postgres/index.js' {
  import type { Knex } from 'knex';
  import type { Client, ClientConfig } from 'pg';

  export type PooledConnection = Client & { __knex__disposed?: unknown };

  export default class ClientPostgres extends (Object as unknown as new (
    config: Knex.Config,
  ) => Knex.Client) {
    protected connectionSettings: ClientConfig;
    protected _driver(): unknown;
    acquireConnection(): Promise<PooledConnection>;
    acquireRawConnection(): Promise<PooledConnection>;
    destroyRawConnection(connection: PooledConnection): Promise<void>;
    validateConnection(connection: PooledConnection): boolean;
    protected _query(connection: PooledConnection, query: unknown): Promise<unknown>;
  }
}
