// A sink of the service's own behind the relay's port: what it throws is told as its failure.
import type { Batch } from '../../contract/event-list.ts';
import type { SinkPosition } from '../../relay/sink.ts';
import type { StandingSink } from '../../relay/standing-sink.ts';
import type { RelayedSink } from './relayed-sink.ts';

export class TypedSink implements RelayedSink {
  readonly title: string;
  readonly #sink: StandingSink;
  #thrown: { readonly error: unknown } | null = null;

  constructor(sink: StandingSink) {
    this.title = sink.title;
    this.#sink = sink;
  }

  hasThrown(error: unknown): boolean {
    return this.#thrown?.error === error;
  }

  stand(epoch: number): Promise<SinkPosition | null> {
    return this.#sink.stand(epoch);
  }

  open(cursor: SinkPosition, signal: AbortSignal): Promise<SinkPosition | null> {
    return this.#call(this.#sink.open(cursor, signal));
  }

  write(batch: Batch, signal: AbortSignal): Promise<void> {
    return this.#call(this.#sink.write(batch, signal));
  }

  close(): Promise<void> {
    return this.#call(this.#sink.close());
  }

  async closeAtEnd(): Promise<void> {}

  async #call<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#thrown = { error };
      throw error;
    }
  }
}
