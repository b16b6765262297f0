// One WebSocket: JSON-RPC in both directions. Calls of the client are begun in their order; answers of the client
// belong to our own calls.
//
// open -> draining (the node stops: no more calls are taken, those at work are answered) -> closed. Whatever piles up
// is bounded by not reading on: calls and bytes at work, and answers that the peer does not read.
import { setMaxListeners } from 'node:events';
import type { WebSocket } from 'ws';
import { Deferred } from '../../base/deferred.ts';
import type { Hint } from '../../base/hint.ts';
import type { ServiceError } from '../../contract/errors.ts';
import type { CloseReason } from '../../delivery/channel.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Session } from '../auth/guard.ts';
import { callsIn, type JsonRpc, type Message, readMessage, refusalText } from '../rpc/json-rpc.ts';
import { isAnswer, RpcCalls } from './rpc-calls.ts';
import { RpcChannel, type Wire } from './rpc-channel.ts';

export interface SocketOptions {
  readonly socket: WebSocket;
  readonly jsonRpc: JsonRpc;
  readonly session: Session;
  readonly logger: Logger;
}

/** RFC 6455 section 7.4; 4000 and above are the application's own. */
const CLOSE_CODES: Readonly<Record<CloseReason, number>> = {
  'shutting-down': 1001,
  'taken-over': 4001,
  'timed-out': 4002,
  unregistered: 4003,
};
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

const CALLS_MAX = 1000;
const REQUEST_BYTES_MAX = 16_777_216;
const BUFFERED_BYTES_MAX = 8_388_608;
/** How long a peer may take to answer our close before the connection is cut. */
const CLOSE_MS = 1000;

export class Socket implements Wire {
  readonly calls = new RpcCalls();
  readonly #socket: WebSocket;
  readonly #jsonRpc: JsonRpc;
  readonly #logger: Logger;
  readonly #gone = new AbortController();
  readonly #idle = new Deferred<void>();
  readonly #hints = new Set<Hint>();
  #session: Session;
  #callsAtWork = 0;
  #bytesAtWork = 0;

  constructor({ socket, jsonRpc, session, logger }: SocketOptions) {
    this.#socket = socket;
    this.#jsonRpc = jsonRpc;
    this.#session = session;
    this.#logger = logger;
    // Every waiting poll and every subscription listens to it.
    setMaxListeners(0, this.#gone.signal);
    this.#gone.signal.addEventListener('abort', () => this.calls.failAll(), { once: true });
    socket.on('message', (data) => this.#receive(data as Buffer));
    socket.on('close', () => this.#gone.abort());
    // A broken frame or a reset ends in 'close' too; without a listener it would end the process.
    socket.on('error', () => {});
  }

  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  get isWritable(): boolean {
    return this.#socket.bufferedAmount < BUFFERED_BYTES_MAX;
  }

  /** True while we do not listen, so that the peer's silence says nothing about it. */
  get isPaused(): boolean {
    return this.#socket.isPaused;
  }

  get expiresAtMs(): number {
    return this.#session.expiresAtMs;
  }

  attach(hint: Hint): () => void {
    this.#hints.add(hint);
    return () => this.#hints.delete(hint);
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(text, () => this.#afterSend());
  }

  close(reason: CloseReason): void {
    this.#close(CLOSE_CODES[reason], reason);
  }

  /** Asks again who is there: a credential that is gone, or has other rights now, ends the connection. */
  renewSession(): void {
    const renewed = this.#session.renewed();
    if (renewed === null) this.#close(POLICY_VIOLATION, 'credential changed');
    else this.#session = renewed;
  }

  /** Takes no more calls, answers those that were taken, and then says that the node stops. */
  async drain(): Promise<void> {
    this.#socket.pause();
    this.#gone.abort();
    if (this.#callsAtWork > 0) await this.#idle.promise;
    this.close('shutting-down');
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // Delivery ends now, not when the peer has answered.
    this.#gone.abort();
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
  }

  #receive(data: Buffer): void {
    // What was on its way when we closed is not carried out: nobody would hear the answer.
    if (this.#gone.signal.aborted) return;
    let message: Message;
    try {
      message = readMessage(data);
    } catch (error) {
      this.send(refusalText(error as ServiceError));
      return;
    }
    const { parsed } = message;
    if (isAnswer(parsed)) this.calls.take(parsed);
    else if (isListOfAnswers(parsed)) for (const answer of parsed) this.calls.take(answer);
    else this.#serve(message, data.length);
  }

  // Not async: while a call waits, nothing here keeps its request in memory.
  #serve(message: Message, bytes: number): void {
    const calls = callsIn(message);
    this.#callsAtWork += calls;
    this.#bytesAtWork += bytes;
    this.#regulate();
    const answering = this.#jsonRpc.answer(message, {
      principal: this.#session.principal,
      signal: this.#gone.signal,
      peer: this,
      openChannel: (component, stream) => new RpcChannel(this, component, stream),
    });
    void this.#finish(answering, calls, bytes);
  }

  async #finish(answering: Promise<string | null>, calls: number, bytes: number): Promise<void> {
    try {
      const answer = await answering;
      if (answer !== null) this.send(answer);
    } catch (error) {
      this.#logger.error({ error }, 'A message could not be answered.');
      this.#close(INTERNAL_ERROR, 'failed');
    }
    this.#callsAtWork -= calls;
    this.#bytesAtWork -= bytes;
    if (this.#callsAtWork === 0 && this.#gone.signal.aborted) this.#idle.resolve();
    this.#regulate();
  }

  #afterSend(): void {
    this.#regulate();
    if (this.isWritable) for (const hint of this.#hints) hint.give();
  }

  #regulate(): void {
    if (this.#gone.signal.aborted) return;
    const isFull =
      this.#callsAtWork >= CALLS_MAX || this.#bytesAtWork >= REQUEST_BYTES_MAX || !this.isWritable;
    if (isFull && !this.#socket.isPaused) this.#socket.pause();
    else if (!isFull && this.#socket.isPaused) this.#socket.resume();
  }
}

function isListOfAnswers(parsed: unknown): parsed is Parameters<RpcCalls['take']>[0][] {
  return Array.isArray(parsed) && parsed.length > 0 && parsed.every(isAnswer);
}
