// What is asked about consumers that fail: the policy of each, its parked events, and the failures that are said by
// calls, since a poll alone cannot tell a failure from a pause.
import { type ConsumerName, identOf } from '../contract/consumer.ts';
import { notRegistered, streamNotFound } from '../contract/errors.ts';
import { NO_EVENT } from '../contract/event-id.ts';
import type { Feed } from '../feed/feed.ts';
import type { ParkedChoice, ParkedKey, ParkedPage } from '../store/failures.ts';
import { type ConsumerRow, checkPosition, type Store } from '../store/store.ts';
import type { Failing, UnhandledBatch, Verdict } from './failing.ts';
import type { Registry } from './registry.ts';

export interface ParkingOptions {
  readonly store: Store;
  readonly feeds: ReadonlyMap<string, Feed>;
  readonly registry: Registry;
  readonly failing: Failing;
}

export type { ParkedEvent } from '../store/failures.ts';

/** Whose events. */
export type ConsumerOf = ConsumerName & { readonly stream: string };

/** A batch as a poll gave it. */
export interface ReportedBatch extends UnhandledBatch {
  readonly epoch: number | undefined;
}

export class Parking {
  readonly #options: ParkingOptions;

  constructor(options: ParkingOptions) {
    this.#options = options;
  }

  /** After how many tries of one event alone it is parked; null = never. Throws `NotRegistered`. */
  async setParkAfter(consumer: ConsumerOf, parkAfter: number | null): Promise<void> {
    this.#feedOf(consumer);
    const { failures } = this.#options.store;
    const ident = identOf(consumer);
    const isThere = await failures.setParkAfter(consumer.stream, ident, parkAfter);
    if (!isThere) throw notRegistered(consumer.stream, ident);
  }

  /** Throws `NotRegistered`. */
  async list(
    consumer: ConsumerOf,
    page: { readonly after: ParkedKey; readonly limit: number; readonly bytesMax: number },
  ): Promise<ParkedPage> {
    const { id } = await this.#require(consumer);
    return this.#options.store.failures.listParked(id, page);
  }

  /** Whoever reads for the consumer, on whichever node, gives it these once more. Throws `NotRegistered`. */
  async retry(consumer: ConsumerOf, choice: ParkedChoice): Promise<number> {
    const { id } = await this.#require(consumer);
    const count = await this.#options.store.failures.askForParked(id, choice);
    this.#options.registry.giveParked(id);
    return count;
  }

  /** Throws `NotRegistered`. */
  async drop(consumer: ConsumerOf, choice: ParkedChoice): Promise<number> {
    const { id } = await this.#require(consumer);
    return this.#options.store.failures.dropParked(id, choice);
  }

  /** Of a batch that was polled. Throws `NotRegistered`, `HistoryForked`, `CursorAhead`. */
  async report(
    consumer: ConsumerOf,
    { epoch: asked, ...batch }: ReportedBatch,
    error: string | null,
  ): Promise<Verdict> {
    const feed = this.#feedOf(consumer);
    const { store, failing, registry } = this.#options;
    const { id: consumerId, cursor } = await this.#require(consumer);
    checkPosition(await store.streamState(feed.stream), batch.upTo, asked, NO_EVENT);
    const epoch = asked ?? feed.epoch;
    const reader = { feed, epoch, ident: identOf(consumer), consumerId, token: null, cursor };
    const verdict = await failing.record(reader, batch, error, 0);
    if (verdict.goesOnAt !== null) registry.skipTo(consumerId, verdict.goesOnAt);
    return verdict;
  }

  #feedOf({ stream }: ConsumerOf): Feed {
    const feed = this.#options.feeds.get(stream);
    if (feed === undefined) throw streamNotFound(stream);
    return feed;
  }

  async #require(consumer: ConsumerOf): Promise<ConsumerRow> {
    const { stream } = this.#feedOf(consumer);
    const ident = identOf(consumer);
    const row = await this.#options.store.findConsumer(stream, ident);
    if (row === null) throw notRegistered(stream, ident);
    return row;
  }
}
