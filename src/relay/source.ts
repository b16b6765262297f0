// What a relay reads from: the port between its loop and one log, wherever that is kept. A source knows the reserved
// consumer that holds discarding back for the relay, and the right of one relay to be the one at work.
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import type { History } from '../contract/forks.ts';
import type { ReadLimits } from '../store/store.ts';
import type { SinkPosition } from './sink.ts';

/** Up to where the log goes. */
export interface SourceEnd extends History {
  readonly newest: EventId;
}

/** Held by the one relay at work. */
export interface SourceLease {
  /** Where the reserved consumer stands. */
  readonly cursor: EventId;
  /** Aborted when it is held no more: whatever is done in its name is to end. */
  readonly ended: AbortSignal;
  /** True when the cursor has not been moved for a moment. */
  readonly isMoveDue: boolean;
  /** False when it is somebody else's by now; whoever was away for long asks before going on. */
  isHeld(): Promise<boolean>;
  /** Forward only, only while it is held, and not beyond where an epoch has begun that is later than this. */
  moveCursor(cursor: EventId, epoch: number): Promise<void>;
  /** Lets another relay have it at once. */
  release(): Promise<void>;
  /** Holds it no more, and does not wait for what is still done in its name. */
  giveUp(): void;
}

export interface Source {
  readonly stream: string;
  /** null while another relay is at work. From the first time on nothing is discarded behind the cursor. */
  take(): Promise<SourceLease | null>;
  end(): Promise<SourceEnd>;
  /**
   * Events behind `after` in order, an unbroken run of them, each fit to go out; empty when there are none yet. They
   * are of the epoch in which `end` was asked for last. Throws `CursorTooOld` when some of them are no more;
   * `HistoryForked` when that epoch is over.
   */
  read(after: EventId, limits: ReadLimits): Promise<readonly EventRow[]>;
  /**
   * Told that the log has once given this out, which is not there: what comes next is of another history. Left out
   * where no history can be begun.
   */
  miss?(seen: SinkPosition): Promise<void>;
}
