// Generated from specs/ by `npm run gen`; do not edit.

/**
 * The part of a principal that reads on its own. LIVE is reserved for delivery without a cursor.
 */
export type Component = string;
/**
 * What happened, in the application's words.
 */
export type EventType = string;
/**
 * Counts the times that a stream's history forked after a failover or a restore; 1 at first. Absent means the current one.
 */
export type Epoch = number;
/**
 * A decimal string of at most 18 digits, dense and increasing within a stream; "0" stands before the first event.
 */
export type EventId = string;
/**
 * When the database stored the event: UTC, milliseconds. Not monotonic in id.
 */
export type EventTs = string;
/**
 * Where a reader begins: with the oldest event, with the next one, after an id, or with the lowest id whose ts is at or after a time.
 */
export type From =
  | ('beginning' | 'now')
  | {
      id: EventId;
    }
  | {
      /**
       * RFC 3339, in UTC.
       */
      time: string;
    };
/**
 * Names a call, so that trying it again adds nothing: the same content under the same key of the same principal gives the same ids. Printable ASCII without spaces.
 */
export type IdempotencyKey = string;
/**
 * The name of one ordered log with its own ids.
 */
export type StreamName = string;
/**
 * The event types a consumer asks for; null means all it may see.
 */
export type Want = null | [EventType, ...EventType[]];
/**
 * A decimal string of at most 18 digits, dense and increasing within a stream; "0" stands before the first event.
 */
export type AddEventResult = string;
export type HintResult = true;
/**
 * A decimal string of at most 18 digits, dense and increasing within a stream; "0" stands before the first event.
 */
export type EventId1 = string;
/**
 * False when another archiver is the one at work by now.
 */
export type KeepArchiveResult = boolean;
/**
 * The caller's consumers; with the right admin everybody's.
 */
export type ListConsumersResult = ConsumerStatus[];
/**
 * true = acknowledged.
 */
export type OnEventsResult = boolean;
/**
 * A decimal string of at most 18 digits, dense and increasing within a stream; "0" stands before the first event.
 */
export type EventId2 = string;
export type ReadyToReceiveResult = true;
/**
 * Registering again changes nothing.
 */
export type RegisterConsumerResult = true;
export type ReleaseArchiveResult = true;
/**
 * null while another archiver is the one at work. cursor: up to where the archive is known to be complete.
 */
export type TakeArchiveResult = null | TakenArchive;

export interface Contract {
  component: Component;
  credentials: Credentials;
  draft: EventDraft;
  epoch: Epoch;
  'event-id': EventId;
  'event-ts': EventTs;
  'event-type': EventType;
  event: Event;
  from: From;
  'idempotency-key': IdempotencyKey;
  'stream-name': StreamName;
  want: Want;
  'methods/addEvent.params': AddEventParams;
  'methods/addEvent.result': AddEventResult;
  'methods/addEvents.params': AddEventsParams;
  'methods/addEvents.result': AddEventsResult;
  'methods/hint.params': HintParams;
  'methods/hint.result': HintResult;
  'methods/keepArchive.params': KeepArchiveParams;
  'methods/keepArchive.result': KeepArchiveResult;
  'methods/listConsumers.params': ListConsumersParams;
  'methods/listConsumers.result': ListConsumersResult;
  'methods/onEvents.params': OnEventsParams;
  'methods/onEvents.result': OnEventsResult;
  'methods/ping.params': PingParams;
  'methods/ping.result': PingResult;
  'methods/pollEvents.params': PollEventsParams;
  'methods/pollEvents.result': PollEventsResult;
  'methods/readEvents.params': ReadEventsParams;
  'methods/readEvents.result': ReadEventsResult;
  'methods/readyToReceive.params': ReadyToReceiveParams;
  'methods/readyToReceive.result': ReadyToReceiveResult;
  'methods/registerConsumer.params': RegisterConsumerParams;
  'methods/registerConsumer.result': RegisterConsumerResult;
  'methods/releaseArchive.params': ReleaseArchiveParams;
  'methods/releaseArchive.result': ReleaseArchiveResult;
  'methods/rpc.discover.params': RpcDiscoverParams;
  'methods/rpc.discover.result': RpcDiscoverResult;
  'methods/streamInfo.params': StreamInfoParams;
  'methods/streamInfo.result': StreamInfoResult;
  'methods/takeArchive.params': TakeArchiveParams;
  'methods/takeArchive.result': TakeArchiveResult;
  'methods/unregisterConsumer.params': UnregisterConsumerParams;
  'methods/unregisterConsumer.result': UnregisterConsumerResult;
}
/**
 * The credentials file.
 */
export interface Credentials {
  principals: CredentialPrincipal[];
}
export interface CredentialPrincipal {
  /**
   * local and internal are reserved.
   */
  name: string;
  keys: CredentialKey[];
  /**
   * Base64; kept as it is, since signatures need it.
   */
  hmacKey?: string;
  may: ('generate' | 'consume' | 'archive' | 'admin')[];
  /**
   * Event types it may add and see: * = all, ORDER_* = a prefix. Default: all.
   */
  types?: string[];
  /**
   * Default: all.
   */
  streams?: string[];
  publicId?: string;
  /**
   * Origins of web pages that may use its keys.
   */
  allowedOrigins?: string[];
}
export interface CredentialKey {
  /**
   * SHA-256 of the key, in hexadecimal.
   */
  sha256: string;
  kind?: 'server' | 'client' | 'public';
  /**
   * UTC; from then on the key is answered PleaseReauth.
   */
  expiresAt?: string;
}
/**
 * An event without id and ts.
 */
export interface EventDraft {
  type: EventType;
  /**
   * Any JSON value; left out, it is null.
   */
  data?: {
    [k: string]: unknown;
  };
}
/**
 * A recorded fact.
 */
export interface Event {
  id: EventId;
  type: EventType;
  /**
   * Any JSON value, exactly as it was written.
   */
  data: {
    [k: string]: unknown;
  };
  ts: EventTs;
}
export interface AddEventParams {
  type: EventType;
  /**
   * Any JSON value; left out, it is null.
   */
  data?: {
    [k: string]: unknown;
  };
  stream?: StreamName;
  idempotency_key?: IdempotencyKey;
}
export interface AddEventsParams {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  events: [EventDraft, ...EventDraft[]];
  stream?: StreamName;
  idempotency_key?: IdempotencyKey;
}
/**
 * The ids are contiguous.
 */
export interface AddEventsResult {
  first: EventId;
  last: EventId;
}
export interface HintParams {
  stream?: StreamName;
}
export interface KeepArchiveParams {
  stream?: StreamName;
  /**
   * Of takeArchive; a later one makes it void.
   */
  token: string;
  /**
   * How long nobody else can be the one at work unless it is prolonged, in milliseconds.
   */
  lease_ms: number;
  cursor?: EventId1;
  epoch?: Epoch;
}
export interface ListConsumersParams {
  stream?: StreamName;
}
/**
 * A registered consumer of a stream; cursor: the last event that it has acknowledged.
 */
export interface ConsumerStatus {
  /**
   * null: one of the service's own, ARCHIVER or a sink (SINK_ and its name).
   */
  principal: string | null;
  /**
   * The part of the principal that reads on its own.
   */
  component: string;
  cursor: EventId;
  /**
   * Newest minus cursor, in events.
   */
  lag: number;
  /**
   * When its cursor moved last; null: never yet.
   */
  last_time: null | EventTs;
  /**
   * Some node pushes to it now.
   */
  connected: boolean;
  /**
   * It has events to read and has not moved for longer than EVT_STALE_MS.
   */
  stale: boolean;
  /**
   * It has not moved for longer than EVT_SET_ASIDE_MS, and holds discarding back no more until it does.
   */
  set_aside: boolean;
}
/**
 * From server to client: every wanted event with after < id <= up_to. A gap in seq means events were skipped (LIVE only).
 */
export interface OnEventsParams {
  component: Component;
  stream: StreamName;
  /**
   * Number of the batch on this subscription, from 0.
   */
  seq: number;
  events: Event[];
  after: EventId;
  up_to: EventId;
  epoch: Epoch;
}
export interface PingParams {
  echo: number;
}
export interface PingResult {
  echo: number;
}
export interface PollEventsParams {
  component: Component;
  /**
   * Acknowledges everything up to it; null repeats what is not acknowledged.
   */
  last_id?: null | EventId;
  want?: Want;
  stream?: StreamName;
  epoch?: Epoch;
  /**
   * At most this many events; EVT_BATCH_MAX bounds it.
   */
  limit?: number;
  /**
   * How long to wait for an event when there is none, in milliseconds.
   */
  wait_ms?: number;
}
/**
 * Every wanted event with after < id <= up_to.
 */
export interface PollEventsResult {
  events: Event[];
  after: EventId;
  up_to: EventId;
  epoch: Epoch;
}
export interface ReadEventsParams {
  stream?: StreamName;
  after: EventId2;
  epoch?: Epoch;
  /**
   * At most this many events.
   */
  limit?: number;
}
/**
 * Every event with after < id <= up_to; without events there are none yet.
 */
export interface ReadEventsResult {
  events: Event[];
  after: EventId;
  up_to: EventId;
  epoch: Epoch;
}
export interface ReadyToReceiveParams {
  component: Component;
  want?: Want;
  stream?: StreamName;
  from?: From;
  epoch?: Epoch;
  /**
   * Batches sent and not yet acknowledged; default 1, LIVE 2. EVT_IN_FLIGHT_MAX bounds it.
   */
  max_in_flight?: number;
}
export interface RegisterConsumerParams {
  component: Component;
  stream?: StreamName;
  from?: From;
  epoch?: Epoch;
}
export interface ReleaseArchiveParams {
  stream?: StreamName;
  /**
   * Of takeArchive; a later one makes it void.
   */
  token: string;
}
export interface RpcDiscoverParams {}
/**
 * The OpenRPC document of this service.
 */
export interface RpcDiscoverResult {}
export interface StreamInfoParams {
  stream?: StreamName;
}
/**
 * first: the oldest event that is still in the active database; last: the newest; discarded_up_to: what was discarded ends there; readable_after: readers may begin behind any id from it on, the rest of what was discarded is in no archive that this node reads; gaps_up_to: ids up to it were adopted from another system, and not each of them need be there; "0" = none.
 */
export interface StreamInfoResult {
  stream: StreamName;
  first: EventId;
  last: EventId;
  discarded_up_to: EventId;
  readable_after: EventId;
  gaps_up_to: EventId;
  /**
   * Rows that wait for their place in the order.
   */
  inbox: number;
  /**
   * open: it takes events.
   */
  status: 'open';
  epoch: Epoch;
}
export interface TakeArchiveParams {
  stream?: StreamName;
  /**
   * This archiver, as no other is called: what it holds itself it may take again.
   */
  node: string;
  /**
   * How long nobody else can be the one at work unless it is prolonged, in milliseconds.
   */
  lease_ms: number;
}
export interface TakenArchive {
  /**
   * Of takeArchive; a later one makes it void.
   */
  token: string;
  cursor: EventId;
}
export interface UnregisterConsumerParams {
  component: Component;
  stream?: StreamName;
  /**
   * Whose consumer; another's needs the right admin, and so does null: a sink of an application. Default: the caller.
   */
  principal?: string | null;
  dry_run?: boolean;
}
/**
 * What it did, or with dry_run would do; cursor: the last event that the consumer had acknowledged.
 */
export interface UnregisterConsumerResult {
  /**
   * False with dry_run.
   */
  unregistered: boolean;
  cursor: EventId;
  /**
   * Events that it had not acknowledged.
   */
  lag: number;
}
