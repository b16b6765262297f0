// A sink of the service's own, which says where it stands before anything is begun.
import type { Sink, SinkPosition } from './sink.ts';

export interface StandingSink extends Sink {
  /**
   * Where it stands, without a change to it; null = it is new, and begins at the cursor. `epoch` is the stream's.
   * Rejects when it could not be written to. Another process may be at work meanwhile.
   */
  stand(epoch: number): Promise<SinkPosition | null>;
}
