// A sink of the application behind the relay's port: batches as a client would get them, and what it says checked.
import type { Position } from '../../client/public.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { Batch } from '../../contract/event-list.ts';
import { fits } from '../../contract/validate.ts';
import type { SinkPosition } from '../../relay/sink.ts';
import { batchOf } from '../in-process/batch.ts';
import { OwnFailures } from './own-failures.ts';
import type { RelayedSink } from './relayed-sink.ts';
import type { Sink } from './sink.ts';
import type { SinkFeed } from './sink-feed.ts';

export class OwnSink implements RelayedSink {
  readonly title: string;
  readonly rewinding = null;
  readonly #feed: SinkFeed;
  readonly #sink: Sink;
  #seq = 0;
  #before: Position | null = null;
  readonly #failures = new OwnFailures();

  constructor(feed: SinkFeed, sink: Sink) {
    this.title = `The sink ${feed.name}`;
    this.#feed = feed;
    this.#sink = sink;
  }

  hasThrown(error: unknown): boolean {
    return this.#failures.has(error);
  }

  /** It is asked when it is opened, and not before. */
  async stand(): Promise<null> {
    return null;
  }

  async open(_cursor: SinkPosition, signal: AbortSignal): Promise<SinkPosition | null> {
    const { stream, name, types } = this.#feed;
    this.#seq = 0;
    this.#before = null;
    return this.#failures.watch(async () => {
      const position = await this.#sink.open?.({ stream, name, types, signal });
      return position ? positionOf(position) : null;
    });
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    const received = batchOf(batch, this.#seq, this.#before);
    await this.#failures.watch(() => this.#sink.write(received, signal));
    this.#seq += 1;
    this.#before = { id: batch.upTo, epoch: batch.epoch };
  }

  async close(): Promise<void> {
    const sink = this.#sink;
    if (sink.open !== undefined) await this.#failures.watch(async () => sink.close?.());
  }

  async closeAtEnd(): Promise<void> {
    const sink = this.#sink;
    if (sink.open === undefined) await this.#failures.watch(async () => sink.close?.());
  }
}

/** Throws TypeError when it is none. */
function positionOf({ id, epoch }: Position): SinkPosition {
  if (fits('event-id', id) && fits('epoch', epoch)) return { id: id as EventId, epoch };
  throw new TypeError(`open gave no position {id, epoch}: ${JSON.stringify({ id, epoch })}`);
}
