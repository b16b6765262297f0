// Readers that keep their own position, as those of streams over HTTP do: each says where it is when it comes, and
// nothing that goes to it is acknowledged before it comes again.
import { identOf } from '../contract/consumer.ts';
import { notRegistered } from '../contract/errors.ts';
import { compareIds, maxId } from '../contract/event-id.ts';
import type { Feed } from '../feed/feed.ts';
import type { Store } from '../store/store.ts';
import type { AckWriter } from './ack-writer.ts';
import { type AttachmentOptions, attachmentOf, type SubscribeRequest } from './attachment.ts';
import type { Channel } from './channel.ts';
import type { Registry } from './registry.ts';
import { type Opening, openAt, type ResumePoint } from './resume.ts';
import { Subscription, type SubscriptionPlan } from './subscription.ts';

/** A reader that says by itself how far it is, each time that it comes, and is told when it cannot go on there. */
export interface FollowRequest
  extends Omit<SubscribeRequest, 'component' | 'batchesInFlightMax' | 'start' | 'openChannel'> {
  /** A registered consumer, whose cursor is moved to where it says that it is; null: nobody keeps its place. */
  readonly component: string | null;
  /** null: a consumer goes on from its cursor, and others begin with what comes now. */
  readonly point: ResumePoint | null;
  /** Called once, when nothing stands in the way any more. */
  readonly openChannel: (opening: Opening) => Channel;
}

/** `ended`: the stream is sealed, and the reader has everything; no channel is opened then. */
export type Followed = 'attached' | 'ended';

export interface FollowingOptions extends AttachmentOptions {
  readonly store: Store;
  readonly acks: AckWriter;
  readonly registry: Registry;
}

/** The same for all, since there may be thousands. */
const hasNone = async () => null;
const ignore = () => {};

export class Following {
  readonly #options: FollowingOptions;

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  /** Throws `NotRegistered`, `ConsumerBusy`, `StreamBusy`. */
  async follow(feed: Feed, request: FollowRequest): Promise<Followed> {
    const { store, registry } = this.#options;
    await store.statuses.requireReadable(feed.stream);
    const { component } = request;
    if (component !== null) return this.#followAs(feed, { ...request, component });
    const { epoch } = feed;
    const opening = await openAt(store, feed, request.point ?? 'now', null);
    // The archive may have taken its time to answer.
    if (feed.epoch !== epoch && feed.epoch !== opening.epoch) return this.follow(feed, request);
    if (opening.isEnd) return 'ended';
    const subscription = this.#subscription(feed, request, opening, hasNone);
    registry.attachUnnamed(feed.stream, subscription);
    return 'attached';
  }

  async #followAs(
    feed: Feed,
    request: FollowRequest & { readonly component: string },
  ): Promise<Followed> {
    const { stream, peer, point } = request;
    const { store, acks, registry } = this.#options;
    const ident = identOf(request);
    const find = () => store.findConsumer(stream, ident);
    const { epoch } = feed;
    const row = await find();
    if (row === null) throw notRegistered(stream, ident);
    const opening = await openAt(store, feed, point ?? { id: row.cursor }, row.cursor);
    if (feed.epoch !== epoch) return this.#followAs(feed, request);
    if (opening.reset === null && compareIds(opening.start, row.cursor) > 0) {
      const { start: cursor } = opening;
      await acks.write({ consumerId: row.id, cursor, token: null, epoch });
      if (feed.epoch !== epoch) return this.#followAs(feed, request);
      registry.skipTo(row.id, opening.start);
    }
    if (opening.isEnd) return 'ended';
    const lease = await registry.takeLease(stream, ident, peer);
    if (feed.epoch !== epoch) {
      // It may have waited for a failover, behind which the start is another event.
      await registry.giveBack(lease);
      return this.#followAs(feed, request);
    }
    // Another reader of the consumer may have acknowledged more meanwhile.
    const start = maxId(opening.start, lease.cursor);
    const findCursor = async () => (await find())?.cursor ?? null;
    try {
      const subscription = this.#subscription(feed, request, { ...opening, start }, findCursor);
      registry.attachReliable({ stream, ident, peer, lease, subscription });
    } catch (error) {
      // There is no room for its connection any more.
      await registry.giveBack(lease);
      throw error;
    }
    return 'attached';
  }

  #subscription(
    feed: Feed,
    request: FollowRequest,
    opening: Opening,
    findCursor: SubscriptionPlan['findCursor'],
  ): Subscription {
    const openChannel = () => request.openChannel(opening);
    const { liveInFlight } = this.#options.limits;
    const attachment = attachmentOf(this.#options, feed, { ...request, openChannel }, liveInFlight);
    return new Subscription(attachment, {
      start: opening.start,
      findCursor,
      onAcknowledged: ignore,
      failures: null,
      by: 'sse',
      whenDiscarded: 'pass-over',
    });
  }
}
