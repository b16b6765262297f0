// The life of one subscription, whatever it delivers: rounds until the channel is gone or somebody ends it, one place
// to wait, and what is under way.
import { systemClock } from '../base/clock.ts';
import { Hint } from '../base/hint.ts';
import type { EventId } from '../contract/event-id.ts';
import type { TypeFilter } from '../feed/cut.ts';
import type { Feed } from '../feed/feed.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Channel, CloseReason } from './channel.ts';
import { FlowControl } from './flow-control.ts';

export interface DeliveryLimits {
  /** Events of a batch. */
  readonly batchMax: number;
  /** Bytes of a batch; one event always fits. */
  readonly bytesMax: number;
  readonly ackTimeoutMs: number;
  readonly checkpointMs: number;
}

export interface DeliveryLoopOptions extends Telemetry {
  readonly feed: Feed;
  /** `principal:component`, or LIVE. */
  readonly consumer: string;
  readonly channel: Channel;
  /** null wants all. */
  readonly filter: TypeFilter | null;
  readonly batchesInFlightMax: number;
  readonly limits: DeliveryLimits;
}

export interface Rounds {
  /** Sends one batch, or waits for whatever must happen first. */
  readonly round: () => Promise<void>;
  /** Told of a round that failed; gives how long to pause before the next, in milliseconds. */
  readonly onError: (error: unknown) => Promise<number>;
  /** Called once, when there are no more rounds. */
  readonly onEnd?: () => Promise<void>;
}

/** Nothing depends on it: every change gives a hint. */
const IDLE_MS = 60_000;

export class DeliveryLoop {
  readonly flow: FlowControl;
  readonly #options: DeliveryLoopOptions;
  readonly #wake = new Hint();
  #isEnded = false;
  #hasTimedOut = false;
  /** Only while it pauses: thousands of loops that wait would have one each. */
  #pausing: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: DeliveryLoopOptions) {
    this.#options = options;
    this.flow = new FlowControl({
      batchesMax: options.batchesInFlightMax,
      ackTimeoutMs: options.limits.ackTimeoutMs,
      wake: this.#wake,
    });
  }

  start(rounds: Rounds): void {
    this.#running = this.#run(rounds);
  }

  /** Resolves when nothing is delivered any more. */
  get ended(): Promise<void> {
    return this.#running;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** True when it ended because an answer was late. */
  get hasTimedOut(): boolean {
    return this.#hasTimedOut;
  }

  /** False while too much is under way, or while the channel is congested. */
  get canSend(): boolean {
    return this.flow.hasRoom && this.#options.channel.isWritable;
  }

  /** Until an answer comes or the channel changes, and no longer than the oldest answer may take. */
  async wait(): Promise<void> {
    await this.#wake.wait(this.#boundedMs(IDLE_MS));
  }

  /**
   * The same, and until something wanted comes: for whoever has found nothing behind `after` when `seen` was the
   * newest. Gives up to where nothing wanted has come.
   */
  waitBeyond(after: EventId, seen: EventId, ms = IDLE_MS): Promise<EventId> {
    const { feed, filter } = this.#options;
    return feed.waitBeyond({ after, seen, filter }, { hint: this.#wake, ms: this.#boundedMs(ms) });
  }

  /** A pause that nothing but the end cuts short. */
  async pause(ms: number): Promise<void> {
    if (this.#isEnded) return;
    this.#pausing = new AbortController();
    await systemClock.sleep(ms, this.#pausing.signal);
    this.#pausing = null;
  }

  hint(): void {
    this.#wake.give();
  }

  /** Ends the delivery; with a reason it ends the channel's connection too. */
  end(reason: CloseReason | null): void {
    const { feed, consumer, channel, notices } = this.#options;
    if (this.isEnded) return;
    this.#hasTimedOut = reason === 'timed-out';
    if (reason === 'timed-out')
      notices.give('pushError', { stream: feed.stream, consumer, reason });
    this.#stop();
    channel.forget();
    if (reason !== null) channel.close(reason);
  }

  async #run({ round, onError, onEnd }: Rounds): Promise<void> {
    const detach = this.#attach();
    while (!this.isEnded) {
      try {
        if (this.flow.msToDeadline <= 0) this.end('timed-out');
        else await round();
      } catch (error) {
        await this.pause(await onError(error));
      }
    }
    detach();
    await onEnd?.();
  }

  /** Ends whatever it waits for. */
  #stop(): void {
    this.#isEnded = true;
    this.#pausing?.abort();
    this.#wake.give();
  }

  #boundedMs(ms: number): number {
    return Math.max(1, Math.min(ms, this.flow.msToDeadline, IDLE_MS));
  }

  /** A channel that becomes writable gives the hint; a lost one ends it. */
  #attach(): () => void {
    const { feed, channel } = this.#options;
    const onClosed = () => this.#stop();
    if (channel.closed.aborted) onClosed();
    channel.closed.addEventListener('abort', onClosed, { once: true });
    const detachments = [feed.attach(), channel.attach(this.#wake)];
    return () => {
      channel.closed.removeEventListener('abort', onClosed);
      for (const detach of detachments) detach();
    };
  }
}
