// The right of one process to work on a copy, for as long as that goes: kept alive in the destination, which fences
// whoever had it before. To the relay it is the lease of its source, whose cursor goes with the copy.
import { systemClock } from '../../base/clock.ts';
import { Loop } from '../../base/loop.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { CopyJob } from '../../store/copy-job.ts';
import type { SourceLease } from '../source.ts';
import type { CopySource } from './copy-source.ts';
import type { CopyDestination } from './destination.ts';

const RENEWALS = 5;
const RENEW_MS_MAX = 1000;
/** The discarder is in no hurry. */
const MOVE_MS = 500;
const BACKOFF = { firstMs: 200, maxMs: 1000 };

export interface CopyLeaseOptions {
  readonly job: CopyJob;
  readonly source: CopySource;
  readonly destination: CopyDestination;
  readonly leaseMs: number;
}

export class CopyLease implements SourceLease {
  readonly cursor: EventId;
  readonly #options: CopyLeaseOptions;
  readonly #ended = new AbortController();
  readonly #renewal: Loop;
  #movedAtMs = systemClock.monotonicMs();
  #moved: EventId | null = null;

  constructor(options: CopyLeaseOptions) {
    const { job, destination, leaseMs } = options;
    this.#options = options;
    this.cursor = job.watermark;
    const periodMs = Math.min(RENEW_MS_MAX, leaseMs / RENEWALS);
    this.#renewal = new Loop({
      backoff: BACKOFF,
      step: async () => {
        if (!(await destination.renew(job, leaseMs))) this.giveUp();
        return periodMs;
      },
      // A round that needs the destination says what is wrong with it, and no write passes without the token.
      onError: () => {},
    });
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get isMoveDue(): boolean {
    return systemClock.monotonicMs() - this.#movedAtMs >= MOVE_MS;
  }

  start(): Promise<void> {
    return this.#renewal.start();
  }

  stop(): Promise<void> {
    return this.#renewal.stop();
  }

  async isHeld(): Promise<boolean> {
    return !this.ended.aborted;
  }

  async moveCursor(cursor: EventId): Promise<void> {
    this.#movedAtMs = systemClock.monotonicMs();
    if (this.#moved === cursor) return;
    this.#moved = cursor;
    await this.#options.source.moveCursor(this.#options.job, cursor);
  }

  /** The relay lets go whenever something fails; the copy stays with this process until its run ends. */
  async release(): Promise<void> {}

  giveUp(): void {
    this.#ended.abort();
  }
}
