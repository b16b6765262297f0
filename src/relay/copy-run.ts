// One run of a copy: from where the destination says that it stands to its bound, or until it is told to end. Whatever
// dies on the way, the next run goes on behind the last batch that is there: its watermark was written with it.
//
// It is a relay with an end. What begins, ends and counts is the row of the copy in the destination; there can be any
// number of runs, one at a time.
import { randomBytes } from 'node:crypto';
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { isServiceError, ServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, maxId } from '../contract/event-id.ts';
import type { CopyEnd } from '../store/copies.ts';
import {
  type CopyJob,
  type CopyRange,
  type CopyTerms,
  isFinished,
  requireUnfinished,
} from '../store/copy-job.ts';
import type { ReadLimits } from '../store/store.ts';
import { CopyLease } from './copying/copy-lease.ts';
import type { CopySource } from './copying/copy-source.ts';
import { type CopyDestination, CopyLost, type CopySink } from './copying/destination.ts';
import { requireStill } from './copying/range.ts';
import { filterOf } from './copying/wanted.ts';
import { Relay } from './relay.ts';

export interface CopyRunOptions {
  readonly name: string;
  readonly terms: CopyTerms;
  readonly source: CopySource;
  readonly destination: CopyDestination;
  /** This process, in the destination. */
  readonly node: string;
  /** How long a process that was killed is waited for. */
  readonly leaseMs: number;
  readonly batchMax: number;
  /** When following: how long nothing may come. 0 = for ever. */
  readonly idleMs: number;
  /** How long the run may take. 0 = for ever. */
  readonly msMax: number;
  /** How often in a row it may fail of what may pass. */
  readonly failuresMax: number;
  /** The end that is asked for: behind the batch at hand the copy is paused, or left to another process. */
  readonly signal: AbortSignal;
  readonly whenStopped: 'paused' | 'running';
  /** Told behind each batch. */
  readonly onProgress: (progress: CopyProgress) => Promise<void> | void;
  /** Told of what is tried again. */
  readonly onError: (error: unknown) => void;
}

export interface CopyProgress {
  readonly job: CopyJob;
  readonly watermark: EventId;
  readonly copied: number;
  /** In this run. */
  readonly copiedNow: number;
}

export interface CopyOutcome {
  readonly job: CopyJob;
  readonly copiedNow: number;
}

/** `cut`: it is done before everything was looked at. */
type Ending = CopyEnd['status'] | 'cut';

const TAKE_MS = 100;
const HOLD_TRIES = 5;
const FOLLOW_MS = 50;
const CHECKPOINT_MS = 1000;
const BACKOFF = { firstMs: 200, maxMs: 5000 };
const LAST_TRIES_MS = 2000;
/** Waiting mends none of these. */
const HOPELESS: readonly string[] = [
  'SegmentCorrupt',
  'SourceTruncated',
  'HistoryForked',
  'StreamNotFound',
  'CopyConflict',
  'CopyNotFound',
  'PayloadTooLarge',
  'InternalError',
];

/** Between the taking of a copy and the end of the run. */
interface Work {
  readonly job: CopyJob;
  readonly lease: CopyLease;
  readonly sink: CopySink;
  readonly relay: Relay;
}

export class CopyRun {
  readonly #options: CopyRunOptions;
  readonly #startedAtMs = systemClock.monotonicMs();
  #movedAtMs = systemClock.monotonicMs();
  /** No more will come than what is read from now on. */
  #isSourceEnded = false;
  #failures = 0;

  constructor(options: CopyRunOptions) {
    this.#options = options;
  }

  /** Gives the copy as the run has left it. Rejects when it could not be begun, or has failed. */
  async run(): Promise<CopyOutcome> {
    try {
      const begun = await this.begin();
      const job = isFinished(begun) ? begun : await this.#take(begun);
      return isFinished(job) ? await this.#leave(job) : await this.#workOn(job);
    } finally {
      await this.#options.source.close();
    }
  }

  /** The run that ended it may have been killed before it was free. */
  async #leave(job: CopyJob): Promise<CopyOutcome> {
    const { source, destination } = this.#options;
    await destination.release(job);
    await source.letGo(job);
    if (job.status !== 'done') requireUnfinished(job);
    return { job, copiedNow: 0 };
  }

  async #workOn(job: CopyJob): Promise<CopyOutcome> {
    const { source, destination, leaseMs } = this.#options;
    const lease = new CopyLease({ job, source, destination, leaseMs });
    const sink = destination.sinkOf(job, leaseMs);
    const relay = this.#relayFor(job, lease, sink);
    await lease.start();
    try {
      return await this.#work({ job, lease, sink, relay });
    } finally {
      await lease.stop();
    }
  }

  /** Fixes its range, unless that was done before. Rejects when it cannot be begun. */
  async begin(): Promise<CopyJob> {
    const { name, terms, destination, node } = this.#options;
    const known = await destination.known({ name, terms });
    if (known !== null) return this.#hold(known);
    const range = await this.#range();
    const id = randomBytes(4).toString('hex');
    return this.#hold(await destination.begin({ name, terms, range, id, node }));
  }

  /**
   * What the source had when it was looked at may be discarded before it is held. Who asked for all that there is takes
   * what is left then; otherwise, and for whatever else fails, the work on the copy says what is wrong.
   */
  async #hold(begun: CopyJob): Promise<CopyJob> {
    const { source, destination, terms } = this.#options;
    let job = begun;
    for (let tries = 0; tries < HOLD_TRIES && job.token === '0' && !isFinished(job); tries += 1) {
      const failure = await source.hold(job, job.watermark).then(
        () => null,
        (error) => error,
      );
      const isTruncated = isServiceError(failure) && failure.code === 'SourceTruncated';
      if (!isTruncated || terms.after !== null) return job;
      job = await destination.restate(job, await this.#range());
    }
    return job;
  }

  async #range(): Promise<CopyRange> {
    const { source, terms } = this.#options;
    const range = await source.range(terms);
    requireOrder(range);
    return range;
  }

  /** Who is alive moves his lease; who is not, is waited for until it has run out. */
  async #take({ name, id }: CopyJob): Promise<CopyJob> {
    const { destination, node, leaseMs, signal } = this.#options;
    let seen: string | null = null;
    for (;;) {
      const { job, isTaken } = await destination.take(name, node, leaseMs);
      // Where nothing is locked, another one of that name may have begun at the same moment.
      if (job.id !== id) throw conflict(name);
      if (isTaken || isFinished(job)) return job;
      if (seen !== null && seen !== job.leaseUntil) throw conflict(name);
      seen = job.leaseUntil;
      if (signal.aborted) throw conflict(name);
      await systemClock.sleep(TAKE_MS, signal);
    }
  }

  #relayFor(job: CopyJob, lease: CopyLease, sink: CopySink): Relay {
    const { source, batchMax } = this.#options;
    const { follow, eventsMax } = job.terms;
    const left = () =>
      eventsMax === null ? batchMax : Math.min(batchMax, eventsMax - sink.copied);
    return new Relay({
      source: {
        stream: source.stream,
        take: async () => lease,
        end: () => source.end(),
        read: (after, limits) =>
          follow ? source.read(after, limits) : this.#readTo(job, after, limits),
      },
      sink,
      filter: filterOf(job.terms),
      // Asked for each batch: the last one may be smaller.
      get batchMax() {
        return left();
      },
      checkpointMs: CHECKPOINT_MS,
      pace: { sleepMsMin: FOLLOW_MS, sleepMsMax: FOLLOW_MS, sleepMsStep: FOLLOW_MS },
      backoff: BACKOFF,
      onError: this.#options.onError,
    });
  }

  /** Up to the bound: while that is not reached, there is more, or it is another source than it was. */
  async #readTo(
    { upTo, epoch }: CopyJob,
    after: EventId,
    limits: ReadLimits,
  ): Promise<readonly EventRow[]> {
    if (compareIds(after, upTo) >= 0) return [];
    const { source } = this.#options;
    const rows = await source.read(after, limits);
    if (rows.length === 0) requireStill(await source.end(), { id: upTo, epoch });
    return rows.filter(([id]) => compareIds(id, upTo) <= 0);
  }

  async #work(work: Work): Promise<CopyOutcome> {
    const { job, sink, relay } = work;
    const { source, destination } = this.#options;
    try {
      await this.#retrying(work, () => source.hold(job, job.watermark));
      let ending: Ending | null = null;
      while (ending === null) ending = await this.#round(work);
      await relay.release();
      const status: CopyEnd['status'] = ending === 'cut' ? 'done' : ending;
      // What is not wanted at the end was looked at, too.
      const watermark = ending === 'done' ? maxId(job.upTo, sink.watermark) : sink.watermark;
      const end = { status, watermark, error: null };
      const ended = await this.#retrying(work, () => destination.end(job, end));
      if (isFinished(ended)) await this.#retrying(work, () => source.letGo(ended));
      return { job: ended, copiedNow: sink.copied - job.copied };
    } catch (error) {
      await relay.release().catch(() => {});
      if (error instanceof CopyLost) return this.#lost(work);
      await this.#fail(work, error);
      throw error;
    }
  }

  /** One batch; says how the run ends behind it. */
  async #round({ job, lease, sink, relay }: Work): Promise<Ending | null> {
    const { signal, whenStopped, source, onProgress } = this.#options;
    const { eventsMax, follow } = job.terms;
    if (signal.aborted) return whenStopped;
    if (this.#isLate()) return follow ? 'cut' : 'paused';
    if (eventsMax !== null && sink.copied >= eventsMax) return 'cut';
    const before = sink.copied;
    const round = await this.#retrying({ lease }, () => relay.round());
    if (round === 'another-is-at-work') throw new CopyLost();
    if (sink.copied > before) this.#movedAtMs = systemClock.monotonicMs();
    await onProgress({
      ...{ job, watermark: sink.watermark },
      ...{ copied: sink.copied, copiedNow: sink.copied - job.copied },
    });
    if (round === 'copied') return null;
    if (!follow || this.#isSourceEnded || this.#isIdle()) return 'done';
    this.#isSourceEnded = await this.#retrying({ lease }, () => source.isAtItsEnd());
    // What was added before it ended is looked for once more.
    if (!this.#isSourceEnded)
      await systemClock.sleep(FOLLOW_MS, AbortSignal.any([signal, lease.ended]));
    return null;
  }

  #isLate(): boolean {
    const { msMax } = this.#options;
    return msMax > 0 && systemClock.monotonicMs() - this.#startedAtMs >= msMax;
  }

  #isIdle(): boolean {
    const { idleMs } = this.#options;
    return idleMs > 0 && systemClock.monotonicMs() - this.#movedAtMs >= idleMs;
  }

  /** Weather passes; what has failed too often in a row is told. */
  async #retrying<T>({ lease }: Pick<Work, 'lease'>, work: () => Promise<T>): Promise<T> {
    const { signal, onError, failuresMax } = this.#options;
    for (;;) {
      try {
        const result = await work();
        this.#failures = 0;
        return result;
      } catch (error) {
        if (error instanceof CopyLost) throw error;
        if (lease.ended.aborted) throw new CopyLost();
        this.#failures += 1;
        if (isHopeless(error) || this.#failures === failuresMax || signal.aborted) throw error;
        onError(error);
        const pause = AbortSignal.any([signal, lease.ended]);
        await systemClock.sleep(backoffMs(this.#failures - 1, BACKOFF), pause);
      }
    }
  }

  /** Somebody has told it to end, or works on it himself. */
  async #lost({ job, sink }: Work): Promise<CopyOutcome> {
    const { destination, source } = this.#options;
    const found = await destination.find(job.name);
    if (found.status === 'running' || found.status === 'failed') throw conflict(job.name);
    if (isFinished(found)) await source.letGo(found);
    return { job: found, copiedNow: sink.copied - job.copied };
  }

  /** Says so in the destination, if that can be reached: the copy is tried again by whoever asks for it again. */
  async #fail({ job, sink }: Work, error: unknown): Promise<void> {
    const { destination, signal, whenStopped } = this.#options;
    const told = error instanceof Error ? error.message : String(error);
    // What might have passed, had it not been told to end, is no failure.
    const isLeft = signal.aborted && !isHopeless(error);
    const status: CopyEnd['status'] = isLeft ? whenStopped : 'failed';
    const end = { status, watermark: sink.watermark, error: told };
    const deadlineMs = systemClock.monotonicMs() + LAST_TRIES_MS;
    for (let attempt = 0; systemClock.monotonicMs() < deadlineMs; attempt += 1) {
      try {
        await destination.end(job, end);
        return;
      } catch (failure) {
        this.#options.onError(failure);
        await systemClock.sleep(backoffMs(attempt, BACKOFF));
      }
    }
  }
}

function isHopeless(error: unknown): boolean {
  return isServiceError(error) && HOPELESS.includes(error.code);
}

function requireOrder({ after, upTo }: Pick<CopyJob, 'after' | 'upTo'>): void {
  if (compareIds(after, upTo) <= 0) return;
  throw new ServiceError('InvalidRequest', {
    message: `The range begins behind ${after}, but ends at ${upTo}.`,
    details: { in: 'params' },
  });
}

function conflict(name: string): ServiceError {
  return new ServiceError('CopyConflict', {
    message: `Another process is at work on the copy ${name}, or has taken it over.`,
    details: { name },
  });
}
