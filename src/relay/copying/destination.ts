// Where a copy goes: the port between its work and the place that keeps the events together with how far they are.

import type { EventId } from '../../contract/event-id.ts';
import type { CopyEnd, CopyRequest } from '../../store/copies.ts';
import type { CopyAsk, CopyHold, CopyJob, CopyRange } from '../../store/copy-job.ts';
import type { Sink } from '../sink.ts';

/** A relay's sink that knows how far the copy is. */
export interface CopySink extends Sink {
  readonly watermark: EventId;
  readonly copied: number;
  readonly invalid: number;
}

/** Rejects with `CopyNotFound`, `CopyFinished`, `DestinationExists` and `DestinationMismatch`. */
export interface CopyDestination {
  /** In this way it is told from others. */
  readonly text: string;
  list(): Promise<CopyJob[]>;
  find(name: string): Promise<CopyJob>;
  /** The copy of that name in the same terms; null = there is none. */
  known(request: Pick<CopyRequest, 'name' | 'terms'>): Promise<CopyJob | null>;
  /** The same, begun when there is none. */
  begin(request: Omit<CopyRequest, 'stream'>): Promise<CopyJob>;
  /** Another range for a copy that nobody was at work on yet; gives the copy as it is. */
  restate(job: CopyJob, range: CopyRange): Promise<CopyJob>;
  /** Not taken: another process is at work, or it is finished. */
  take(name: string, node: string, leaseMs: number): Promise<{ job: CopyJob; isTaken: boolean }>;
  /** False when it is held no more. */
  renew(hold: CopyHold, leaseMs: number): Promise<boolean>;
  /** Throws `CopyLost` when it is held no more. */
  sinkOf(job: CopyJob, leaseMs: number): CopySink;
  /** Gives the copy as it is, whoever has ended it. */
  end(hold: CopyHold, end: CopyEnd): Promise<CopyJob>;
  /** What the end of a copy leaves to do, which a crash may have kept from being done. */
  release(job: CopyJob): Promise<void>;
  ask(name: string, asked: CopyAsk): Promise<CopyJob>;
}

/** Another process has taken the copy over, or has told it to end. */
export class CopyLost extends Error {
  override name = 'CopyLost';
}
