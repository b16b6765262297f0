// One WebSocket, whatever is spoken over it.
//
// open -> draining (the node stops: no more calls are taken, those at work are answered) -> closed. Whatever piles up
// is bounded by not reading on: calls and bytes at work, and answers that the peer does not read.
import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Deferred } from '../../base/deferred.ts';
import type { Hint } from '../../base/hint.ts';
import type { CloseReason } from '../../delivery/channel.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { PeerCalls } from './peer-calls.ts';
import type { Connection, Frame, Incoming, Protocol } from './protocol.ts';

export interface SocketOptions {
  readonly socket: WebSocket;
  /** What the socket writes to. */
  readonly stream: Duplex;
  readonly logger: Logger;
  /** What is spoken here. */
  readonly protocol: (connection: Connection) => Protocol;
}

interface Received {
  readonly incoming: Incoming;
  readonly bytes: number;
}

/** What is left of a message while its calls are carried out. */
interface Work extends Pick<Incoming, 'calls' | 'isLarge'> {
  readonly bytes: number;
}

/** RFC 6455 section 7.4; 4000 and above are the application's own. */
const CLOSE_CODES: Readonly<Record<CloseReason, number>> = {
  'shutting-down': 1001,
  'taken-over': 4001,
  'timed-out': 4002,
  unregistered: 4003,
  discarded: 4004,
  forked: 4005,
};
/** RFC 6455 section 7.1.5: what a connection that ended without one is known by. */
const NO_CLOSE_FRAME = 1006;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

const CALLS_MAX = 1000;
/** Each may answer with 4 MiB. */
const LARGE_CALLS_MAX = 32;
const REQUEST_BYTES_MAX = 16_777_216;
const BUFFERED_BYTES_MAX = 8_388_608;
/** How long a peer may take to answer our close before the connection is cut. */
const CLOSE_MS = 1000;

export class Socket implements Connection {
  readonly calls = new PeerCalls();
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #logger: Logger;
  readonly #protocol: Protocol;
  readonly #gone = new AbortController();
  readonly #idle = new Deferred<void>();
  readonly #hints = new Set<Hint>();
  /** Calls with large answers that wait for their turn. */
  readonly #waiting: Received[] = [];
  #largeAtWork = 0;
  #callsAtWork = 0;
  #bytesAtWork = 0;
  #isCorked = false;
  #isLost = false;

  constructor({ socket, stream, logger, protocol }: SocketOptions) {
    this.#socket = socket;
    this.#stream = stream;
    this.#logger = logger;
    this.#protocol = protocol(this);
    // Every waiting poll and every subscription listens to it.
    setMaxListeners(0, this.#gone.signal);
    this.#gone.signal.addEventListener('abort', () => this.calls.failAll(), { once: true });
    socket.on('message', (data) => this.#receive(data as Buffer));
    socket.on('close', (code) => {
      this.#isLost = code === NO_CLOSE_FRAME && !this.#gone.signal.aborted;
      this.#forgetPeer();
    });
    // A broken frame or a reset ends in 'close' too; without a listener it would end the process.
    socket.on('error', () => {});
  }

  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  get isWritable(): boolean {
    return this.#socket.bufferedAmount < BUFFERED_BYTES_MAX;
  }

  /** True while we do not listen, so that the peer's silence says nothing about it. */
  get isPaused(): boolean {
    return this.#socket.isPaused;
  }

  get isKnown(): boolean {
    return this.#protocol.isKnown;
  }

  get expiresAtMs(): number {
    return this.#protocol.expiresAtMs;
  }

  attach(hint: Hint): () => void {
    this.#hints.add(hint);
    return () => this.#hints.delete(hint);
  }

  send(frame: Frame): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#cork();
    this.#socket.send(frame, { binary: this.#protocol.isBinary }, this.#afterSend);
  }

  close(reason: CloseReason): void {
    this.#close(CLOSE_CODES[reason], reason);
  }

  /** Asks again who is there: a credential that is gone, or has other rights now, ends the connection. */
  renewSession(): void {
    if (!this.#protocol.renew()) this.#close(POLICY_VIOLATION, 'credential missing or changed');
  }

  /** Takes no more calls, answers those that were taken, and then says that the node stops. */
  async drain(): Promise<void> {
    this.#socket.pause();
    this.#gone.abort();
    if (this.#callsAtWork > 0) await this.#idle.promise;
    this.close('shutting-down');
  }

  /** All frames of one turn go out in one write: a flush answers many calls at once. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#stream.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#stream.uncork();
    });
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // The peer's answer to that must be read; whatever else comes is thrown away.
    this.#socket.resume();
    // Delivery ends now, not when the peer has answered.
    this.#gone.abort();
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
  }

  // Not async: while a call waits, nothing here keeps its request in memory.
  #receive(data: Buffer): void {
    // What was on its way when we closed is not carried out: nobody would hear the answer.
    if (this.#gone.signal.aborted) return;
    let incoming: Incoming | null;
    try {
      incoming = this.#protocol.read(data);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (incoming === null) return;
    this.#callsAtWork += incoming.calls;
    this.#bytesAtWork += data.length;
    this.#regulate();
    const received = { incoming, bytes: data.length };
    if (!incoming.isLarge) this.#begin(received);
    else {
      this.#waiting.push(received);
      this.#beginLarge();
    }
  }

  #beginLarge(): void {
    while (this.#largeAtWork < LARGE_CALLS_MAX && this.isWritable) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#largeAtWork += 1;
      this.#begin(next);
    }
  }

  #begin({ incoming, bytes }: Received): void {
    const { calls, isLarge } = incoming;
    void this.#finish(incoming.begin(), { calls, isLarge, bytes });
  }

  async #finish(answering: Promise<Frame | null>, { calls, isLarge, bytes }: Work): Promise<void> {
    try {
      const answer = await answering;
      if (answer !== null) this.send(answer);
    } catch (error) {
      this.#fail(error);
    }
    this.#callsAtWork -= calls;
    this.#bytesAtWork -= bytes;
    if (isLarge) this.#largeAtWork -= 1;
    this.#beginLarge();
    if (this.#callsAtWork === 0 && this.#gone.signal.aborted) this.#idle.resolve();
    this.#regulate();
  }

  #fail(error: unknown): void {
    this.#logger.error({ error }, 'A message could not be answered.');
    this.#close(INTERNAL_ERROR, 'failed');
  }

  /** Nobody would hear an answer any more. */
  #forgetPeer(): void {
    this.#gone.abort();
    for (const { incoming, bytes } of this.#waiting.splice(0)) {
      this.#callsAtWork -= incoming.calls;
      this.#bytesAtWork -= bytes;
    }
    if (this.#callsAtWork === 0) this.#idle.resolve();
  }

  readonly #afterSend = (): void => {
    this.#regulate();
    this.#beginLarge();
    if (this.isWritable) for (const hint of this.#hints) hint.give();
  };

  #regulate(): void {
    if (this.#gone.signal.aborted) return;
    const isFull =
      this.#callsAtWork >= CALLS_MAX || this.#bytesAtWork >= REQUEST_BYTES_MAX || !this.isWritable;
    if (isFull && !this.#socket.isPaused) this.#socket.pause();
    else if (!isFull && this.#socket.isPaused) this.#socket.resume();
  }
}
