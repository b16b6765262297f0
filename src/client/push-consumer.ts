// Receives events by push, for as long as it is wanted: connects, registers the component before its first
// subscription, subscribes, and acknowledges each batch when its handler's promise has resolved.
//
// A lost connection, a stopping server, a database that is away -> a pause that grows, then connects again. A
// registered consumer then goes on from its cursor, so what it had not acknowledged comes again; LIVE goes on behind
// the last batch it was given. What no waiting can cure (no right, taken over, unregistered) ends the run.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { Mutex } from '../base/mutex.ts';
import { LIVE } from '../contract/consumer.ts';
import { type EventId, idPlus } from '../contract/event-id.ts';
import type { From, Want } from '../contract/generated/types.ts';
import { CallError, isCallError, isTransient } from './call-error.ts';
import { Caller } from './caller.ts';
import { type ReceivedBatch, readBatch } from './received-batch.ts';
import { type IncomingCall, RpcSocket } from './rpc-socket.ts';
import type { Transport } from './transport.ts';

export interface PushConsumerOptions {
  readonly transport: Transport;
  /** `LIVE` reads without a cursor. */
  readonly component: string;
  /** @default 'main' */
  readonly stream?: string | undefined;
  /** @default null, all types the caller may see */
  readonly want?: Want | undefined;
  /** Where it begins: LIVE each run (default: now), another component when it is registered (default: beginning). */
  readonly from?: From | undefined;
  /**
   * Called with one batch at a time, in order; rejecting makes it come again. Resolve with an id to have had enough:
   * everything up to it is acknowledged and the run ends.
   */
  readonly onBatch: (batch: ReceivedBatch) => Promise<EventId | undefined>;
  /** A subscription stands. */
  readonly onReady?: () => void;
  /** LIVE only: events were passed over, since this reader was too slow or away for too long. */
  readonly onSkipped?: () => void;
  /** It could not go on and will try again, or a handler rejected. */
  readonly onTrouble?: (error: unknown) => void;
}

interface Position {
  readonly id: EventId;
  readonly epoch: number;
}

const BACKOFF = { firstMs: 100, maxMs: 10_000 };
const RETRY_MS_MAX = 60_000;
/** Of batches: LIVE is passed over what comes while so many are under way, so a burst needs room. */
const LIVE_IN_FLIGHT = 16;
/** How long a run that ends waits for its handler, and for its last acknowledgement. */
const SETTLE_MS = 2000;
const TAKEN_OVER = 4001;
const UNREGISTERED = 4003;

export class PushConsumer {
  readonly #options: PushConsumerOptions;
  readonly #caller: Caller;
  readonly #turns = new Mutex();
  readonly #enough = new AbortController();
  #ending = this.#enough.signal;
  #isRegistered = false;
  /** Everything up to here was handled; for LIVE also where its first subscription began. */
  #position: Position | null = null;
  #failures = 0;

  constructor(options: PushConsumerOptions) {
    this.#options = options;
    this.#caller = new Caller(options.transport);
  }

  /** Resolves when the signal aborts or the handler has had enough; rejects when it cannot go on. Once only. */
  async run(signal: AbortSignal): Promise<void> {
    this.#ending = AbortSignal.any([signal, this.#enough.signal]);
    while (!this.#ending.aborted) {
      try {
        await this.#session();
      } catch (error) {
        if (this.#ending.aborted) break;
        if (!isTransient(error) || isTakenOver(error)) throw error;
        this.#options.onTrouble?.(error);
        await systemClock.sleep(this.#pauseMs(error), this.#ending);
        this.#failures += 1;
      }
    }
    await this.#settle();
  }

  /** From connecting to the end of the connection, which it rejects with. */
  async #session(): Promise<never> {
    const socket = await RpcSocket.open(
      this.#options.transport,
      batchReader((batch, isGap) => this.#take(batch, isGap)),
      this.#ending,
    );
    const leave = () => socket.close();
    this.#ending.addEventListener('abort', leave, { once: true });
    try {
      this.#ending.throwIfAborted();
      if (this.#isLive) await this.#subscribeLive(socket);
      else await this.#subscribeReliably(socket);
      this.#options.onReady?.();
      throw closeError(await socket.closed);
    } finally {
      this.#ending.removeEventListener('abort', leave);
      socket.close();
    }
  }

  get #isLive(): boolean {
    return this.#options.component === LIVE;
  }

  get #stream(): string {
    return this.#options.stream ?? 'main';
  }

  async #subscribeReliably(socket: RpcSocket): Promise<void> {
    const { component, want = null, from } = this.#options;
    const stream = this.#stream;
    if (!this.#isRegistered) {
      await socket.call('registerConsumer', { component, stream, ...(from && { from }) });
      this.#isRegistered = true;
    }
    await socket.call('readyToReceive', { component, stream, want });
  }

  async #subscribeLive(socket: RpcSocket): Promise<void> {
    const { component, want = null, from = 'now' } = this.#options;
    const stream = this.#stream;
    // A handler of the last connection may still be at it; what it was given is not asked for again.
    await this.#turns.run(async () => {});
    if (from === 'now' && this.#position === null) {
      // As an id, since "now" would be another one after the next connection.
      const { last, epoch } = await socket.call('streamInfo', { stream });
      this.#position = { id: last as EventId, epoch };
    }
    const subscribe = () => {
      const at = this.#position && { from: { id: this.#position.id }, epoch: this.#position.epoch };
      const max_in_flight = LIVE_IN_FLIGHT;
      const params = { component, stream, want, max_in_flight, ...(at ?? { from }) };
      return socket.call('readyToReceive', params);
    };
    try {
      await subscribe();
    } catch (error) {
      if (this.#position === null || !isCallError(error) || error.code !== 'CursorTooOld') {
        throw error;
      }
      const earliest = error.details.earliest as EventId;
      this.#position = { ...this.#position, id: idPlus(earliest, -1) };
      this.#options.onSkipped?.();
      await subscribe();
    }
  }

  /** Gives true to acknowledge. One at a time, also across connections. */
  #take(batch: ReceivedBatch, isGap: boolean): Promise<boolean> {
    return this.#turns.run(async () => {
      if (this.#ending.aborted) return false;
      this.#failures = 0;
      if (isGap) this.#options.onSkipped?.();
      try {
        const last = await this.#options.onBatch(batch);
        this.#position = { id: last ?? batch.upTo, epoch: batch.epoch };
        if (last === undefined) return true;
        this.#enough.abort();
      } catch (error) {
        this.#options.onTrouble?.(error);
      }
      return false;
    });
  }

  #pauseMs(error: unknown): number {
    const asked = isCallError(error) ? Number(error.details.retryAfterMs ?? 0) : 0;
    return Math.max(backoffMs(this.#failures, BACKOFF), Math.min(asked, RETRY_MS_MAX));
  }

  /**
   * An acknowledgement that was on its way when the socket closed may be lost, and half a batch cannot be acknowledged
   * by answering: a poll says it again, and is answered only when the cursor is stored.
   */
  async #settle(): Promise<void> {
    await within(
      SETTLE_MS,
      this.#turns.run(async () => {}),
    );
    if (this.#isLive || this.#position === null) return;
    const { id: last_id, epoch } = this.#position;
    const params = { component: this.#options.component, stream: this.#stream, last_id, epoch };
    const acknowledged = this.#caller.call(
      'pollEvents',
      { ...params, limit: 1 },
      AbortSignal.timeout(SETTLE_MS),
    );
    // Who has had enough counts on it; who was told to stop gets these events once more at worst.
    await (this.#enough.signal.aborted ? acknowledged : acknowledged.catch(() => {}));
  }
}

/** One subscription's batches; a number that was passed over is a gap. Refused batches come again under their own. */
function batchReader(take: (batch: ReceivedBatch, isGap: boolean) => Promise<boolean>) {
  let expected = 0;
  return async ({ method, text, params }: IncomingCall): Promise<boolean | null> => {
    if (method !== 'onEvents') return null;
    const batch = readBatch(text, params.start);
    const isGap = batch.seq > expected;
    expected = batch.seq + 1;
    return take(batch, isGap);
  };
}

function closeError(code: number): CallError {
  const details = { closeCode: code };
  if (code === TAKEN_OVER) {
    const message = 'A newer reader of the same consumer has taken over.';
    return new CallError('ConsumerBusy', { message, details });
  }
  if (code === UNREGISTERED) {
    return new CallError('NotRegistered', { message: 'The consumer was unregistered.', details });
  }
  return new CallError('CommError', { message: 'The connection was lost.', details });
}

/** Not tried again: two readers of one consumer would take turns for ever. */
function isTakenOver(error: unknown): boolean {
  return isCallError(error) && error.details.closeCode === TAKEN_OVER;
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, systemClock.sleep(ms, done.signal)]);
  done.abort();
}
