// What reads inside this process: consumers of the application's own, under a principal that nobody on the network can
// be. What they ask for is checked as strictly as a call's, in the words of the options.
import { backoffMs } from '../../base/backoff.ts';
import { systemClock } from '../../base/clock.ts';
import { onAbort } from '../../base/on-abort.ts';
import type { Position, ReceivedBatch } from '../../client/public.ts';
import { aComponent, required } from '../../contract/checks.ts';
import { INTERNAL, identOf, LIVE, parseIdent } from '../../contract/consumer.ts';
import { type ErrorCode, errorFacts, isServiceError, ServiceError } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { From } from '../../contract/generated/types.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../../contract/limits.ts';
import { requireOptions, requireValue } from '../../contract/require-options.ts';
import { whileAway } from '../../contract/while-away.ts';
import type { CloseReason } from '../../delivery/channel.ts';
import type { Delivery, Start } from '../../delivery/delivery.ts';
import { wantFilter } from '../../feed/cut.ts';
import type { Failure } from '../../store/failures.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { batchOf } from './batch.ts';
import { InProcessChannel } from './channel.ts';
import {
  type ConsumerFacts,
  type ConsumerFailing,
  type InProcessSubscription,
  POLL_OPTIONS,
  type PollOptions,
  REGISTER_OPTIONS,
  type RegisterOptions,
  STREAM_CHOICE,
  type StreamChoice,
  SUBSCRIBE_OPTIONS,
  type SubscribeOptions,
  type SubscriptionEnd,
  UNREGISTER_OPTIONS,
  type Unregistered,
  type UnregisterOptions,
} from './reading.ts';

const COMPONENT = required(aComponent);

export interface InProcessReadersOptions {
  readonly delivery: Delivery;
  readonly telemetry: Telemetry;
  /** How long a call waits for a database that is away, in milliseconds. */
  readonly databaseWaitMs: number;
}

export class InProcessReaders {
  readonly #delivery: Delivery;
  readonly #telemetry: Telemetry;
  readonly #databaseWaitMs: number;
  readonly #channels = new Set<InProcessChannel>();
  readonly #ending = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor({ delivery, telemetry, databaseWaitMs }: InProcessReadersOptions) {
    this.#delivery = delivery;
    this.#telemetry = telemetry;
    this.#databaseWaitMs = databaseWaitMs;
  }

  async register(component: string, options: RegisterOptions): Promise<void> {
    requireValue('registerConsumer', 'component', component, COMPONENT);
    requireOptions('registerConsumer', options, REGISTER_OPTIONS);
    const { stream = 'main', from, parkAfter = null } = options;
    return this.#carryOut(() => this.#register(component, stream, from, parkAfter));
  }

  async unregister(component: string, options: UnregisterOptions): Promise<Unregistered> {
    requireValue('unregisterConsumer', 'component', component, COMPONENT);
    requireOptions('unregisterConsumer', options, UNREGISTER_OPTIONS);
    return this.#carryOut(() => this.#unregister(component, options));
  }

  async list(options: StreamChoice): Promise<ConsumerFacts[]> {
    requireOptions('listConsumers', options, STREAM_CHOICE);
    const { stream = 'main' } = options;
    return this.#carryOut(() => this.#list(stream));
  }

  async poll(options: PollOptions): Promise<ReceivedBatch> {
    requireOptions('pollEvents', options, POLL_OPTIONS);
    options.signal?.throwIfAborted();
    return this.#carryOut(() => this.#poll(options), options.signal);
  }

  async subscribe(options: SubscribeOptions): Promise<InProcessSubscription> {
    requireOptions('subscribe', options, SUBSCRIBE_OPTIONS);
    options.signal?.throwIfAborted();
    return this.#carryOut(() => this.#subscribe(options), options.signal);
  }

  /**
   * Lets every handler finish the batch at hand, and gives them nothing more; polls end with what they have, and what
   * else is under way is waited for.
   */
  async finish(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#underWay);
    const finishing = [...this.#channels].map((channel) => channel.finish('shutting-down'));
    await Promise.all(finishing);
  }

  async #carryOut<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#ending.signal.aborted) throw new ServiceError('ShuttingDown');
    const running = whileAway(this.#databaseWaitMs, work, signal);
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  async #register(
    component: string,
    stream: string,
    from: From | undefined,
    parkAfter: number | null,
  ): Promise<void> {
    await this.#delivery.register(consumerOf(component, stream), startOf(from), parkAfter);
  }

  async #unregister(component: string, options: UnregisterOptions): Promise<Unregistered> {
    const { stream = 'main', principal = INTERNAL, dryRun = false, dropParked = false } = options;
    const how = { isDryRun: dryRun, dropsParked: dropParked };
    return this.#delivery.unregister({ component, stream, principal }, how, this);
  }

  async #list(stream: string): Promise<ConsumerFacts[]> {
    const consumers = await this.#delivery.list(stream);
    return consumers.map((each) => {
      const { ident, cursor, lag, lagMs, lastTime, isConnected, isStale, isSetAside } = each;
      const { parkAfter, parked, failure } = each;
      const facts = { cursor, lag, lagMs, lastTime, isConnected, isStale, isSetAside };
      const failing = failure && failingOf(failure, parkAfter);
      return { ...parseIdent(ident), ...facts, parkAfter, parked, failing };
    });
  }

  async #poll(options: PollOptions): Promise<ReceivedBatch> {
    const { component = LIVE, stream = 'main', lastId = null, want = null } = options;
    const { limit = EVENTS_MAX, waitMs = 0, epoch, signal } = options;
    const stop = new AbortController();
    const leave = [signal, this.#ending.signal].map((each) => onAbort(each, () => stop.abort()));
    const polling = this.#delivery.poll(consumerOf(component, stream), {
      lastId: lastId as EventId | null,
      epoch,
      filter: want === null ? null : wantFilter(want),
      eventsMax: limit,
      bytesMax: BATCH_BYTES_MAX,
      movesCursor: false,
      waitMs,
      signal: stop.signal,
    });
    const batch = await polling.finally(() => leave.map((each) => each()));
    const before: Position | null = lastId === null ? null : { id: lastId, epoch: batch.epoch };
    return batchOf(batch, 0, before);
  }

  async #subscribe(options: SubscribeOptions): Promise<InProcessSubscription> {
    const { component = LIVE, stream = 'main', from, parkAfter = null, signal } = options;
    const isLive = component === LIVE;
    if (!isLive) await this.#register(component, stream, from, parkAfter);
    const start = isLive && from !== undefined ? startOf(from) : undefined;
    const run: Run = { ...options, component, stream, start, isStopped: false, channel: null };
    run.channel = await this.#attach(run, start);
    const stop = async () => {
      run.isStopped = true;
      await run.channel?.finish(null);
    };
    const leave = onAbort(signal, () => void stop());
    return { ended: this.#endOf(run).finally(leave), stop };
  }

  async #attach(run: Run, start: Start | undefined): Promise<InProcessChannel> {
    const { component, stream, want = null, onEvents } = run;
    const channel = new InProcessChannel({
      onEvents,
      onError: (error) => this.#report(stream, component, error),
      isLive: component === LIVE,
    });
    this.#channels.add(channel);
    try {
      await this.#delivery.subscribe({
        ...consumerOf(component, stream),
        filter: want === null ? null : wantFilter(want),
        bytesMax: BATCH_BYTES_MAX,
        batchesInFlightMax: undefined,
        limits: { batchMax: EVENTS_MAX, ackTimeoutMs: Number.POSITIVE_INFINITY },
        start,
        peer: channel,
        openChannel: () => channel,
      });
      return channel;
    } catch (error) {
      this.#channels.delete(channel);
      throw error;
    }
  }

  async #endOf(run: Run): Promise<SubscriptionEnd> {
    for (;;) {
      const channel = run.channel as InProcessChannel;
      await new Promise<void>((resolve) => onAbort(channel.closed, resolve));
      // A handler may have outlasted its channel.
      void channel.idle().then(() => this.#channels.delete(channel));
      const { reason } = channel;
      if (reason !== 'forked') return this.#endBy(run, channel.hasFailed, reason);
      const isBack = await this.#attachAgain(run, channel.position);
      if (!isBack) return run.isStopped ? 'stopped' : 'failed';
    }
  }

  #endBy(
    { stream, component }: Run,
    hasFailed: boolean,
    reason: Exclude<InProcessChannel['reason'], 'forked'>,
  ): SubscriptionEnd {
    const failure = FAILURES[reason ?? 'shutting-down'];
    if (failure !== undefined) {
      const [code, message] = failure;
      this.#report(stream, component, new ServiceError(code, { message }));
    }
    return hasFailed ? 'failed' : (reason ?? 'stopped');
  }

  /** In the new history: a registered consumer at its cursor, LIVE where it was, if that is the same there. */
  async #attachAgain(run: Run, position: Position | null): Promise<boolean> {
    const { component, stream } = run;
    const isLive = component === LIVE;
    const start = isLive ? ((position as Start | null) ?? run.start) : undefined;
    for (let attempt = 0; !run.isStopped; attempt += 1) {
      try {
        run.channel = await this.#carryOut(() => this.#attach(run, start));
        // It was told to end on the way.
        if (run.isStopped) await run.channel.finish(null);
        return true;
      } catch (error) {
        this.#report(stream, component, error);
        const isTransient =
          isServiceError(error) && ['yes', 'later'].includes(errorFacts(error.code).retry);
        if (!isTransient || this.#ending.signal.aborted) return false;
      }
      await systemClock.sleep(backoffMs(attempt, BACKOFF), this.#ending.signal);
    }
    return false;
  }

  #report(stream: string, component: string, error: unknown): void {
    const { notices, logger } = this.#telemetry;
    const consumer = component === LIVE ? LIVE : identOf({ principal: INTERNAL, component });
    notices.give('receiverError', { stream, consumer, error });
    logger.warn({ error, stream, consumer }, 'A reader of this process has failed.');
  }
}

/** One subscription of the application: channels one after the other, since each is of one history. */
interface Run extends SubscribeOptions {
  readonly component: string;
  readonly stream: string;
  /** Where LIVE was to begin. */
  readonly start: Start | undefined;
  channel: InProcessChannel | null;
  isStopped: boolean;
}

const BACKOFF = { firstMs: 100, maxMs: 10_000 };

/** The ends that the application did not ask for. */
const FAILURES: Partial<Record<CloseReason | 'sealed', [ErrorCode, message: string]>> = {
  'taken-over': ['ConsumerBusy', 'A newer reader of the same consumer has taken over.'],
  unregistered: ['NotRegistered', 'The consumer was unregistered.'],
  discarded: ['CursorTooOld', 'What the consumer was to read next is no more.'],
};

function consumerOf(component: string, stream: string) {
  return { principal: INTERNAL, component, stream };
}

export function startOf(from: From | undefined): Start {
  if (from === undefined) return 'beginning';
  if (typeof from === 'object' && 'id' in from) return { id: from.id as EventId };
  return from;
}

function failingOf(failure: Failure, parkAfter: number | null): ConsumerFailing {
  const { eventId, tries, eventTries, since, triedAt, nextTryAt, error } = failure;
  const isFull = parkAfter !== null && eventTries >= parkAfter;
  return { eventId, tries, eventTries, since, triedAt, nextTryAt, error, isFull };
}
