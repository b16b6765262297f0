// Generated from specs/ by `npm run gen`; do not edit.

/**
 * The part of a principal that reads on its own. LIVE is reserved for delivery without a cursor.
 */
export type Component = string;
/**
 * A decimal string of at most 18 digits, dense and increasing within a stream; "0" stands before the first event.
 */
export type EventId = string;
/**
 * The event types a consumer asks for; null means all it may see.
 */
export type Want = null | [EventType, ...EventType[]];
/**
 * What happened, in the application's words.
 */
export type EventType = string;
/**
 * When the database stored the event: UTC, milliseconds. Not monotonic in id.
 */
export type EventTs = string;
/**
 * Which history of a stream ids are of: 1 at first; one that begins after a failover or a restore has a greater number, that of the seconds since 2026 as a rule. Absent means the current one.
 */
export type Epoch = number;
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
 * After so many failed tries of one event alone it is parked, and the consumer goes on behind it; null: never, the consumer waits before it.
 */
export type ParkAfter = null | number;
/**
 * The name of one ordered log with its own ids.
 */
export type StreamName = string;
/**
 * A decimal string of at most 18 digits, dense and increasing within a stream; "0" stands before the first event.
 */
export type AddEventResult = string;
/**
 * It counts from the next failure on.
 */
export type ChangeConsumerResult = true;
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
export type ListCopiesResult = CopyFacts[];
/**
 * Every stream of the database, by name.
 */
export type ListStreamsResult = StreamFacts[];
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
  copy: CopyFacts;
  credentials: Credentials;
  draft: EventDraft;
  epoch: Epoch;
  'event-id': EventId;
  'event-ts': EventTs;
  'event-type': EventType;
  event: Event;
  from: From;
  'idempotency-key': IdempotencyKey;
  'park-after': ParkAfter;
  'parked-position': ParkedPosition;
  'stream-name': StreamName;
  want: Want;
  'methods/addCredential.params': AddCredentialParams;
  'methods/addCredential.result': AddCredentialResult;
  'methods/addEvent.params': AddEventParams;
  'methods/addEvent.result': AddEventResult;
  'methods/addEvents.params': AddEventsParams;
  'methods/addEvents.result': AddEventsResult;
  'methods/cancelCopy.params': CancelCopyParams;
  'methods/cancelCopy.result': CancelCopyResult;
  'methods/changeConsumer.params': ChangeConsumerParams;
  'methods/changeConsumer.result': ChangeConsumerResult;
  'methods/copyStatus.params': CopyStatusParams;
  'methods/copyStatus.result': CopyStatusResult;
  'methods/dropParked.params': DropParkedParams;
  'methods/dropParked.result': DropParkedResult;
  'methods/hint.params': HintParams;
  'methods/hint.result': HintResult;
  'methods/keepArchive.params': KeepArchiveParams;
  'methods/keepArchive.result': KeepArchiveResult;
  'methods/listConsumers.params': ListConsumersParams;
  'methods/listConsumers.result': ListConsumersResult;
  'methods/listCopies.params': ListCopiesParams;
  'methods/listCopies.result': ListCopiesResult;
  'methods/listParked.params': ListParkedParams;
  'methods/listParked.result': ListParkedResult;
  'methods/listStreams.params': ListStreamsParams;
  'methods/listStreams.result': ListStreamsResult;
  'methods/onEvents.params': OnEventsParams;
  'methods/onEvents.result': OnEventsResult;
  'methods/pauseCopy.params': PauseCopyParams;
  'methods/pauseCopy.result': PauseCopyResult;
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
  'methods/removeCredential.params': RemoveCredentialParams;
  'methods/removeCredential.result': RemoveCredentialResult;
  'methods/reportFailure.params': ReportFailureParams;
  'methods/reportFailure.result': ReportFailureResult;
  'methods/resumeCopy.params': ResumeCopyParams;
  'methods/resumeCopy.result': ResumeCopyResult;
  'methods/retryParked.params': RetryParkedParams;
  'methods/retryParked.result': RetryParkedResult;
  'methods/rpc.discover.params': RpcDiscoverParams;
  'methods/rpc.discover.result': RpcDiscoverResult;
  'methods/sealStream.params': SealStreamParams;
  'methods/sealStream.result': SealStreamResult;
  'methods/startCopy.params': StartCopyParams;
  'methods/startCopy.result': StartCopyResult;
  'methods/streamInfo.params': StreamInfoParams;
  'methods/streamInfo.result': StreamInfoResult;
  'methods/takeArchive.params': TakeArchiveParams;
  'methods/takeArchive.result': TakeArchiveResult;
  'methods/unregisterConsumer.params': UnregisterConsumerParams;
  'methods/unregisterConsumer.result': UnregisterConsumerResult;
  'methods/unsealStream.params': UnsealStreamParams;
  'methods/unsealStream.result': UnsealStreamResult;
}
/**
 * A copy of events into a stream, a history or files: what was asked for, and how far it is.
 */
export interface CopyFacts {
  /**
   * Its name where it goes.
   */
  name: string;
  /**
   * failed: can be tried again; done and cancelled are ends.
   */
  status: 'running' | 'paused' | 'failed' | 'done' | 'cancelled';
  /**
   * Where the events come from, without credentials.
   */
  source: string;
  /**
   * The stream, or the prefix of files, that they go into.
   */
  stream: string;
  /**
   * Into what is empty, or behind what is there.
   */
  mode: 'create' | 'append';
  /**
   * The same ids, or new ones.
   */
  ids: 'preserve' | 'reassign';
  after: EventId;
  up_to: EventId;
  types: Want;
  /**
   * Only events with a ts at or after it.
   */
  since: string | null;
  /**
   * Only events with a ts before it.
   */
  until: string | null;
  /**
   * It goes on behind up_to.
   */
  follow: boolean;
  watermark: EventId;
  last: EventId;
  /**
   * Events.
   */
  copied: number;
  /**
   * Those of them that were no events, and went out as null.
   */
  invalid: number;
  /**
   * A process holds it now; of files this is not known, and false.
   */
  at_work: boolean;
  /**
   * Why it failed.
   */
  error: string | null;
  began_at: EventTs;
  moved_at: EventTs;
  ended_at: null | EventTs;
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
  /**
   * No secret: who knows it hears at /streams/ping/ID that something has changed, and not what.
   */
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
  /**
   * Of /streams/ a client or public key opens ping only, and a server key everything else.
   */
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
/**
 * A place among the parked events of a consumer: behind this one. Ids of two epochs may be the same.
 */
export interface ParkedPosition {
  id: EventId;
  epoch: Epoch;
}
export interface AddCredentialParams {
  /**
   * Of the principal; one that is there keeps its keys, and has these rights then.
   */
  name: string;
  /**
   * @minItems 1
   */
  may: [
    'generate' | 'consume' | 'archive' | 'admin',
    ...('generate' | 'consume' | 'archive' | 'admin')[]
  ];
  /**
   * Left out: a new one of 32 random bytes, which is in the answer.
   */
  key?: string;
  kind?: 'server' | 'client' | 'public';
  /**
   * Default: all.
   */
  types?: string[];
  /**
   * Default: all.
   */
  streams?: string[];
  allowed_origins?: string[];
  public_id?: string;
  /**
   * When the key ends, as 2027-01-31T00:00:00Z.
   */
  expires_at?: string;
}
export interface AddCredentialResult {
  name: string;
  /**
   * The key that was made, shown this once; null when it was given.
   */
  key: string | null;
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
export interface CancelCopyParams {
  name: string;
  /**
   * Where it goes, when two copies have the name.
   */
  to?: string;
}
/**
 * A copy of events into a stream, a history or files: what was asked for, and how far it is.
 */
export interface CancelCopyResult {
  /**
   * Its name where it goes.
   */
  name: string;
  /**
   * failed: can be tried again; done and cancelled are ends.
   */
  status: 'running' | 'paused' | 'failed' | 'done' | 'cancelled';
  /**
   * Where the events come from, without credentials.
   */
  source: string;
  /**
   * The stream, or the prefix of files, that they go into.
   */
  stream: string;
  /**
   * Into what is empty, or behind what is there.
   */
  mode: 'create' | 'append';
  /**
   * The same ids, or new ones.
   */
  ids: 'preserve' | 'reassign';
  after: EventId;
  up_to: EventId;
  types: Want;
  /**
   * Only events with a ts at or after it.
   */
  since: string | null;
  /**
   * Only events with a ts before it.
   */
  until: string | null;
  /**
   * It goes on behind up_to.
   */
  follow: boolean;
  watermark: EventId;
  last: EventId;
  /**
   * Events.
   */
  copied: number;
  /**
   * Those of them that were no events, and went out as null.
   */
  invalid: number;
  /**
   * A process holds it now; of files this is not known, and false.
   */
  at_work: boolean;
  /**
   * Why it failed.
   */
  error: string | null;
  began_at: EventTs;
  moved_at: EventTs;
  ended_at: null | EventTs;
}
export interface ChangeConsumerParams {
  component: Component;
  park_after: ParkAfter;
  stream?: StreamName;
  /**
   * Whose consumer; another's needs the right admin. Default: the caller.
   */
  principal?: string;
}
export interface CopyStatusParams {
  name: string;
  /**
   * Where it goes, when two copies have the name.
   */
  to?: string;
}
/**
 * A copy of events into a stream, a history or files: what was asked for, and how far it is.
 */
export interface CopyStatusResult {
  /**
   * Its name where it goes.
   */
  name: string;
  /**
   * failed: can be tried again; done and cancelled are ends.
   */
  status: 'running' | 'paused' | 'failed' | 'done' | 'cancelled';
  /**
   * Where the events come from, without credentials.
   */
  source: string;
  /**
   * The stream, or the prefix of files, that they go into.
   */
  stream: string;
  /**
   * Into what is empty, or behind what is there.
   */
  mode: 'create' | 'append';
  /**
   * The same ids, or new ones.
   */
  ids: 'preserve' | 'reassign';
  after: EventId;
  up_to: EventId;
  types: Want;
  /**
   * Only events with a ts at or after it.
   */
  since: string | null;
  /**
   * Only events with a ts before it.
   */
  until: string | null;
  /**
   * It goes on behind up_to.
   */
  follow: boolean;
  watermark: EventId;
  last: EventId;
  /**
   * Events.
   */
  copied: number;
  /**
   * Those of them that were no events, and went out as null.
   */
  invalid: number;
  /**
   * A process holds it now; of files this is not known, and false.
   */
  at_work: boolean;
  /**
   * Why it failed.
   */
  error: string | null;
  began_at: EventTs;
  moved_at: EventTs;
  ended_at: null | EventTs;
}
export interface DropParkedParams {
  component: Component;
  /**
   * Which of them; null: all.
   */
  ids: null | [EventId, ...EventId[]];
  epoch?: Epoch;
  stream?: StreamName;
  /**
   * Whose consumer; another's needs the right admin. Default: the caller.
   */
  principal?: string;
}
export interface DropParkedResult {
  /**
   * How many are gone for good.
   */
  dropped: number;
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
  /**
   * After so many failed tries of one event alone it is parked; null: never.
   */
  park_after: null | number;
  /**
   * Events that are parked for it.
   */
  parked: number;
  /**
   * What it cannot handle where it stands; null: it does not fail.
   */
  failing: null | ConsumerFailure;
}
/**
 * A failure that goes on: the same comes again after a pause.
 */
export interface ConsumerFailure {
  /**
   * The event that fails alone; null: it has not been found yet.
   */
  event_id: null | EventId;
  /**
   * In a row, where it stands.
   */
  tries: number;
  /**
   * Of these, with that event alone.
   */
  event_tries: number;
  since: EventTs;
  tried_at: EventTs;
  next_try_at: EventTs;
  /**
   * What was said at the last try.
   */
  error: string;
  /**
   * The event would be parked, but EVT_PARKED_MAX events are.
   */
  full: boolean;
}
export interface ListCopiesParams {}
export interface ListParkedParams {
  component: Component;
  after?: ParkedPosition;
  /**
   * At most this many.
   */
  limit?: number;
  stream?: StreamName;
  /**
   * Whose consumer; another's needs the right admin. Default: the caller.
   */
  principal?: string;
}
/**
 * In the order of their ids.
 */
export interface ListParkedResult {
  /**
   * Fewer than the limit where they are large.
   */
  events: ParkedEvent[];
  /**
   * `after` of the next page; null when there is none.
   */
  next: null | ParkedPosition;
}
/**
 * An event that a consumer has passed without having handled it.
 */
export interface ParkedEvent {
  id: EventId;
  type: EventType;
  /**
   * As its writer wrote it.
   */
  data: {
    [k: string]: unknown;
  };
  ts: EventTs;
  epoch: Epoch;
  /**
   * What was said at the last try.
   */
  error: string;
  /**
   * How often it was given alone.
   */
  tries: number;
  since: EventTs;
  parked_at: EventTs;
  /**
   * It is to be given to the consumer once more, and has not been yet.
   */
  asked_for: boolean;
}
export interface ListStreamsParams {}
/**
 * What stands in a stream's row.
 */
export interface StreamFacts {
  stream: StreamName;
  /**
   * As streamInfo has it.
   */
  status: 'open' | 'copying' | 'sealed';
  last: EventId;
  discarded_up_to: EventId;
  /**
   * This node serves it.
   */
  served: boolean;
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
  /**
   * The stream is sealed, and up_to is its end: nothing follows unless it is unsealed. Absent otherwise.
   */
  sealed?: true;
  /**
   * One event that was parked, given once more by itself: it lies before the range, which is empty. Absent otherwise.
   */
  parked?: true;
}
export interface PauseCopyParams {
  name: string;
  /**
   * Where it goes, when two copies have the name.
   */
  to?: string;
}
/**
 * A copy of events into a stream, a history or files: what was asked for, and how far it is.
 */
export interface PauseCopyResult {
  /**
   * Its name where it goes.
   */
  name: string;
  /**
   * failed: can be tried again; done and cancelled are ends.
   */
  status: 'running' | 'paused' | 'failed' | 'done' | 'cancelled';
  /**
   * Where the events come from, without credentials.
   */
  source: string;
  /**
   * The stream, or the prefix of files, that they go into.
   */
  stream: string;
  /**
   * Into what is empty, or behind what is there.
   */
  mode: 'create' | 'append';
  /**
   * The same ids, or new ones.
   */
  ids: 'preserve' | 'reassign';
  after: EventId;
  up_to: EventId;
  types: Want;
  /**
   * Only events with a ts at or after it.
   */
  since: string | null;
  /**
   * Only events with a ts before it.
   */
  until: string | null;
  /**
   * It goes on behind up_to.
   */
  follow: boolean;
  watermark: EventId;
  last: EventId;
  /**
   * Events.
   */
  copied: number;
  /**
   * Those of them that were no events, and went out as null.
   */
  invalid: number;
  /**
   * A process holds it now; of files this is not known, and false.
   */
  at_work: boolean;
  /**
   * Why it failed.
   */
  error: string | null;
  began_at: EventTs;
  moved_at: EventTs;
  ended_at: null | EventTs;
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
  /**
   * The stream is sealed, and up_to is its end: nothing follows unless it is unsealed. Absent otherwise.
   */
  sealed?: true;
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
  park_after?: ParkAfter;
}
export interface ReleaseArchiveParams {
  stream?: StreamName;
  /**
   * Of takeArchive; a later one makes it void.
   */
  token: string;
}
export interface RemoveCredentialParams {
  name: string;
}
export interface RemoveCredentialResult {
  name: string;
  /**
   * False: there was no such principal.
   */
  removed: boolean;
}
export interface ReportFailureParams {
  component: Component;
  after: EventId;
  up_to: EventId;
  epoch?: Epoch;
  /**
   * The event of the batch when it had one; null or left out: it had more, or none.
   */
  event_id?: null | EventId;
  /**
   * Why, in the consumer's words; 1000 characters of it are kept.
   */
  error?: string;
  stream?: StreamName;
}
/**
 * How to go on.
 */
export interface ReportFailureResult {
  /**
   * How long to wait before the next poll.
   */
  retry_after_ms: number;
  /**
   * Up to it poll with limit 1, since one of the events before it cannot be handled; null: as ever.
   */
  alone_up_to: null | EventId;
  /**
   * Where the consumer stands now when that is not where it stood: the event was parked, or another reader has acknowledged it. The next last_id.
   */
  go_on_at: null | EventId;
}
export interface ResumeCopyParams {
  name: string;
  /**
   * Where it goes, when two copies have the name.
   */
  to?: string;
}
/**
 * A copy of events into a stream, a history or files: what was asked for, and how far it is.
 */
export interface ResumeCopyResult {
  /**
   * Its name where it goes.
   */
  name: string;
  /**
   * failed: can be tried again; done and cancelled are ends.
   */
  status: 'running' | 'paused' | 'failed' | 'done' | 'cancelled';
  /**
   * Where the events come from, without credentials.
   */
  source: string;
  /**
   * The stream, or the prefix of files, that they go into.
   */
  stream: string;
  /**
   * Into what is empty, or behind what is there.
   */
  mode: 'create' | 'append';
  /**
   * The same ids, or new ones.
   */
  ids: 'preserve' | 'reassign';
  after: EventId;
  up_to: EventId;
  types: Want;
  /**
   * Only events with a ts at or after it.
   */
  since: string | null;
  /**
   * Only events with a ts before it.
   */
  until: string | null;
  /**
   * It goes on behind up_to.
   */
  follow: boolean;
  watermark: EventId;
  last: EventId;
  /**
   * Events.
   */
  copied: number;
  /**
   * Those of them that were no events, and went out as null.
   */
  invalid: number;
  /**
   * A process holds it now; of files this is not known, and false.
   */
  at_work: boolean;
  /**
   * Why it failed.
   */
  error: string | null;
  began_at: EventTs;
  moved_at: EventTs;
  ended_at: null | EventTs;
}
export interface RetryParkedParams {
  component: Component;
  /**
   * Which of them; null: all.
   */
  ids: null | [EventId, ...EventId[]];
  epoch?: Epoch;
  stream?: StreamName;
  /**
   * Whose consumer; another's needs the right admin. Default: the caller.
   */
  principal?: string;
}
export interface RetryParkedResult {
  /**
   * How many are given to the consumer once more.
   */
  asked_for: number;
}
export interface RpcDiscoverParams {}
/**
 * The OpenRPC document of this service.
 */
export interface RpcDiscoverResult {}
export interface SealStreamParams {
  stream?: StreamName;
  /**
   * How long to wait for transactions of others, in milliseconds; then it is StreamInUse.
   */
  wait_ms?: number;
}
/**
 * last: the newest event.
 */
export interface SealStreamResult {
  stream: StreamName;
  status: 'open' | 'copying' | 'sealed';
  last: EventId;
}
export interface StartCopyParams {
  /**
   * Where the events come from: active#stream, warehouse#stream, or a plain name of files below exportDir.
   */
  from: string;
  /**
   * Where they go, in the same way.
   */
  to: string;
  /**
   * Its name where it goes. Default: made of both streams' names.
   */
  name?: string;
  after?: EventId;
  up_to?: EventId;
  /**
   * Only events with a ts at or after this time.
   */
  since?: string;
  /**
   * Only events with a ts before this time.
   */
  until?: string;
  types?: Want;
  /**
   * The same ids, or new ones. Default: preserve, and reassign with append.
   */
  ids?: 'preserve' | 'reassign';
  /**
   * Go on behind the events that are there.
   */
  append?: boolean;
  /**
   * With append: the stream takes no events any more when the copy is done. Default: true.
   */
  seal?: boolean;
  /**
   * Go on with what comes, until the source is sealed or a limit is reached.
   */
  follow?: boolean;
  /**
   * With follow: end when nothing came for so long.
   */
  idle_ms?: number;
  /**
   * End after so many events.
   */
  max_events?: number;
  /**
   * Pause after so long; with follow: end.
   */
  max_ms?: number;
}
/**
 * A copy of events into a stream, a history or files: what was asked for, and how far it is.
 */
export interface StartCopyResult {
  /**
   * Its name where it goes.
   */
  name: string;
  /**
   * failed: can be tried again; done and cancelled are ends.
   */
  status: 'running' | 'paused' | 'failed' | 'done' | 'cancelled';
  /**
   * Where the events come from, without credentials.
   */
  source: string;
  /**
   * The stream, or the prefix of files, that they go into.
   */
  stream: string;
  /**
   * Into what is empty, or behind what is there.
   */
  mode: 'create' | 'append';
  /**
   * The same ids, or new ones.
   */
  ids: 'preserve' | 'reassign';
  after: EventId;
  up_to: EventId;
  types: Want;
  /**
   * Only events with a ts at or after it.
   */
  since: string | null;
  /**
   * Only events with a ts before it.
   */
  until: string | null;
  /**
   * It goes on behind up_to.
   */
  follow: boolean;
  watermark: EventId;
  last: EventId;
  /**
   * Events.
   */
  copied: number;
  /**
   * Those of them that were no events, and went out as null.
   */
  invalid: number;
  /**
   * A process holds it now; of files this is not known, and false.
   */
  at_work: boolean;
  /**
   * Why it failed.
   */
  error: string | null;
  began_at: EventTs;
  moved_at: EventTs;
  ended_at: null | EventTs;
}
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
   * open: it takes events; copying: another stream is copied into it, and until that is over nobody adds or reads; sealed: it takes no more events.
   */
  status: 'open' | 'copying' | 'sealed';
  epoch: Epoch;
  /**
   * Where each epoch but the first began: ids up to began_after stand for the same events in it and in the one before.
   */
  forks: {
    epoch: Epoch;
    began_after: EventId;
  }[];
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
  /**
   * Its parked events may be lost with it.
   */
  drop_parked?: boolean;
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
  /**
   * Parked events that it had; they are gone with it.
   */
  parked: number;
}
export interface UnsealStreamParams {
  stream?: StreamName;
  /**
   * How long to wait for transactions of others, in milliseconds; then it is StreamInUse.
   */
  wait_ms?: number;
}
/**
 * last: the newest event.
 */
export interface UnsealStreamResult {
  stream: StreamName;
  status: 'open' | 'copying' | 'sealed';
  last: EventId;
}
