// The states of streams in the active database: written with the cursor that speaks of them, read in one statement.
import type { Knex } from 'knex';
import { type EventId, NO_EVENT } from '../contract/event-id.ts';
import type { Dialect, OpenDatabase } from './dialect.ts';
import type { ProjectionFacts, StateItem } from './queries/state.ts';
import * as queries from './queries/state.ts';
import { REPEATABLE, type Runner } from './runner.ts';

export type { ProjectionFacts, StateItem } from './queries/state.ts';

export interface StateRead {
  readonly facts: ProjectionFacts;
  readonly items: readonly StateItem[];
}

/** What some events have done, in order: items that are written, or a kind of which all are removed. */
export type StateWrite =
  | { readonly items: readonly StateItem[] }
  | { readonly removed: { readonly kind: string; readonly version: EventId } };

export class States {
  readonly #dialect: Dialect;
  readonly #run: Runner;

  constructor({ dialect }: Pick<OpenDatabase, 'dialect'>, run: Runner) {
    this.#dialect = dialect;
    this.#run = run;
  }

  /** null when nothing was ever made of this stream. */
  find(stream: string): Promise<ProjectionFacts | null> {
    return this.#read('findProjection', (db) => queries.findProjection(db, this.#dialect, stream));
  }

  /**
   * Begins the generation of these facts, with nothing; false when somebody else has. What was there is forgotten slice
   * by slice: all of it at once would hold everybody up who writes.
   */
  async reset(stream: string, facts: ProjectionFacts): Promise<boolean> {
    const begin = (tx: Knex.Transaction) => queries.resetProjection(tx, stream, facts);
    if (!(await this.#run.transaction('resetProjection', begin, REPEATABLE))) return false;
    let upTo: EventId | null | false = facts.generation === 1 ? null : NO_EVENT;
    while (typeof upTo === 'string') upTo = await this.#emptySome({ stream, ...facts }, upTo);
    return upTo === null;
  }

  #emptySome(own: ProjectionFacts & { readonly stream: string }, after: EventId) {
    const work = (tx: Knex.Transaction) => queries.emptyProjection(tx, this.#dialect, own, after);
    return this.#run.transaction('emptyProjection', work, REPEATABLE);
  }

  /** False when somebody else has moved it, or it is of another configuration; then nothing was written. */
  write(move: queries.ProjectionMove, writes: readonly StateWrite[]): Promise<boolean> {
    const { stream } = move;
    return this.#run.transaction('writeState', async (tx) => {
      if (!(await queries.moveProjection(tx, move))) return false;
      for (const write of writes) {
        if ('items' in write) await queries.writeItems(tx, this.#dialect, stream, write.items);
        else await queries.removeKind(tx, this.#dialect, stream, write.removed);
      }
      return true;
    });
  }

  /** null when nothing was ever made of this stream. */
  read(stream: string, kinds: readonly string[]): Promise<StateRead | null> {
    return this.#read('readState', (db) => queries.readState(db, this.#dialect, stream, kinds));
  }

  /** One item at most; null when nothing was ever made of this stream. */
  readItem(stream: string, item: { kind: string; key: string }): Promise<StateRead | null> {
    return this.#read('readItem', (db) => queries.readItem(db, this.#dialect, stream, item));
  }

  /** At most `limit` of them, in the order of their versions. */
  readChanges(
    stream: string,
    change: { kinds: readonly string[]; after: EventId; limit: number },
  ): Promise<StateRead | null> {
    return this.#read('readChanges', (db) =>
      queries.readChanges(db, this.#dialect, stream, change),
    );
  }

  /** What the values that have changed behind `after` weigh, at most `limit` of them. */
  lengthOfChanges(
    stream: string,
    change: { kinds: readonly string[]; after: EventId; limit: number },
  ): Promise<number> {
    return this.#read('lengthOfChanges', (db) => queries.lengthOfChanges(db, stream, change));
  }

  /** null when there never was one. */
  newestVersion(stream: string, kinds: readonly string[]): Promise<EventId | null> {
    return this.#read('newestVersion', (db) =>
      queries.newestVersion(db, this.#dialect, stream, kinds),
    );
  }

  /** Forgets some of the items that were removed so long ago; gives how many, 0 = there are no more. */
  purgeRemoved(stream: string, olderThanMs: number): Promise<number> {
    const work = (tx: Knex.Transaction) =>
      queries.purgeRemoved(tx, this.#dialect, stream, olderThanMs);
    return this.#run.transaction('purgeRemoved', work, REPEATABLE);
  }

  /** Clients keep what they are given, so no crash may take it back. */
  #read<T>(verb: string, read: (db: Knex) => Promise<T>): Promise<T> {
    return this.#run.repeatable(verb, () => this.#dialect.readSynced((db) => read(db)));
  }
}
