// A floor below which the inbox has no row and never will have one, so that a step need not walk over the dead
// entries that an old snapshot elsewhere (a dump) keeps in the index: 25 ms a step at 500,000 of them, 0.9 with it.
//
// The proof that U is passed: (1) U is the last number that the inbox's sequence has given; (2) every transaction with
// a number up to U has taken RowExclusiveLock on the inbox before it, so it is over or among those that hold the lock
// now; (3) when all of those are over, a new statement sees no row up to U. What would break it: a sequence with a
// cache (numbers given without the lock), or a restore or failover, hence a new floor for each connection. A
// snapshot's xmin is no proof, because the number is taken before the transaction id.
import { systemClock } from '../../../base/clock.ts';
import type { FirstRow, Statement } from './step-client.ts';

/** A proof costs half a millisecond, and each step that walks over so many dead entries a twentieth of one. */
const MOVED_PER_PROOF = 1000;
/** Rows that somebody put below the floor by hand wait no longer than this. */
const TRUSTED_MS = 10_000;
const NO_FLOOR = '0';

/** Transactions that may yet bring a row up to `upTo`. */
interface Claim {
  readonly upTo: string;
  readonly holders: readonly string[];
}

export class InboxFloor {
  readonly #inbox: string;
  readonly #statements: ReturnType<typeof floorStatements>;
  readonly #nowMs: () => number;
  #proven = NO_FLOOR;
  #claim: Claim | null = null;
  #movedSinceProof = 0;
  #trustedUntilMs = 0;

  constructor(inbox: string, nowMs = systemClock.monotonicMs) {
    this.#inbox = inbox;
    this.#statements = floorStatements(inbox);
    this.#nowMs = nowMs;
  }

  /** What the next step passes: what is proven, but once in a while nothing; then the floor is looked at again. */
  take(): string {
    const nowMs = this.#nowMs();
    if (this.#proven === NO_FLOOR || nowMs < this.#trustedUntilMs) return this.#proven;
    this.#trustedUntilMs = nowMs + TRUSTED_MS;
    this.#movedSinceProof = MOVED_PER_PROOF;
    return NO_FLOOR;
  }

  /** Counts what was moved; true when it is time for `raise`. */
  isDueAfter(moved: number): boolean {
    this.#movedSinceProof += moved;
    return this.#movedSinceProof >= MOVED_PER_PROOF;
  }

  /** Goes on with the proof, on the connection of the steps and between them. */
  async raise(first: FirstRow): Promise<void> {
    this.#movedSinceProof = 0;
    const last = await this.#lastNumber(first);
    const reached = this.#claim?.upTo ?? this.#proven;
    if (last === null || BigInt(last) < BigInt(reached)) return this.#reset();
    this.#claim ??= await this.#makeClaim(first, last);
    if (await this.#isOpen(first, this.#claim)) return;
    const { upTo } = this.#claim;
    // A statement of its own, since its snapshot must be younger than the end of the last holder.
    const left = await first(this.#statements.left, [this.#proven, upTo]);
    if (left !== undefined) return;
    if (this.#proven === NO_FLOOR) this.#trustedUntilMs = this.#nowMs() + TRUSTED_MS;
    this.#proven = upTo;
    this.#claim = null;
  }

  /** The sequence was restarted, or gives its numbers in another way by now. */
  #reset(): void {
    this.#proven = NO_FLOOR;
    this.#claim = null;
  }

  async #lastNumber(first: FirstRow): Promise<string | null> {
    const row = await first<{ last: string | null }>(this.#statements.last, [this.#inbox]);
    return row?.last ?? null;
  }

  /** Later than the number: whoever got one before it is over, or still holds the lock. */
  async #makeClaim(first: FirstRow, upTo: string): Promise<Claim> {
    const row = await first<{ holders: string[] }>(this.#statements.holders, [this.#inbox]);
    return { upTo, holders: row?.holders ?? [] };
  }

  async #isOpen(first: FirstRow, claim: Claim): Promise<boolean> {
    return (await first(this.#statements.open, [this.#inbox, claim.holders])) !== undefined;
  }
}

const LOCKS = `pg_locks where locktype = 'relation' and mode = 'RowExclusiveLock' and relation = $1::regclass
   and database = (select oid from pg_database where datname = current_database())`;

function floorStatements(inbox: string) {
  return {
    /** No row when the sequence gives its numbers in another way than one by one. */
    last: {
      name: 'evt_floor_last',
      text: `
select pg_sequence_last_value(seqrelid) as last from pg_sequence
 where seqrelid = pg_get_serial_sequence($1, 'id')::regclass
   and seqcache = 1 and seqincrement > 0 and not seqcycle`,
    },
    holders: {
      name: 'evt_floor_holders',
      text: `select coalesce(array_agg(virtualtransaction), '{}') as holders from ${LOCKS}`,
    },
    /** A prepared transaction goes on under another name, and without a process: any may be one of the holders. */
    open: {
      name: 'evt_floor_open',
      text: `select 1 from ${LOCKS} and (virtualtransaction = any($2::text[]) or pid is null) limit 1`,
    },
    /** By the inbox's primary key. */
    left: {
      name: 'evt_floor_left',
      text: `select 1 from ${inbox} where id > $1::bigint and id <= $2::bigint limit 1`,
    },
  } satisfies Record<string, Statement>;
}
