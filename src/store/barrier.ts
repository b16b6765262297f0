// What keeps transactions from writing into the inbox of a sealed stream: an object of the database's own on the table,
// which an open stream does not have and does not pay for.
import type { Knex } from 'knex';

/** `db` is what `Dialect.withMigrationLock` gives, so one session is at it. */
export interface Barrier {
  /** True when it is raised and lowered with the transaction; else at once, whatever becomes of that. */
  readonly isTransactional: boolean;

  isRaised(db: Knex, stream: string): Promise<boolean>;

  /**
   * Resolves when no transaction that has written into the inbox is open, and each that writes from now on fails. Who
   * writes waits behind it meanwhile, so it gives up after `lockMs`, in a way that may be tried again. Again changes
   * nothing.
   */
  raise(db: Knex, stream: string, lockMs: number): Promise<void>;

  /** Lets transactions write again; gives up in the same way. Again changes nothing. */
  lower(db: Knex, stream: string, lockMs: number): Promise<void>;
}
