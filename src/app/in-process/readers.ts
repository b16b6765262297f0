// What reads inside this process: consumers of the application's own, under a principal that nobody on the network can
// be. What they ask for is checked like a call's.
import type { Position, ReceivedBatch } from '../../client/public.ts';
import { INTERNAL, identOf, LIVE } from '../../contract/consumer.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { From } from '../../contract/generated/types.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../../contract/limits.ts';
import { validate } from '../../contract/validate.ts';
import type { CloseReason } from '../../delivery/channel.ts';
import type { Delivery, Start } from '../../delivery/delivery.ts';
import { wantFilter } from '../../feed/cut.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { batchOf } from './batch.ts';
import { InProcessChannel, type InProcessHandler } from './channel.ts';

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
  /**
   * Called with up to 1000 events, one batch at a time, in order. Resolving acknowledges the batch; when it throws or
   * rejects, the same batch comes again, after a pause that grows from 0.1 to 10 s.
   */
  readonly onEvents: InProcessHandler;
  /** Ends the subscription, when the batch at hand is handled. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Why a subscription ended: by its signal or by `stop`; because a newer reader took the consumer over; because the
 * consumer was unregistered; because the app stops. `timed-out` is for readers over the network.
 */
export type SubscriptionEnd =
  | 'stopped'
  | 'taken-over'
  | 'unregistered'
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
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

export class InProcessReaders {
  readonly #delivery: Delivery;
  readonly #telemetry: Telemetry;
  readonly #channels = new Set<InProcessChannel>();

  constructor(delivery: Delivery, telemetry: Telemetry) {
    this.#delivery = delivery;
    this.#telemetry = telemetry;
  }

  async register(component: string, stream: string, from: From | undefined): Promise<void> {
    validate('methods/registerConsumer.params', { component, stream, ...(from && { from }) });
    await this.#delivery.register(consumerOf(component, stream), startOf(from));
  }

  async poll(options: PollOptions): Promise<ReceivedBatch> {
    const { component = LIVE, stream = 'main', lastId = null, want = null } = options;
    const { limit = EVENTS_MAX, waitMs = 0, epoch, signal = NEVER } = options;
    const rest = { limit, wait_ms: waitMs, ...(epoch !== undefined && { epoch }) };
    validate('methods/pollEvents.params', { component, stream, last_id: lastId, want, ...rest });
    const batch = await this.#delivery.poll(consumerOf(component, stream), {
      lastId: lastId as EventId | null,
      epoch,
      filter: want === null ? null : wantFilter(want),
      eventsMax: limit,
      bytesMax: BATCH_BYTES_MAX,
      movesCursor: false,
      waitMs,
      signal,
    });
    const before: Position | null = lastId === null ? null : { id: lastId, epoch: batch.epoch };
    return batchOf(batch, 0, before);
  }

  async subscribe(options: SubscribeOptions): Promise<InProcessSubscription> {
    const { component = LIVE, stream = 'main', want = null, from, signal } = options;
    signal?.throwIfAborted();
    validate('methods/readyToReceive.params', { component, stream, want, ...(from && { from }) });
    const isLive = component === LIVE;
    const consumer = consumerOf(component, stream);
    if (!isLive) await this.register(component, stream, from);
    const channel = new InProcessChannel({
      onEvents: options.onEvents,
      onError: (error) => this.#report(stream, component, error),
      isLive,
    });
    await this.#delivery.subscribe({
      ...consumer,
      filter: want === null ? null : wantFilter(want),
      bytesMax: BATCH_BYTES_MAX,
      batchesInFlightMax: undefined,
      limits: { batchMax: EVENTS_MAX, ackTimeoutMs: Number.POSITIVE_INFINITY },
      start: isLive && from !== undefined ? startOf(from) : undefined,
      peer: channel,
      openChannel: () => channel,
    });
    return this.#attached(channel, { component, stream, signal });
  }

  /** Lets every handler finish the batch at hand, and gives them nothing more. */
  async finish(): Promise<void> {
    await Promise.all([...this.#channels].map((channel) => channel.finish()));
  }

  #attached(
    channel: InProcessChannel,
    {
      component,
      stream,
      signal,
    }: Pick<SubscribeOptions, 'signal'> & { component: string; stream: string },
  ): InProcessSubscription {
    this.#channels.add(channel);
    const stop = () => channel.finish();
    const ended = new Promise<SubscriptionEnd>((resolve) => {
      const onClosed = () => {
        signal?.removeEventListener('abort', stop);
        this.#channels.delete(channel);
        const failure = FAILURES[channel.reason ?? 'shutting-down'];
        if (failure !== undefined) this.#report(stream, component, new ServiceError(failure));
        resolve(channel.reason ?? 'stopped');
      };
      if (channel.closed.aborted) onClosed();
      else channel.closed.addEventListener('abort', onClosed, { once: true });
    });
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) void stop();
    return { ended, stop };
  }

  #report(stream: string, component: string, error: unknown): void {
    const { notices, logger } = this.#telemetry;
    const consumer = component === LIVE ? LIVE : identOf({ principal: INTERNAL, component });
    notices.give('receiverError', { stream, consumer, error });
    logger.warn({ error, stream, consumer }, 'A reader of this process has failed.');
  }
}

const NEVER = new AbortController().signal;
/** The ends that the application did not ask for. */
const FAILURES: Partial<Record<CloseReason, 'ConsumerBusy' | 'NotRegistered'>> = {
  'taken-over': 'ConsumerBusy',
  unregistered: 'NotRegistered',
};

function consumerOf(component: string, stream: string) {
  return { principal: INTERNAL, component, stream };
}

function startOf(from: From | undefined): Start {
  if (from === undefined) return 'beginning';
  if (typeof from === 'object' && 'id' in from) return { id: from.id as EventId };
  return from;
}
