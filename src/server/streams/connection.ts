// One client of /streams/: an HTTP answer that does not end. Nothing piles up here: whoever writes looks first whether
// it is writable, and what waits too long for a peer that takes nothing of it is cut off.
import type { ServerResponse } from 'node:http';
import { systemClock } from '../../base/clock.ts';
import type { Hint } from '../../base/hint.ts';
import { onAbort } from '../../base/on-abort.ts';
import { commentFrame, retryFrame } from './frames.ts';

export interface ConnectionOptions {
  readonly response: ServerResponse;
  /** Aborted when the peer is gone, or the node stops. */
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  readonly bufferBytes: number;
  readonly stallMs: number;
  readonly retryMs: number;
  /** Told of the bytes of each write. */
  readonly onWrite: (bytes: number) => void;
}

/** Proxies are told to keep their hands off: each would hold frames back until it has enough of them. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** A node that stops sends its clients away, and not all of them at once to the next one. */
const FAREWELL_RETRY_MS = { least: 1000, most: 5000 };

export class SseConnection {
  readonly #options: ConnectionOptions;
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();
  readonly #hints = new Set<Hint>();
  #wroteAtMs = systemClock.monotonicMs();

  /** Answers with 200 and the headers at once, so that the client knows that it has come through. */
  constructor(options: ConnectionOptions) {
    const { response, signal, headers, stallMs, retryMs } = options;
    this.#options = options;
    this.#response = response;
    response.writeHead(200, { ...headers, ...HEADERS });
    response.on('error', () => {});
    // As long as some of it goes out node:http begins anew to count; heartbeats keep an idle one alive.
    response.setTimeout(stallMs, () => this.#stalled());
    onAbort(signal, () => this.#sayFarewell());
    this.write(retryFrame(retryMs)).catch(() => {});
  }

  /** Aborted when nothing can be written any more. */
  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  get isWritable(): boolean {
    return this.#response.writableLength < this.#options.bufferBytes;
  }

  /** Gives the hint whenever something has gone out, until the returned function is called. */
  attach(hint: Hint): () => void {
    this.#hints.add(hint);
    return () => this.#hints.delete(hint);
  }

  /** Resolves when all of it has gone out; rejects when the connection is gone. */
  write(frames: string | Buffer): Promise<void> {
    if (this.closed.aborted) return Promise.reject(new Error('The client is gone.'));
    this.#wroteAtMs = systemClock.monotonicMs();
    this.#options.onWrite(frames.length);
    return new Promise((resolve, reject) => {
      this.#response.write(frames, (error) => {
        if (error) return reject(error);
        for (const hint of this.#hints) hint.give();
        resolve();
      });
    });
  }

  /** Lets the client hear something when it has heard nothing since `sinceMs`. What waits for it says enough. */
  beat(sinceMs: number): void {
    if (this.#wroteAtMs > sinceMs || this.#response.writableLength > 0) return;
    this.write(commentFrame).catch(() => {});
  }

  /** Ends it behind everything that was written: a client of its own accord comes again. */
  end(lastFrames = ''): void {
    if (this.closed.aborted) return;
    this.#gone.abort();
    this.#response.end(lastFrames);
  }

  /** Cuts it off, with what has not gone out. */
  destroy(): void {
    this.#gone.abort();
    this.#response.destroy();
  }

  #stalled(): void {
    if (this.#response.writableLength > 0) this.destroy();
  }

  #sayFarewell(): void {
    const { least, most } = FAREWELL_RETRY_MS;
    if (this.#response.destroyed) this.destroy();
    else this.end(retryFrame(Math.round(least + Math.random() * (most - least))));
  }
}
