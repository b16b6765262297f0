// One WebSocket: JSON-RPC in both directions. Calls of the client are begun in their order; answers of the client
// belong to our own calls. The number of calls at work is bounded by not reading on.
import type { WebSocket } from 'ws';
import { Deferred } from '../../base/deferred.ts';
import type { ServiceError } from '../../contract/errors.ts';
import type { CloseReason } from '../../delivery/channel.ts';
import type { Principal } from '../auth/principal.ts';
import { type JsonRpc, type Message, readMessage, refusalText } from '../rpc/json-rpc.ts';
import { type ClientAnswer, RpcCalls, type Wire } from './rpc-channel.ts';

export interface SocketOptions {
  readonly socket: WebSocket;
  readonly jsonRpc: JsonRpc;
  readonly principal: Principal;
}

/** RFC 6455 section 7.4; 4000 and above are the application's own. */
const CLOSE_CODES: Readonly<Record<CloseReason, number>> = {
  'shutting-down': 1001,
  failed: 1011,
  'taken-over': 4001,
  'timed-out': 4002,
  unregistered: 4003,
};
const CALLS_MAX = 1024;
const BUFFERED_BYTES_MAX = 16_777_216;
/** How long a peer may take to answer our close before the connection is cut. */
const CLOSE_MS = 1000;

export class Socket implements Wire {
  readonly #socket: WebSocket;
  readonly #jsonRpc: JsonRpc;
  readonly #principal: Principal;
  readonly #calls: RpcCalls;
  readonly #gone = new AbortController();
  readonly #idle = new Deferred<void>();
  #atWork = 0;

  constructor({ socket, jsonRpc, principal }: SocketOptions) {
    this.#socket = socket;
    this.#jsonRpc = jsonRpc;
    this.#principal = principal;
    this.#calls = new RpcCalls(this);
    socket.on('message', (data) => this.#receive(data as Buffer));
    socket.on('close', () => this.#gone.abort());
    // A broken frame or a reset ends in 'close' too; without a listener it would end the process.
    socket.on('error', () => {});
  }

  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
  }

  close(reason: CloseReason): void {
    this.#socket.close(CLOSE_CODES[reason], reason);
    // Delivery ends now, not when the peer has answered.
    this.#gone.abort();
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
  }

  /** Takes no more calls, answers those that were taken, and then says that the node stops. */
  async drain(): Promise<void> {
    this.#socket.pause();
    this.#gone.abort();
    if (this.#atWork > 0) await this.#idle.promise;
    this.close('shutting-down');
  }

  #receive(data: Buffer): void {
    let message: Message;
    try {
      message = readMessage(data);
    } catch (error) {
      this.send(refusalText(error as ServiceError));
      return;
    }
    if (isAnswer(message.parsed)) this.#calls.take(message.parsed);
    else void this.#serve(message);
  }

  async #serve(message: Message): Promise<void> {
    this.#atWork += 1;
    this.#regulate();
    const answer = await this.#jsonRpc.answer(message, {
      principal: this.#principal,
      signal: this.#gone.signal,
      openChannel: (component, stream) => this.#calls.openChannel(component, stream),
    });
    this.#atWork -= 1;
    if (answer !== null) this.send(answer);
    if (this.#atWork === 0 && this.#gone.signal.aborted) this.#idle.resolve();
    this.#regulate();
  }

  /** Reads on only while neither calls nor unread answers pile up. */
  #regulate(): void {
    const isFull = this.#atWork >= CALLS_MAX || this.#socket.bufferedAmount > BUFFERED_BYTES_MAX;
    if (isFull && !this.#socket.isPaused) this.#socket.pause();
    else if (!isFull && this.#socket.isPaused) this.#socket.resume();
  }
}

/** An answer of the client's to one of our calls has an id and no method. */
function isAnswer(parsed: unknown): parsed is ClientAnswer {
  if (parsed === null || typeof parsed !== 'object') return false;
  const { method, id } = parsed as Record<string, unknown>;
  return method === undefined && id !== undefined && ('result' in parsed || 'error' in parsed);
}
