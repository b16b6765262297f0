// Leases: which one reader a consumer has, or which one worker a task, over all nodes.
import type { Knex } from 'knex';
import type { Dialect, OpenDatabase } from './dialect.ts';
import * as queries from './queries/leases.ts';
import { REPEATABLE, type Runner } from './runner.ts';

export type { Lease } from './queries/leases.ts';

/** What a lease is known by. */
export type HeldLease = Pick<queries.Lease, 'consumerId' | 'token'>;

export class Leases {
  readonly #db: Knex;
  readonly #reader: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;

  constructor({ db, reader, dialect }: OpenDatabase, run: Runner) {
    this.#db = db;
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = run;
  }

  /**
   * null when there is no such consumer, or with `onlyIfFree` when another node holds it. After a lost answer it takes
   * the lease once more, from itself, and says so as of a takeover.
   */
  take(request: queries.LeaseRequest): Promise<queries.Lease | null> {
    const work = (tx: Knex.Transaction) => queries.takeLease(tx, this.#dialect, request);
    return this.#run.transaction('takeLease', work, REPEATABLE);
  }

  /** Prolongs leases; gives those that are somebody else's by now, and whose parked events are asked for again. */
  async renew(leases: readonly HeldLease[], leaseMs: number): Promise<queries.JudgedLeases> {
    if (leases.length === 0) return { lost: [], askedFor: [] };
    await this.#run.repeatable('renewLeases', () =>
      queries.renewLeases(this.#db, this.#dialect, leases, leaseMs),
    );
    return this.#run.repeatable('judgeLeases', () =>
      queries.judgeLeases(this.#reader, this.#dialect, leases),
    );
  }

  release(lease: HeldLease): Promise<void> {
    return this.#run.repeatable('releaseLease', () => queries.releaseLease(this.#db, lease));
  }
}
