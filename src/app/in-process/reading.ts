// What the embedding application says of its readers, and hears of them. Apart from what carries it out, so that its
// types bring no others with them.
import type { Checks } from '../../base/options.ts';
import {
  aBoolean,
  aComponent,
  aCount,
  aFrom,
  aFunction,
  anEpoch,
  anEventId,
  anInteger,
  aPrincipal,
  aSignal,
  aStream,
  aTryCount,
  aWant,
  orNull,
  required,
} from '../../contract/checks.ts';
import type { From } from '../../contract/generated/types.ts';
import type { InProcessHandler } from './channel.ts';

/** Which stream is meant. */
export interface StreamChoice {
  /** Its name, one of the setting `streams`. @default 'main' */
  readonly stream?: string | undefined;
}

export const STREAM_CHOICE: Checks<StreamChoice> = { stream: aStream };

/** Which stream, and where a consumer begins. */
export interface RegisterOptions extends StreamChoice {
  /** Where it begins; of no effect on a consumer that is registered. @default 'beginning' */
  readonly from?: From | undefined;
  /**
   * After so many failed tries of one event alone, 1 to 1000, it is parked and the consumer goes on behind it; null: it
   * waits before it. Of no effect on a consumer that is registered. @default null
   */
  readonly parkAfter?: number | null | undefined;
}

export const REGISTER_OPTIONS: Checks<RegisterOptions> = {
  ...STREAM_CHOICE,
  from: aFrom,
  parkAfter: orNull(aTryCount),
};

/** What is handed to a function of this process, and how. */
export interface SubscribeOptions {
  /**
   * The consumer's name among those of this application; registered when it is new. LIVE reads without a cursor.
   * @default 'LIVE'
   */
  readonly component?: string | undefined;
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
  /** Event types; null = all. @default null */
  readonly want?: readonly string[] | null | undefined;
  /**
   * Where it begins: LIVE at each subscription, another component when it is registered.
   * @default `'now'` for LIVE, else `'beginning'`
   */
  readonly from?: From | undefined;
  /** As `registerConsumer` takes it; not for LIVE. @default null */
  readonly parkAfter?: number | null | undefined;
  /**
   * Called with up to 1000 events, one batch at a time, in order. Resolving acknowledges the batch; when it throws or
   * rejects, its events come again one by one, after pauses that grow from 0.1 s to `retryMaxMs`.
   */
  readonly onEvents: InProcessHandler;
  /**
   * Ends the subscription, when the batch at hand is handled. With one that is aborted already `subscribe` rejects with
   * its reason, and nothing is registered.
   */
  readonly signal?: AbortSignal | undefined;
}

export const SUBSCRIBE_OPTIONS: Checks<SubscribeOptions> = {
  component: aComponent,
  stream: aStream,
  want: aWant,
  from: aFrom,
  parkAfter: orNull(aTryCount),
  onEvents: required(aFunction),
  signal: aSignal,
};

/**
 * Why a subscription ended: its function threw an error whose `isFinal` is true, or the history forked before what
 * LIVE had been given, which the notice `receiverError` says as `HistoryForked`; by its signal or by `stop`; because a
 * newer reader took the consumer over; because the consumer was unregistered; because what it was to read next is no
 * more; because the stream is sealed and all of it was handled; because the app stops. `timed-out` is for readers over
 * the network.
 */
export type SubscriptionEnd =
  | 'failed'
  | 'stopped'
  | 'taken-over'
  | 'unregistered'
  | 'discarded'
  | 'sealed'
  | 'shutting-down'
  | 'timed-out';

/** A function of this process that is handed events. */
export interface InProcessSubscription {
  /** Resolves, never rejects, when nothing comes any more and the last acknowledgement was handed over. */
  readonly ended: Promise<SubscriptionEnd>;
  /** Resolves when the batch at hand is handled and nothing more comes. */
  stop(): Promise<void>;
}

/** What is asked for, and by whom. */
export interface PollOptions {
  /**
   * The consumer's name among those of this application, which is registered. LIVE reads without a cursor.
   * @default 'LIVE'
   */
  readonly component?: string | undefined;
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
  /** Acknowledges everything up to it; null repeats what is not acknowledged. @default null */
  readonly lastId?: string | null | undefined;
  /** Event types; null = all. @default null */
  readonly want?: readonly string[] | null | undefined;
  /** The most events of the batch, up to 1000. @default 1000 */
  readonly limit?: number | undefined;
  /** How long to wait for an event when there is none, in milliseconds, up to 30000. @default 0 */
  readonly waitMs?: number | undefined;
  /** Of `lastId`: that of the batch it came from. @default the current one */
  readonly epoch?: number | undefined;
  /**
   * Ends the wait: the batch is then without events. With one that is aborted already `pollEvents` rejects with its
   * reason, and acknowledges nothing.
   */
  readonly signal?: AbortSignal | undefined;
}

/** As the contract bounds `wait_ms`. */
const WAIT_MS_MAX = 30_000;

export const POLL_OPTIONS: Checks<PollOptions> = {
  component: aComponent,
  stream: aStream,
  lastId: orNull(anEventId),
  want: aWant,
  limit: aCount,
  waitMs: anInteger(0, WAIT_MS_MAX),
  epoch: anEpoch,
  signal: aSignal,
};

/** Which consumer to forget, and whether. */
export interface UnregisterOptions {
  /** The stream that it reads. @default 'main' */
  readonly stream?: string | undefined;
  /**
   * Whose consumer, as of somebody on the network; null: a sink's, `SINK_` and its name.
   *
   * @default 'internal', the application's own
   */
  readonly principal?: string | null | undefined;
  /** Only say what it would do. @default false */
  readonly dryRun?: boolean | undefined;
  /** Its parked events may be lost with it; else `EventsParked`. @default false */
  readonly dropParked?: boolean | undefined;
}

export const UNREGISTER_OPTIONS: Checks<UnregisterOptions> = {
  stream: aStream,
  principal: orNull(aPrincipal),
  dryRun: aBoolean,
  dropParked: aBoolean,
};

/** What a consumer was when it was forgotten. */
export interface Unregistered {
  /** Where it stood. */
  readonly cursor: string;
  /** How many events it had not acknowledged. */
  readonly lag: number;
  /** How many events were parked for it; they are gone with it. */
  readonly parked: number;
}

/** A registered consumer, and how far it is. */
export interface ConsumerFacts {
  /** `internal` for the application's own; null for the service's own, such as the archiver. */
  readonly principal: string | null;
  /** The name that it reads under. */
  readonly component: string;
  /** Everything up to it is acknowledged. */
  readonly cursor: string;
  /** How many events it has not acknowledged. */
  readonly lag: number;
  /** The age of the oldest of them, in milliseconds. */
  readonly lagMs: number;
  /** When it acknowledged last; null = never. */
  readonly lastTime: string | null;
  /** True while a push reader is attached, on any node. */
  readonly isConnected: boolean;
  /** True when it has events to read and has not moved for longer than `staleMs`. */
  readonly isStale: boolean;
  /** True when it has not moved for longer than `setAsideMs`, and holds discarding back no more until it does. */
  readonly isSetAside: boolean;
  /** After so many failed tries of one event alone it is parked; null: never. */
  readonly parkAfter: number | null;
  /** How many events are parked for it. */
  readonly parked: number;
  /** What it cannot handle where it stands; null: it does not fail. */
  readonly failing: ConsumerFailing | null;
}

/** A failure that goes on: the same comes again after a pause. */
export interface ConsumerFailing {
  /** The event that fails alone; null: it has not been found yet. */
  readonly eventId: string | null;
  /** In a row, where it stands. */
  readonly tries: number;
  /** Of these, with that event alone. */
  readonly eventTries: number;
  /** When it was tried first. */
  readonly since: string;
  /** When it was tried last. */
  readonly triedAt: string;
  /** When it is tried next. */
  readonly nextTryAt: string;
  /** What was said at the last try. */
  readonly error: string;
  /** The event would be parked, but `parkedMax` events are. */
  readonly isFull: boolean;
}
