// What a relay writes to: the port between its loop and the place where the events go. A sink knows no cursor, no lease
// and no pause. It says where it stands, if it knows, and takes one batch at a time, in order.
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import type { Batch } from '../contract/event-list.ts';

/** Up to where a sink has everything; ids of another epoch are those of another history. */
export interface SinkPosition {
  readonly id: EventId;
  readonly epoch: number;
}

export interface Sink {
  /** As sentences begin with it: `The warehouse`. */
  readonly title: string;
  /**
   * Called when this process becomes the one at work, and again after whatever failed. Gives the position that the sink
   * keeps together with what was written, so that it holds for certain; null when it keeps none, and `cursor` counts.
   */
  open(cursor: SinkPosition, signal: AbortSignal): Promise<SinkPosition | null>;
  /**
   * Behind `open`: the newest event that it holds; null when there is none. Left out where it cannot be read: then
   * nobody sees that ids were given again, to other events. Who can say this is also believed that what is beyond its
   * stream's end was once there.
   */
  last?(): Promise<EventRow | null>;
  /** Resolves when the batch is safe; when it rejects, the same events come again, behind another `open`. */
  write(batch: Batch, signal: AbortSignal): Promise<void>;
  /** Follows every `open` that has resolved. */
  close(): Promise<void>;
}
