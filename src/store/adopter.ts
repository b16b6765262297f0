// What differs between databases when one of futoin-eventstream is adopted. Wherever DDL commits by itself, each member
// may be repeated after a crash in its middle; elsewhere the whole adoption is one transaction.
import type { Knex } from 'knex';
import type { EventId } from '../contract/event-id.ts';

/** The two tables of events, as migrations/stream/0001-queue and migrations/history/0001-history make them. */
export type EventTable = 'evt_queue' | 'evt_history';

export interface Adopter {
  /** True for a column of times as our migrations make it: the original's have another type on every database. */
  hasOurTimes(db: Knex, table: string, column: string): Promise<boolean>;

  /** The greatest id that the table's own counter has given, to whatever became of it; NO_EVENT without a counter. */
  counterOf(db: Knex, table: string): Promise<EventId>;

  /** A time of the original as our wire form; what is no time gives anything else, or null. */
  isoTime(db: Knex, column: string): Knex.Raw;

  /**
   * Renames the tables as soon as nobody has a transaction open on them, and fails when that takes too long. From then
   * on whoever writes the old way fails.
   */
  putAside(db: Knex, renames: readonly Rename[]): Promise<void>;

  /** Who has a transaction open on the tables, as sentences, as far as the database tells. */
  holdersOf(db: Knex, tables: readonly string[]): Promise<string[]>;

  /** All or nothing, within a migration. */
  atomically(db: Knex, work: () => Promise<void>): Promise<void>;

  /** Makes our table out of the one that was put aside, which is gone afterwards. May take minutes. */
  convert(db: Knex, aside: string, table: EventTable): Promise<void>;
}

export interface Rename {
  readonly from: string;
  readonly to: string;
}
