// knex publishes no types for its dialects; this is the part of the better-sqlite3 one that is built upon.
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import type { Knex } from 'knex';

  export default class ClientBetterSqlite3 extends (Object as unknown as new (
    config: Knex.Config,
  ) => Knex.Client) {
    protected readonly connectionSettings: { readonly filename: string };
    protected _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
    transaction(...args: unknown[]): { begin(connection: unknown): Promise<unknown> };
  }
}
