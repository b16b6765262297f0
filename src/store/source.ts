// What names a database: its URL, or a knex instance of the application that is connected to it. Of an instance only
// where and as whom it connects is taken; the connections are our own (docs/decisions/0015).

/** The part of a knex instance, of whichever version, that tells it from anything else. */
export interface KnexInstance {
  /** Says which driver it uses, and where and as whom it connects. */
  // biome-ignore lint/suspicious/noExplicitAny: knex declares it so
  readonly client: any;
  /** Is not called; a transaction and a query have none. */
  // biome-ignore lint/suspicious/noExplicitAny: knex overloads it
  raw(...args: any[]): any;
}

/** `sqlite:PATH`, `postgres://...`, `mysql://...`, `mariadb://...`, or a knex instance. */
export type DatabaseSource = string | KnexInstance;
