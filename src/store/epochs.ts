// The epochs of streams, as verbs: which histories there are, and that another one begins.
import type { Knex } from 'knex';
import type { Dialect, OpenDatabase } from './dialect.ts';
import * as queries from './queries/epochs.ts';
import { streamState } from './queries/streams.ts';
import type { Runner } from './runner.ts';

export type { EpochRow } from './queries/epochs.ts';

export class Epochs {
  readonly #reader: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;

  constructor({ reader, dialect }: Pick<OpenDatabase, 'reader' | 'dialect'>, run: Runner) {
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = run;
  }

  /** In their order; the first is left out until its database is known. Throws `StreamNotFound`. */
  list(stream: string): Promise<queries.EpochRow[]> {
    return this.#run.repeatable('listEpochs', async () => {
      await streamState(this.#reader, this.#dialect, stream);
      return queries.listEpochs(this.#reader, this.#dialect, stream);
    });
  }

  /**
   * From now on ids are of another history than those of any copy of this database, and than what somebody has seen.
   * Throws `StreamNotFound`.
   */
  begin(stream: string, seen: queries.Seen | null = null): Promise<void> {
    return this.#begin(stream, { seen, inAnyCase: true });
  }

  /**
   * Begins one where what somebody has seen here is not there: the database has lost it, and does not know. Throws
   * `StreamNotFound`.
   */
  beginWithout(stream: string, seen: queries.Seen): Promise<void> {
    return this.#begin(stream, { seen, inAnyCase: false });
  }

  async #begin(
    stream: string,
    why: Pick<queries.EpochRequest, 'seen' | 'inAnyCase'>,
  ): Promise<void> {
    const find = () => this.#dialect.identity(this.#reader);
    const identity = await this.#run.repeatable('identity', find);
    // Twice, after a lost answer, does no harm.
    await this.#run.syncedTransaction(
      'beginEpoch',
      async (tx) => {
        await streamState(tx, this.#dialect, stream);
        await queries.beginEpoch(tx, this.#dialect, { ...why, stream, identity });
      },
      { isRepeatable: true },
    );
  }
}
