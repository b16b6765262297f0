// A sink of the service's own behind the relay's port: what it throws is told as its failure.
import type { EventRow } from '../../contract/event.ts';
import type { Batch } from '../../contract/event-list.ts';
import type { SinkPosition } from '../../relay/sink.ts';
import type { Rewinding, StandingSink } from '../../relay/standing-sink.ts';
import { OwnFailures } from './own-failures.ts';
import type { RelayedSink } from './relayed-sink.ts';

export class TypedSink implements RelayedSink {
  readonly title: string;
  readonly last?: () => Promise<EventRow | null>;
  readonly rewinding: Rewinding | null;
  readonly #sink: StandingSink;
  readonly #failures = new OwnFailures();

  constructor(sink: StandingSink) {
    this.title = sink.title;
    this.#sink = sink;
    this.rewinding = sink.rewinding ?? null;
    const last = sink.last?.bind(sink);
    if (last !== undefined) this.last = () => this.#failures.watch(last);
  }

  hasThrown(error: unknown): boolean {
    return this.#failures.has(error);
  }

  stand(epoch: number): Promise<SinkPosition | null> {
    return this.#sink.stand(epoch);
  }

  open(cursor: SinkPosition, signal: AbortSignal): Promise<SinkPosition | null> {
    return this.#failures.watch(() => this.#sink.open(cursor, signal));
  }

  write(batch: Batch, signal: AbortSignal): Promise<void> {
    return this.#failures.watch(() => this.#sink.write(batch, signal));
  }

  close(): Promise<void> {
    return this.#failures.watch(() => this.#sink.close());
  }

  async closeAtEnd(): Promise<void> {}
}
