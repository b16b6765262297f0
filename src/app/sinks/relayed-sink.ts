// What the worker of a sink needs of it besides the relay's port, whoever has written it.
import type { Sink as RelaySink, SinkPosition } from '../../relay/sink.ts';

export interface RelayedSink extends RelaySink {
  /** True of what the sink threw last. */
  hasThrown(error: unknown): boolean;
  /** Before the relay begins: where it stands, null = it cannot say. Rejects when it can not be written to. */
  stand(epoch: number): Promise<SinkPosition | null>;
  /** What was never opened is closed once, at the end. */
  closeAtEnd(): Promise<void>;
}
