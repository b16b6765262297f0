// The door to delivery: consumers register, poll, and subscribe over a channel. Who the caller is and what it may
// see has been decided before.
import { inTime } from '../base/in-time.ts';
import type { Service } from '../base/lifecycle.ts';
import { ARCHIVER, type ConsumerName, identOf, isStale, LIVE } from '../contract/consumer.ts';
import { isServiceError, notRegistered, ServiceError, streamNotFound } from '../contract/errors.ts';
import { type EventId, idDistance } from '../contract/event-id.ts';
import type { Batch } from '../contract/event-list.ts';
import type { Feed } from '../feed/feed.ts';
import type {
  ConsumerDetails,
  Forgotten,
  Start,
  Store,
  StreamState,
  Unregistering,
} from '../store/store.ts';
import type { ChangeWait, NamedState } from '../store/stream-statuses.ts';
import { AckWriter } from './ack-writer.ts';
import { Archiving } from './archiving.ts';
import {
  type AttachmentOptions,
  attachmentOf,
  type ConsumerRef,
  type SubscribeRequest,
} from './attachment.ts';
import { Failing, type FailingOptions } from './failing.ts';
import { type Followed, Following, type FollowRequest } from './following.ts';
import { LiveSubscription } from './live-subscription.ts';
import { Parking } from './parking.ts';
import { type PollRequest, poll, pollLive } from './poll.ts';
import { type Peer, Registry } from './registry.ts';
import { Subscription } from './subscription.ts';

export type { Start } from '../store/store.ts';
export type { FollowRequest } from './following.ts';
export type { Opening, Reset, ResumePoint } from './resume.ts';

export interface DeliveryOptions extends AttachmentOptions {
  readonly store: Store;
  readonly feeds: ReadonlyMap<string, Feed>;
  readonly node: string;
  readonly limits: AttachmentOptions['limits'] & {
    readonly subscriptionsMax: number;
    readonly staleMs: number;
  } & FailingOptions['limits'];
}

export interface ConsumerStatus extends ConsumerDetails {
  readonly lag: number;
  readonly isStale: boolean;
}

export interface StreamInfo extends StreamState {
  /** Readers may begin behind any id from here on. */
  readonly readableAfter: EventId;
  /** Rows that wait for their place in the order. */
  readonly inbox: number;
}

/** Idle clients ask for the stream now and then, and wait for the database, not for the warehouse. */
const ARCHIVE_MS_MAX = 1000;
const ONE_EVENT = { eventsMax: 1, bytesMax: 1 };

export class Delivery implements Service {
  /** What archivers in front of this node do. */
  readonly archiving: Archiving;
  /** Consumers that fail, and what is parked for them. */
  readonly parking: Parking;
  readonly #options: DeliveryOptions;
  readonly #acks: AckWriter;
  readonly #registry: Registry;
  readonly #following: Following;
  readonly #failing: Failing;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.archiving = new Archiving(options);
    this.#acks = new AckWriter(options);
    this.#failing = new Failing({ ...options, acks: this.#acks });
    this.#registry = new Registry({
      ...options,
      acks: this.#acks,
      subscriptionsMax: options.limits.subscriptionsMax,
    });
    this.parking = new Parking({ ...options, registry: this.#registry, failing: this.#failing });
    this.#following = new Following({ ...options, acks: this.#acks, registry: this.#registry });
  }

  start(): Promise<void> {
    return this.#registry.start();
  }

  async stop(): Promise<void> {
    await this.#registry.stop();
    await this.#acks.drain();
  }

  /** Throws `LiveNotAllowed`, `CursorAhead`, `CursorTooOld`, `HistoryForked`. */
  async register(consumer: ConsumerRef, start: Start, parkAfter: number | null): Promise<void> {
    if (consumer.component === LIVE) throw new ServiceError('LiveNotAllowed');
    this.#feedOf(consumer.stream);
    await this.#options.store.registerConsumer(
      consumer.stream,
      identOf(consumer),
      start,
      parkAfter,
    );
  }

  /**
   * Forgets a consumer, or only says what that would do; of the service's own, sinks that nobody writes to. Throws
   * `NotRegistered`, `ConsumerBusy`, and `EventsParked` where parked events are not to be dropped with it.
   */
  async unregister(
    consumer: ConsumerName & Pick<ConsumerRef, 'stream'>,
    how: Unregistering,
    peer: Peer,
  ): Promise<Forgotten> {
    this.#feedOf(consumer.stream);
    const { store } = this.#options;
    const ident = identOf(consumer);
    if (ident === ARCHIVER) {
      const message = 'The archiver is not unregistered: without it nothing would be discarded.';
      throw new ServiceError('InvalidRequest', { message, details: { in: 'params' } });
    }
    const row = await store.findConsumer(consumer.stream, ident);
    if (consumer.principal === null && row?.isConnected) {
      const message = 'The sink is written to: stop its app first, or it registers itself again.';
      throw new ServiceError('ConsumerBusy', { message });
    }
    const forgotten = await store.unregisterConsumer(consumer.stream, ident, how);
    if (forgotten === null || row === null) throw notRegistered(consumer.stream, ident);
    if (!how.isDryRun) await this.#registry.drop(row.id, peer);
    return forgotten;
  }

  /** The stream's consumers with their lag. */
  async list(stream: string): Promise<ConsumerStatus[]> {
    this.#feedOf(stream);
    const { store, limits } = this.#options;
    // The consumers first: a cursor never stands beyond a newest that was read after it.
    const consumers = await store.listConsumers(stream);
    const { newest } = await store.streamState(stream);
    return consumers.map((consumer) => {
      const lag = idDistance(consumer.cursor, newest);
      return { ...consumer, lag, isStale: isStale(consumer, limits.staleMs) };
    });
  }

  async streamInfo(stream: string): Promise<StreamInfo> {
    this.#feedOf(stream);
    const { store, logger } = this.#options;
    const { rows } = await store.inboxDepth(stream);
    const state = await store.syncedState(stream);
    let readableAfter = state.discardedUpTo;
    const asked = store.readableAfter(stream, state).then((id) => {
      readableAfter = id;
    });
    // What the active database says is wanted also while the warehouse is away.
    const isAnswered = await inTime(asked, ARCHIVE_MS_MAX).catch(() => false);
    if (!isAnswered) logger.warn({ stream }, 'The archive does not say from where it can be read.');
    return { ...state, readableAfter, inbox: rows };
  }

  /** Every stream of the database, and whether it is served here. */
  async listStreams(): Promise<(NamedState & { isServed: boolean })[]> {
    const streams = await this.#options.store.statuses.list();
    return streams.map((each) => ({ ...each, isServed: this.#options.feeds.has(each.name) }));
  }

  /** Takes no more events, or takes them again. Throws `StreamInUse`, `StreamBusy`. */
  async setSealed(stream: string, isSealed: boolean, wait: ChangeWait): Promise<StreamState> {
    const feed = this.#feedOf(stream);
    const { store } = this.#options;
    await (isSealed ? store.statuses.seal(stream, wait) : store.statuses.unseal(stream, wait));
    // What has got its id on the way, and the end itself.
    feed.hint();
    return store.syncedState(stream);
  }

  /** One poll of a consumer, or of nobody by LIVE. Throws `NotRegistered` and what `poll` throws. */
  async poll(consumer: ConsumerRef, request: PollRequest): Promise<Batch> {
    const feed = this.#feedOf(consumer.stream);
    const leave = this.#registry.admit(consumer.principal);
    try {
      if (consumer.component === LIVE) return await pollLive({ ...this.#options, feed }, request);
      return await this.#pollOnce(feed, identOf(consumer), request, null);
    } finally {
      leave();
    }
  }

  /** `tried`: where a poll before this one found that its cursor had moved on, and what it would read was discarded. */
  async #pollOnce(
    feed: Feed,
    ident: string,
    request: PollRequest,
    tried: EventId | null,
  ): Promise<Batch> {
    const { store, metrics } = this.#options;
    const { epoch } = feed;
    const row = await store.findConsumer(feed.stream, ident);
    if (row === null) throw notRegistered(feed.stream, ident);
    const onAcknowledged = (cursor: EventId) => this.#registry.skipTo(row.id, cursor);
    try {
      const options = { feed, store, metrics, acks: this.#acks, onAcknowledged };
      return await poll(options, { ...row, epoch }, request);
    } catch (error) {
      // Another reader of this consumer has acknowledged meanwhile, or the feed has gone over to another history: the
      // cursor is looked up again.
      const code = isServiceError(error) ? error.code : null;
      const isBehind = code === 'CursorTooOld' && row.cursor !== tried;
      const { lastId } = request;
      const isLost = code === 'CursorAhead' && lastId !== null && (await feed.hasLost(lastId));
      if (!isBehind && !isLost && feed.epoch === epoch) throw error;
      // Where it does not say of which history its id is, it was of this one when it came.
      return this.#pollOnce(feed, ident, { ...request, epoch: request.epoch ?? epoch }, row.cursor);
    }
  }

  /**
   * Attaches a channel; batches may go over it before this resolves. Throws `NotRegistered`, `ConsumerBusy`,
   * `CursorTooOld`, `DefenseRejected`, `StreamBusy`.
   */
  async subscribe(request: SubscribeRequest): Promise<void> {
    const feed = this.#feedOf(request.stream);
    await this.#options.store.statuses.requireReadable(request.stream);
    const leave = this.#registry.admit(request.principal);
    try {
      const subscription =
        request.component === LIVE
          ? await this.#attachLive(feed, request)
          : await this.#attachReliable(feed, request);
      void subscription.ended.then(leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /**
   * Attaches a channel whose reader keeps its own position: nothing that goes over it is acknowledged before the reader
   * comes again. `ended` when the stream is sealed and the reader has everything: no channel is opened then. Throws
   * `NotRegistered`, `ConsumerBusy`, `StreamBusy`.
   */
  follow(request: FollowRequest): Promise<Followed> {
    return this.#following.follow(this.#feedOf(request.stream), request);
  }

  async #attachReliable(feed: Feed, request: SubscribeRequest): Promise<Subscription> {
    if (request.start !== undefined) {
      throw new ServiceError('InvalidRequest', {
        message: 'from: only LIVE takes it; a registered consumer goes on from its cursor',
        details: { in: 'params' },
      });
    }
    const ident = identOf(request);
    const { store } = this.#options;
    const { stream, peer } = request;
    const findCursor = async () => (await store.findConsumer(stream, ident))?.cursor ?? null;
    const { epoch } = feed;
    const lease = await this.#registry.takeLease(stream, ident, peer);
    const gone = await this.#gone(feed, lease.cursor);
    // A poll may have moved on meanwhile.
    if (gone !== null && (await findCursor()) === lease.cursor) {
      await this.#registry.giveBack(lease);
      throw gone;
    }
    const { consumerId, token, cursor } = lease;
    const reader = { feed, epoch, ident, consumerId, token, cursor };
    const failures = await this.#failing.bookOf(reader, lease.hasFailed);
    if (feed.epoch !== epoch) {
      // The cursor may be of the other history than the feed is.
      await this.#registry.giveBack(lease);
      return this.#attachReliable(feed, request);
    }
    const subscription = new Subscription(attachmentOf(this.#options, feed, request, 1), {
      start: cursor,
      failures,
      findCursor,
      by: 'push',
      whenDiscarded: 'end',
      onAcknowledged: (upTo) => this.#acks.post({ consumerId, token, cursor: upTo, epoch }),
    });
    if (lease.isAskedFor) subscription.giveParked();
    this.#registry.attachReliable({ stream, ident, peer, lease, subscription });
    return subscription;
  }

  /**
   * `CursorTooOld` when what follows is no more; null also when that is not known yet: its reader will find out. Where
   * another node has seen a later history, the feed goes over to it.
   */
  async #gone(feed: Feed, after: EventId): Promise<ServiceError | null> {
    const { store } = this.#options;
    const { stream, epoch } = feed;
    let gone: ServiceError | null = null;
    const look = async (error: unknown) => {
      const code = isServiceError(error) ? error.code : null;
      if (code === 'CursorTooOld') gone = error as ServiceError;
      if (code === 'HistoryForked') feed.follow(await store.syncedState(stream));
    };
    const asked = store.readAfter(stream, after, ONE_EVENT, epoch).catch(look);
    await inTime(asked, ARCHIVE_MS_MAX).catch(() => {});
    return gone;
  }

  async #attachLive(feed: Feed, request: SubscribeRequest): Promise<LiveSubscription> {
    const { epoch } = feed;
    const start = await this.#startOf(feed, request.start ?? 'now');
    // Another node may have seen a later history, and the start is of that.
    feed.follow(await this.#options.store.streamState(feed.stream));
    if (feed.epoch !== epoch) return this.#attachLive(feed, request);
    const subscription = new LiveSubscription({
      ...attachmentOf(this.#options, feed, request, this.#options.limits.liveInFlight),
      start,
    });
    this.#registry.attachLive(feed.stream, request.peer, subscription);
    return subscription;
  }

  async #startOf(feed: Feed, start: Start): Promise<EventId> {
    const { store } = this.#options;
    try {
      return await store.resolveStart(feed.stream, start);
    } catch (error) {
      const isAhead = isServiceError(error) && error.code === 'CursorAhead';
      const isById = typeof start === 'object' && 'id' in start;
      if (!isAhead || !isById || !(await feed.hasLost(start.id))) throw error;
      return store.resolveStart(feed.stream, start);
    }
  }

  #feedOf(stream: string): Feed {
    const feed = this.#options.feeds.get(stream);
    if (feed === undefined) throw streamNotFound(stream);
    return feed;
  }
}
