// One client of /streams/: an HTTP answer that does not end. Nothing piles up here: whoever writes looks first whether
// it is writable, and what waits too long for a peer that takes nothing of it is cut off.
import type { ServerResponse } from 'node:http';
import { systemClock } from '../../base/clock.ts';
import type { Hint } from '../../base/hint.ts';
import { whenAborted } from '../../base/on-abort.ts';
import { commentFrame, retryFrame } from './frames.ts';

export interface ConnectionOptions {
  readonly response: ServerResponse;
  /** Aborted when the peer is gone, or the node stops; and from here, when nothing more is to be written. */
  readonly call: AbortController;
  readonly headers: Readonly<Record<string, string>>;
  readonly bufferBytes: number;
  readonly stallMs: number;
  readonly retryMs: number;
  /** Told of the bytes of each write. */
  readonly onWrite: (bytes: number) => void;
}

/**
 * Proxies are told to keep their hands off: each would hold frames back until it has enough of them. The connection
 * goes with the stream: on one that stayed a browser would come again to a node that stops, and be answered an error.
 */
const HEADERS = {
  connection: 'close',
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** A node that stops sends its clients away, and not all of them at once to the next one. */
const FAREWELL_RETRY_MS = { least: 1000, most: 5000 };

/** That it is gone is told by `close` too; without a listener it would end the process. */
const ignore = () => {};

export class SseConnection {
  readonly #response: ServerResponse;
  readonly #call: AbortController;
  readonly #bufferBytes: number;
  readonly #onWrite: (bytes: number) => void;
  /** Of who writes. */
  #hint: Hint | null = null;
  #wroteAtMs = systemClock.monotonicMs();
  #isEnded = false;

  /** Answers with 200 and the headers at once, so that the client knows that it has come through. */
  constructor({
    response,
    call,
    headers,
    bufferBytes,
    stallMs,
    retryMs,
    onWrite,
  }: ConnectionOptions) {
    this.#response = response;
    this.#call = call;
    this.#bufferBytes = bufferBytes;
    this.#onWrite = onWrite;
    response.on('error', ignore);
    // As long as some of it goes out node:http begins anew to count; heartbeats keep an idle one alive.
    response.setTimeout(stallMs, () => this.#stalled());
    response.cork();
    // Of its own: with what follows in the same text it would stay in memory in thirty pieces (node:http, Node 20).
    response.writeHead(200, { ...headers, ...HEADERS }).flushHeaders();
    this.write(retryFrame(retryMs)).catch(ignore);
    response.uncork();
    whenAborted(call.signal, () => this.#sayFarewell());
  }

  /** Aborted when nothing can be written any more. */
  get closed(): AbortSignal {
    return this.#call.signal;
  }

  get isWritable(): boolean {
    return this.#response.writableLength < this.#bufferBytes;
  }

  /** Gives the hint whenever something has gone out, until another is attached or the returned function is called. */
  attach(hint: Hint): () => void {
    this.#hint = hint;
    return () => {
      if (this.#hint === hint) this.#hint = null;
    };
  }

  /** Resolves when all of it has gone out; rejects when the connection is gone. */
  write(frames: string | Buffer): Promise<void> {
    if (this.#isEnded || this.closed.aborted) {
      return Promise.reject(new Error('The client is gone.'));
    }
    this.#wroteAtMs = systemClock.monotonicMs();
    this.#onWrite(Buffer.byteLength(frames));
    return new Promise((resolve, reject) => {
      this.#response.write(frames, (error) => {
        if (error) return reject(error);
        this.#hint?.give();
        resolve();
      });
    });
  }

  /** Lets the client hear something when it has heard nothing since `sinceMs`. What waits for it says enough. */
  beat(sinceMs: number): void {
    if (this.#wroteAtMs > sinceMs || this.#response.writableLength > 0) return;
    this.write(commentFrame).catch(ignore);
  }

  /** Ends it behind everything that was written: a client of its own accord comes again. */
  end(lastFrames = ''): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#response.end(lastFrames);
    this.#call.abort();
  }

  /** Cuts it off, with what has not gone out. */
  destroy(): void {
    this.#isEnded = true;
    this.#response.destroy();
    this.#call.abort();
  }

  #stalled(): void {
    if (this.#response.writableLength > 0) this.destroy();
  }

  /** Nobody hears it when the peer has gone by itself. */
  #sayFarewell(): void {
    if (this.#isEnded) return;
    const { least, most } = FAREWELL_RETRY_MS;
    if (this.#response.destroyed) this.#isEnded = true;
    else this.end(retryFrame(Math.round(least + Math.random() * (most - least))));
  }
}
