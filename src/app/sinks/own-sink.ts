// A sink of the application behind the relay's port: batches as a client would get them, and what it says checked.
import type { Position } from '../../client/public.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { Batch } from '../../contract/event-list.ts';
import { fits } from '../../contract/validate.ts';
import type { Sink as RelaySink, SinkPosition } from '../../relay/sink.ts';
import { batchOf } from '../in-process/batch.ts';
import type { SinkChoice } from './sink-choice.ts';

export class OwnSink implements RelaySink {
  readonly title: string;
  readonly #choice: SinkChoice;
  #seq = 0;
  #before: Position | null = null;
  #thrown: { readonly error: unknown } | null = null;

  constructor(choice: SinkChoice) {
    this.title = `The sink ${choice.name}`;
    this.#choice = choice;
  }

  /** True of what the sink threw last. */
  hasThrown(error: unknown): boolean {
    return this.#thrown?.error === error;
  }

  async open(_cursor: SinkPosition, signal: AbortSignal): Promise<SinkPosition | null> {
    const { sink, stream, name, types } = this.#choice;
    this.#seq = 0;
    this.#before = null;
    return this.#call(async () => {
      const position = await sink.open?.({ stream, name, types, signal });
      return position ? positionOf(position) : null;
    });
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    const received = batchOf(batch, this.#seq, this.#before);
    await this.#call(() => this.#choice.sink.write(received, signal));
    this.#seq += 1;
    this.#before = { id: batch.upTo, epoch: batch.epoch };
  }

  async close(): Promise<void> {
    const { sink } = this.#choice;
    if (sink.open !== undefined) await this.#call(async () => sink.close?.());
  }

  /** What was never opened is closed once, at the end. */
  async closeAtEnd(): Promise<void> {
    const { sink } = this.#choice;
    if (sink.open === undefined) await this.#call(async () => sink.close?.());
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#thrown = { error };
      throw error;
    }
  }
}

/** Throws TypeError when it is none. */
function positionOf({ id, epoch }: Position): SinkPosition {
  if (fits('event-id', id) && fits('epoch', epoch)) return { id: id as EventId, epoch };
  throw new TypeError(`open gave no position {id, epoch}: ${JSON.stringify({ id, epoch })}`);
}
