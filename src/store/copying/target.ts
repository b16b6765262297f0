// Where the events of a copy go in: what a queue and a history have in common for it.
import type { Knex } from 'knex';
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { CopyPlace, CopyRange, CopyTerms } from '../copy-job.ts';

export interface TargetState {
  /** The greatest id there. */
  readonly newest: EventId;
  /** null where streams have no status. */
  readonly status: string | null;
}

/** A copy that is to begin. */
export interface Beginning {
  readonly stream: string;
  readonly terms: CopyTerms;
  readonly range: CopyRange;
  /** Copies into the same stream that are not at their end. */
  readonly others: readonly { readonly name: string; readonly terms: CopyTerms }[];
}

export interface CopyTarget {
  readonly place: CopyPlace;
  tableOf(stream: string): string;
  /** What was committed into the stream until now comes before the copy. */
  prepare(stream: string): Promise<void>;
  /** Holds the stream until the transaction ends. Throws `StreamNotFound`. */
  lock(tx: Knex.Transaction, stream: string): Promise<TargetState>;
  /**
   * Takes the stream for copies; `startAt` follows. False when it is still to be freed of one that has ended. Throws
   * when it is not to be had.
   */
  begin(tx: Knex.Transaction, state: TargetState, beginning: Beginning): Promise<boolean>;
  /** Again, for another range, as long as nothing was put in. */
  startAt(tx: Knex.Transaction, at: Pick<Beginning, 'stream' | 'terms' | 'range'>): Promise<void>;
  /** Throws `CopyConflict` when the stream is not held for copies any more. */
  requireTaken(state: TargetState, stream: string): void;
  /** Lets readers know of the rows, which were put in. */
  grow(
    tx: Knex.Transaction,
    stream: string,
    state: TargetState,
    rows: readonly EventRow[],
  ): Promise<void>;
  /**
   * A copy into the stream is at its end: unless others go into it, which `isFree` looks for, everybody may have it, or
   * nobody. Again changes nothing.
   */
  release(
    stream: string,
    then: 'open' | 'sealed',
    isFree: (db: Knex) => Promise<boolean>,
  ): Promise<void>;
}
