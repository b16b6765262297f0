// The copies into one kind of table of a database. A batch and the watermark that speaks of it go in together, under a
// token: whoever was taken over, paused or cancelled meanwhile changes nothing any more.
import type { Knex } from 'knex';
import { ServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { type EventId, idPlus, maxId } from '../contract/event-id.ts';
import {
  type CopyAsk,
  type CopyHold,
  type CopyJob,
  type CopyRange,
  type CopyTerms,
  copyNotFound,
  isFinished,
  requireSameTerms,
  requireUnfinished,
} from './copy-job.ts';
import type { CopyTarget } from './copying/target.ts';
import type { Dialect, OpenDatabase } from './dialect.ts';
import * as queries from './queries/copies.ts';
import { REPEATABLE, type Runner } from './runner.ts';

export interface CopyRequest {
  readonly name: string;
  /** Of a new copy. */
  readonly id: string;
  readonly stream: string;
  readonly terms: CopyTerms;
  readonly range: CopyRange;
  /** Who is to be at work on it. */
  readonly node: string;
}

export interface CopyBatch {
  readonly rows: readonly EventRow[];
  /** Of the watermark. */
  readonly from: EventId;
  readonly to: EventId;
  /** How many of the rows were no events. */
  readonly invalid: number;
}

/** How a run of a copy ends, unless somebody else has ended it. */
export interface CopyEnd {
  /** `running`: another process is to go on. */
  readonly status: 'done' | 'paused' | 'failed' | 'running';
  /** Of a copy that is done: up to here everything that is wanted is there. */
  readonly watermark: EventId;
  readonly error: string | null;
}

/** Another one may end before each. */
const BEGIN_TRIES = 5;

export class Copies {
  readonly #reader: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;
  readonly #target: CopyTarget;

  constructor(
    { reader, dialect }: Pick<OpenDatabase, 'reader' | 'dialect'>,
    run: Runner,
    target: CopyTarget,
  ) {
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = run;
    this.#target = target;
  }

  /** Throws `CopyNotFound`. */
  async find(name: string): Promise<CopyJob> {
    const job = await this.#run.repeatable('findCopy', () => this.#find(this.#reader, name));
    if (job === null) throw copyNotFound(name);
    return job;
  }

  list(): Promise<CopyJob[]> {
    return this.#run.repeatable('listCopies', () =>
      queries.listJobs(this.#reader, this.#dialect, this.#target.place),
    );
  }

  /** The copy of that name in the same terms, as far as it is; null = there is none. Throws `DestinationMismatch`. */
  async known(request: Pick<CopyRequest, 'name' | 'stream' | 'terms'>): Promise<CopyJob | null> {
    const { name, stream, terms } = request;
    // Whoever is told that it is done goes on from that.
    const job = await this.#run.repeatable('knownCopy', () =>
      this.#dialect.readSynced((db) => this.#find(db, name)),
    );
    if (job !== null) requireSameTerms(job, stream, terms);
    return job;
  }

  /** The same, begun when there is none: the stream is its own from now on. Throws `DestinationExists`. */
  async begin({ name, id, stream, terms, range, node }: CopyRequest): Promise<CopyJob> {
    const { place } = this.#target;
    await this.#target.prepare(stream);
    const work = async (tx: Knex.Transaction) => {
      const state = await this.#target.lock(tx, stream);
      const known = await this.#find(tx, name);
      if (known !== null) {
        requireSameTerms(known, stream, terms);
        return known;
      }
      if (await queries.isTakenElsewhere(tx, place, name)) throw nameTaken(name);
      const at = { stream, name };
      const others = await queries.activeJobs(tx, this.#dialect, place, at);
      if (!(await this.#target.begin(tx, state, { stream, terms, range, others }))) return null;
      await this.#target.startAt(tx, { stream, terms, range });
      await queries.insertJob(tx, this.#dialect, place, {
        ...{ name, id, stream, terms, node },
        ...range,
      });
      return this.#mustFind(tx, name);
    };
    for (let tries = 0; tries < BEGIN_TRIES; tries += 1) {
      const job = await this.#run.syncedTransaction('beginCopy', work, REPEATABLE);
      if (job !== null) return job;
      await this.freeOfEnded(stream);
    }
    throw new ServiceError('StreamBusy', { details: { stream } });
  }

  /** Another range for a copy that nobody was at work on yet; gives the copy as it is. */
  restate({ name, id, stream }: CopyJob, range: CopyRange): Promise<CopyJob> {
    const work = async (tx: Knex.Transaction) => {
      await this.#target.lock(tx, stream);
      const job = await this.#mustFind(tx, name, true);
      if (job.id !== id || job.token !== '0') return job;
      await this.#target.startAt(tx, { stream, terms: job.terms, range });
      const { after, upTo, epoch } = range;
      const fields = { after_id: after, up_to: upTo, source_epoch: epoch, watermark: after };
      await queries.updateJob(tx, name, fields);
      return this.#mustFind(tx, name);
    };
    return this.#run.syncedTransaction('restateCopy', work, REPEATABLE);
  }

  /** Makes this process the one at work; gives the copy as it is when another one is, or when it is finished. */
  take(name: string, node: string, leaseMs: number): Promise<{ job: CopyJob; isTaken: boolean }> {
    const work = async (tx: Knex.Transaction) => {
      const job = await this.#mustFind(tx, name, true);
      const isFree = job.status !== 'done' && job.status !== 'cancelled' && !job.isHeld;
      if (!isFree) return { job, isTaken: false };
      await queries.updateJob(tx, name, {
        status: 'running',
        error: null,
        token: nextToken(job),
        lease_node: node,
        lease_until: this.#dialect.fromNow(leaseMs),
      });
      return { job: await this.#mustFind(tx, name), isTaken: true };
    };
    return this.#run.syncedTransaction('takeCopy', work, REPEATABLE);
  }

  /** False when the copy is somebody else's by now, or was told to end. */
  renew(hold: CopyHold, leaseMs: number): Promise<boolean> {
    return this.#run.transaction(
      'renewCopy',
      (tx) => queries.prolongLease(tx, this.#dialect, hold, leaseMs),
      REPEATABLE,
    );
  }

  /** Where it stands, behind whatever is still being committed in its name; null when it is somebody else's by now. */
  reopen({ name, token }: CopyHold): Promise<CopyJob | null> {
    const work = async (tx: Knex.Transaction) => {
      const job = await this.#find(tx, name, true);
      return job?.token === token && job.status === 'running' ? job : null;
    };
    return this.#run.syncedTransaction('reopenCopy', work, REPEATABLE);
  }

  /**
   * Adds the rows and moves the watermark, together or not at all. Gives false, and adds nothing, when the copy is
   * somebody else's by now, was told to end, or stands elsewhere.
   */
  write(hold: CopyHold, stream: string, batch: CopyBatch, leaseMs: number): Promise<boolean> {
    const work = async (tx: Knex.Transaction) => {
      const state = await this.#target.lock(tx, stream);
      const job = await this.#find(tx, hold.name, true);
      const isOwn = job?.token === hold.token && job.status === 'running';
      if (!isOwn || job.watermark !== batch.from) return false;
      this.#target.requireTaken(state, stream);
      const rows = job.terms.ids === 'preserve' ? batch.rows : renumbered(batch.rows, state.newest);
      if (rows.length > 0) {
        await this.#dialect.insertHistory(tx, this.#target.tableOf(stream), rows);
        await this.#target.grow(tx, stream, state, rows);
      }
      if (job.terms.ids === 'reassign') await queries.insertIds(tx, job.name, pairs(batch, rows));
      await queries.updateJob(tx, job.name, {
        watermark: batch.to,
        last_id: rows.at(-1)?.[0] ?? job.lastId,
        copied: job.copied + rows.length,
        invalid: job.invalid + batch.invalid,
        moved_at: this.#dialect.now(),
        lease_until: this.#dialect.fromNow(leaseMs),
      });
      return true;
    };
    return this.#run.transaction('writeCopy', work);
  }

  /** What this process was at is over; gives the copy, whoever has ended it. */
  async end(
    hold: CopyHold,
    stream: string,
    { status, watermark, error }: CopyEnd,
  ): Promise<CopyJob> {
    const work = async (tx: Knex.Transaction) => {
      await this.#target.lock(tx, stream);
      const job = await this.#mustFind(tx, hold.name, true);
      if (job.token !== hold.token || job.status !== 'running') return job;
      await queries.updateJob(tx, job.name, {
        status,
        error,
        // A renewal that is under way comes too late, also when another process is to go on.
        token: nextToken(job),
        lease_until: null,
        ...(status === 'done' ? { ended_at: this.#dialect.now() } : {}),
        // Whoever had no answer to his last write does not know where it stands.
        ...(status === 'done' ? { watermark: maxId(job.watermark, watermark) } : {}),
      });
      return this.#mustFind(tx, hold.name);
    };
    const job = await this.#run.syncedTransaction('endCopy', work, REPEATABLE);
    await this.release(job);
    return job;
  }

  /** Whoever is at work ends at his next write. Throws `CopyNotFound`, `CopyFinished`. */
  async ask(name: string, asked: CopyAsk): Promise<CopyJob> {
    const { status } = asked;
    const { stream } = await this.find(name);
    const work = async (tx: Knex.Transaction) => {
      await this.#target.lock(tx, stream);
      const job = await this.#mustFind(tx, name, true);
      if (job.status === status) return job;
      requireUnfinished(job);
      await queries.updateJob(tx, name, {
        status,
        token: nextToken(job),
        lease_until: null,
        ...(status === 'cancelled' ? { ended_at: this.#dialect.now() } : {}),
        ...(status === 'running' ? { lease_node: asked.node, error: null } : {}),
      });
      return this.#mustFind(tx, name);
    };
    const job = await this.#run.syncedTransaction('askCopy', work, REPEATABLE);
    await this.release(job);
    return job;
  }

  /**
   * Frees the stream of a copy that is at its end, unless others go into it. A crash may have come before that, so
   * whoever meets such a copy does it again, also long after, when others may begin at any moment.
   */
  async release(job: CopyJob): Promise<void> {
    if (!isFinished(job)) return;
    const isSealed = job.status === 'done' && job.terms.seal;
    await this.#target.release(job.stream, isSealed ? 'sealed' : 'open', async (db) => {
      const others = await queries.activeJobs(db, this.#dialect, this.#target.place, job);
      return others.length === 0;
    });
  }

  /** The same for the copy into the stream that has ended last, if there is one. */
  async freeOfEnded(stream: string): Promise<void> {
    const ended = (await this.list()).filter((job) => job.stream === stream && isFinished(job));
    const last = ended
      .sort((one, other) => String(one.endedAt).localeCompare(String(other.endedAt)))
      .at(-1);
    if (last !== undefined) await this.release(last);
  }

  #find(db: Knex, name: string, isLocked = false): Promise<CopyJob | null> {
    return queries.findJob(db, this.#dialect, this.#target.place, name, isLocked);
  }

  async #mustFind(tx: Knex, name: string, isLocked = false): Promise<CopyJob> {
    const job = await this.#find(tx, name, isLocked);
    if (job === null) throw copyNotFound(name);
    return job;
  }
}

function nextToken({ token }: Pick<CopyJob, 'token'>): string {
  return String(BigInt(token) + 1n);
}

function renumbered(rows: readonly EventRow[], newest: EventId): EventRow[] {
  return rows.map(([, type, data, ts], place) => [idPlus(newest, place + 1), type, data, ts]);
}

function pairs(
  { rows: from }: CopyBatch,
  rows: readonly EventRow[],
): { srcId: EventId; id: EventId }[] {
  return rows.map(([id], place) => ({ srcId: (from[place] as EventRow)[0], id }));
}

function nameTaken(name: string): ServiceError {
  return new ServiceError('DestinationMismatch', {
    message: `The database has a copy ${name} into another kind of table; this one needs another name.`,
    details: { name, different: ['destination'] },
  });
}
