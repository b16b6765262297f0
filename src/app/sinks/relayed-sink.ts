// What the worker of a sink needs of it besides the relay's port, whoever has written it.
import type { Sink as RelaySink, SinkPosition } from '../../relay/sink.ts';
import type { Rewinding } from '../../relay/standing-sink.ts';

export interface RelayedSink extends RelaySink {
  /** null: whoever has written it knows how it is brought back in line with a history that has forked. */
  readonly rewinding: Rewinding | null;
  /** True of what the sink threw last. */
  hasThrown(error: unknown): boolean;
  /** Before the relay begins: where it stands, null = it cannot say. Rejects when it can not be written to. */
  stand(epoch: number): Promise<SinkPosition | null>;
  /** What was never opened is closed once, at the end. */
  closeAtEnd(): Promise<void>;
}
