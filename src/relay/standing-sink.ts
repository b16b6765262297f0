// A sink of the service's own, which says where it stands before anything is begun.
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import type { Sink, SinkPosition } from './sink.ts';

export interface StandingSink extends Sink {
  /**
   * Where it stands, without a change to it; null = it is new, and begins at the cursor. `epoch` is the stream's.
   * Rejects when it could not be written to. Another process may be at work meanwhile.
   */
  stand(epoch: number): Promise<SinkPosition | null>;
  /** Left out where nothing can be taken away any more. */
  readonly rewinding?: Rewinding;
}

/** How a sink is brought back in line with a stream whose history has forked. It is not open meanwhile. */
export interface Rewinding {
  /** The events behind `after` that it holds, in order. */
  held(after: EventId): AsyncIterable<EventRow>;
  /**
   * Takes away what it holds behind `to`, and makes it stand there. Wherever that ends before, the sink still stands
   * beyond `to`, in the epoch of before: nothing is written to it until all is done by another call.
   */
  rewind(to: SinkPosition): Promise<void>;
}
