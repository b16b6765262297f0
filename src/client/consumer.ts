// Reads a stream for as long as it is wanted, by push or by poll, as a registered consumer or LIVE: it connects,
// registers the component before its first session, hands over one batch at a time in order, and acknowledges each when
// its handler is done. consumer-run.ts says what it does about failures.
import type { Checks } from '../base/options.ts';
import { aFunction, aSignal, required } from '../contract/checks.ts';
import { LIVE } from '../contract/consumer.ts';
import type { Want } from '../contract/generated/types.ts';
import type { Caller } from './caller.ts';
import { CONSUMER_OPTIONS, type ConsumerOptions, type OnEvents } from './consumer-options.ts';
import { ConsumerRun } from './consumer-run.ts';
import { Handover } from './handover.ts';
import { PollReceiver } from './poll-receiver.ts';
import { PushReceiver } from './push-receiver.ts';
import type { Position, ReceivedBatch } from './received-batch.ts';
import type { Receiver } from './receiver.ts';
import { requireOptions } from './require-options.ts';
import type { Transport } from './transport.ts';

/** How a run ends. */
export interface RunOptions {
  /**
   * Ends the run: the batch at hand is handled and acknowledged, within `settleMs`. With one that is aborted already
   * the run ends before it has begun: nothing is sent, and nothing handled.
   */
  readonly signal?: AbortSignal | undefined;
}

const RUN_OPTIONS: Checks<RunOptions> = { signal: aSignal };

const HANDLER = { onEvents: required(aFunction) };
const SETTLE_MS = 2000;

/**
 * A reader of one stream, as `client.consumer(options)` makes it. It connects, registers its component, hands over one
 * batch at a time in order, acknowledges each when its handler is done, and connects again whenever it has to.
 */
export class Consumer implements AsyncIterable<ReceivedBatch> {
  readonly #options: ConsumerOptions;
  readonly #caller: Caller;
  readonly #receiver: Receiver;
  #position: Position | null;
  #isRunning = false;

  constructor(options: ConsumerOptions, caller: Caller, transport: Transport) {
    requireOptions('consumer', options, CONSUMER_OPTIONS);
    this.#options = options;
    this.#caller = caller;
    this.#position = options.position ?? null;
    this.#receiver =
      options.by === 'poll'
        ? new PollReceiver(caller, options.eventsMax)
        : new PushReceiver(transport, options.batchesInFlightMax ?? 1);
  }

  /** Everything up to it was handled; null before the first batch. Another consumer may go on from it. */
  get position(): Position | null {
    return this.#position;
  }

  /**
   * Reads until it is told to end: resolves when the signal aborts, when the handler has had enough, and when the
   * stream is sealed and all of it was handled. One run at a time; a later one goes on where this one ended.
   *
   * @throws CallError with a code that no waiting can cure, such as `SecurityError`, `NotRegistered` or a taken over
   * consumer; the handler's own error when its `isFinal` is true; Error when it is being read already
   */
  async run(onEvents: OnEvents, options: RunOptions = {}): Promise<void> {
    requireOptions('run', { onEvents }, HANDLER);
    requireOptions('run', options, RUN_OPTIONS);
    if (this.#isRunning) throw new Error('This consumer is being read already; make another one.');
    this.#isRunning = true;
    const { component = LIVE, stream = 'main', want = null, from, parkAfter } = this.#options;
    const run = new ConsumerRun({
      ...this.#options,
      component,
      stream,
      want: want as Want,
      from,
      parkAfter,
      position: this.#position,
      settleMs: this.#options.settleMs ?? SETTLE_MS,
      caller: this.#caller,
      receiver: this.#receiver,
      onEvents,
      onPosition: (position) => {
        this.#position = position;
      },
      signal: options.signal,
    });
    try {
      await run.run();
    } finally {
      this.#isRunning = false;
    }
  }

  /**
   * Gives the batches, one at a time: each is acknowledged when the loop asks for the next. A loop that is left by
   * `break` or by an error has not handled its last batch; abort the signal and let the loop come round to end behind
   * it.
   *
   * @throws as `run`
   */
  async *batches(options: RunOptions = {}): AsyncGenerator<ReceivedBatch, void, undefined> {
    requireOptions('batches', options, RUN_OPTIONS);
    const { signal } = options;
    const handover = new Handover<ReceivedBatch>();
    const left = new AbortController();
    const signals = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
    const running = this.run((batch) => handover.offer(batch), { signal: signals });
    const over = running.finally(() => handover.end()).catch(() => {});
    try {
      for (;;) {
        const batch = await handover.next();
        if (batch === null) break;
        yield batch;
      }
    } finally {
      left.abort();
      handover.leave();
      await over;
    }
    await running;
  }

  /** `for await (const batch of consumer)`: `batches` without a signal. */
  [Symbol.asyncIterator](): AsyncGenerator<ReceivedBatch, void, undefined> {
    return this.batches();
  }
}
