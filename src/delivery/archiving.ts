// What an archiver in front of a server does: it has the consumer ARCHIVER for itself by a lease, as one at the
// database has, and reads everything. Both are the same consumer, so only one of them works at a time, and the
// discarder waits for it alike.
import { ARCHIVER } from '../contract/consumer.ts';
import { streamNotFound } from '../contract/errors.ts';
import { type EventId, NO_EVENT } from '../contract/event-id.ts';
import { type Batch, EventList } from '../contract/event-list.ts';
import { historyForked, sharedUpTo } from '../contract/forks.ts';
import { readDeliverable } from '../feed/deliverable.ts';
import type { Feed } from '../feed/feed.ts';
import { checkPosition, type ReadLimits, type Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface ArchivingOptions {
  readonly store: Store;
  readonly feeds: ReadonlyMap<string, Feed>;
  readonly logger: Logger;
}

export interface KeepRequest {
  readonly stream: string;
  readonly token: string;
  readonly leaseMs: number;
  /** The archive is complete up to there; undefined = as far as before. */
  readonly cursor: EventId | undefined;
  readonly epoch: number | undefined;
}

export interface ReadRequest extends ReadLimits {
  readonly stream: string;
  readonly after: EventId;
  readonly epoch: number | undefined;
}

export class Archiving {
  readonly #options: ArchivingOptions;

  constructor(options: ArchivingOptions) {
    this.#options = options;
  }

  /** null while another archiver is the one at work. */
  async take(request: {
    stream: string;
    node: string;
    leaseMs: number;
  }): Promise<{ token: string; cursor: EventId } | null> {
    this.#feedOf(request.stream);
    const { store } = this.#options;
    await store.requireArchive(request.stream);
    const lease = await store.leases.take({ ...request, ident: ARCHIVER, onlyIfFree: true });
    return lease && { token: lease.token, cursor: lease.cursor };
  }

  /** False when another archiver is the one at work by now. Throws `CursorAhead`, `HistoryForked`. */
  async keep({ stream, token, leaseMs, cursor, epoch }: KeepRequest): Promise<boolean> {
    const lease = await this.#leaseOf(stream, token);
    if (lease === null) return false;
    const { store } = this.#options;
    if (cursor !== undefined) {
      const state = await store.streamState(stream);
      checkPosition(state, cursor, epoch, NO_EVENT);
      await store.advanceCursors([{ ...lease, cursor, epoch: epoch ?? state.epoch }]);
    }
    const { lost } = await store.leases.renew([lease], leaseMs);
    return lost.length === 0;
  }

  async release(stream: string, token: string): Promise<void> {
    const lease = await this.#leaseOf(stream, token);
    if (lease !== null) await this.#options.store.leases.release(lease);
  }

  /** Throws `CursorAhead`, `CursorTooOld`, `HistoryForked`. */
  async read({ stream, after, epoch: asked, ...limits }: ReadRequest): Promise<Batch> {
    const feed = this.#feedOf(stream);
    const { store, logger } = this.#options;
    // Who names none wants the present one, of which this node may not have heard yet.
    if (asked !== feed.epoch) feed.follow(await store.streamState(stream));
    // Statements are kept for each epoch that is read: none for numbers from outside.
    const epoch = asked ?? feed.epoch;
    const at = sharedUpTo(feed, epoch);
    if (at !== null) throw historyForked(feed.epoch, at);
    const onInvalid = (id: EventId) =>
      logger.warn({ stream, id }, 'An event whose data is not JSON is read as null.');
    const rows = await readDeliverable({ store, stream, epoch, onInvalid }, after, limits);
    const last = rows.at(-1);
    if (last === undefined) checkPosition(await store.streamState(stream), after, epoch, NO_EVENT);
    return { events: new EventList(rows), after, upTo: last?.[0] ?? after, epoch };
  }

  async #leaseOf(
    stream: string,
    token: string,
  ): Promise<{ consumerId: string; token: string } | null> {
    this.#feedOf(stream);
    const row = await this.#options.store.findConsumer(stream, ARCHIVER);
    return row && { consumerId: row.id, token };
  }

  #feedOf(stream: string): Feed {
    const feed = this.#options.feeds.get(stream);
    if (feed === undefined) throw streamNotFound(stream);
    return feed;
  }
}
