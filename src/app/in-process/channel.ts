// The channel to a handler of this very process: the same port as sockets, without a wire, and so without a time-out.
// One batch at a time; a handler that throws has refused its batch.
import { backoffMs } from '../../base/backoff.ts';
import { nextTurn, systemClock } from '../../base/clock.ts';
import { Mutex } from '../../base/mutex.ts';
import { isFinal } from '../../client/call-error.ts';
import type { Position, ReceivedBatch } from '../../client/public.ts';
import type { Channel, CloseReason, NumberedBatch, Refusal } from '../../delivery/channel.ts';
import { batchOf } from './batch.ts';

/** Handles one batch: resolving acknowledges it, throwing or rejecting refuses it. What it gives does not matter. */
export type InProcessHandler = (batch: ReceivedBatch) => unknown;

export interface InProcessChannelOptions {
  readonly onEvents: InProcessHandler;
  /** Told what the handler threw. */
  readonly onError: (error: unknown) => void;
  /** LIVE is sent nothing twice, so a batch that was refused is tried again here. */
  readonly isLive: boolean;
}

const BACKOFF = { firstMs: 100, maxMs: 10_000 };

export class InProcessChannel implements Channel {
  readonly sendsCheckpoints = true;
  readonly isWritable = true;
  readonly #options: InProcessChannelOptions;
  readonly #turns = new Mutex();
  readonly #closing = new AbortController();
  readonly #closed = new AbortController();
  #position: Position | null = null;
  /** Where the first batch began: what was given and not handled can be missed too. */
  #begunAt: Position | null = null;
  #reason: CloseReason | 'sealed' | null = null;
  #hasFailed = false;

  constructor(options: InProcessChannelOptions) {
    this.#options = options;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Why delivery ended it, or that it came to the end of a sealed stream; null for neither. */
  get reason(): CloseReason | 'sealed' | null {
    return this.#reason;
  }

  /** Up to where its handler has handled; null = nothing yet. */
  get position(): Position | null {
    return this.#position;
  }

  /** There is nothing to word: each reader is given values of its own. */
  prepare(): void {}

  /** Never congested, so nobody has to be told that it is not any more. */
  attach(): () => void {
    return () => {};
  }

  /** A handler cannot be told to stop; what it makes of its batch does not count any more. */
  forget(): void {}

  async send(batch: NumberedBatch): Promise<true | Refusal> {
    const answer = await this.#turns.run(() => this.#handle(batch));
    // What is not handled any more is not answered either: it was neither acknowledged nor refused.
    return answer ?? new Promise(() => {});
  }

  close(reason: CloseReason): void {
    this.#reason ??= reason;
    this.#closing.abort();
    this.#closed.abort();
  }

  /** Gives the handler nothing more, and is closed when its answer to the batch at hand was taken. */
  async finish(reason: CloseReason | 'sealed' | null): Promise<void> {
    if (!this.#closing.signal.aborted) this.#reason = reason;
    this.#closing.abort();
    await this.idle();
    await nextTurn();
    this.#closed.abort();
  }

  /** True when its handler would fail however often it were called. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves when the handler is at nothing any more. */
  idle(): Promise<void> {
    return this.#turns.run(async () => {});
  }

  #fail(): null {
    this.#hasFailed = true;
    this.#closing.abort();
    this.#closed.abort();
    return null;
  }

  /** null when it has finished. */
  async #handle(batch: NumberedBatch): Promise<true | Refusal | null> {
    this.#begunAt ??= { id: batch.after, epoch: batch.epoch };
    for (let refusals = 0; !this.#closing.signal.aborted; refusals += 1) {
      try {
        // Made anew for each try: a handler may have changed what it was given.
        await this.#options.onEvents(batchOf(batch, batch.seq, this.#position ?? this.#begunAt));
        this.#position = { id: batch.upTo, epoch: batch.epoch };
        // Behind the answer, which is still to be taken.
        if (batch.isEnd) void this.finish('sealed');
        return true;
      } catch (error) {
        this.#options.onError(error);
        if (isFinal(error)) return this.#fail();
        if (!this.#options.isLive) return { error: messageOf(error) };
        await systemClock.sleep(backoffMs(refusals, BACKOFF), this.#closing.signal);
      }
    }
    return null;
  }
}

/** What the handler threw, in its own words. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
