// JSON-RPC 2.0 in both directions over one socket: our calls with their answers, and calls of the server's, which
// are answered with what their handler makes of them.
import { Deferred } from '../base/deferred.ts';
import { membersOf } from '../contract/json-text.ts';
import { CallError } from './call-error.ts';
import {
  CALL_MS_MAX,
  type CallMethod,
  type CallParams,
  type CallResult,
  requestText,
  resultOf,
  timeoutError,
} from './caller.ts';
import type { Transport, TransportSocket } from './transport.ts';

/** A call of the server's: its method, and its params in the text that held them. */
export interface IncomingCall {
  readonly method: string;
  readonly params: unknown;
  readonly text: string;
  /** Where the params begin in the text. */
  readonly paramsStart: number;
}

interface Received {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/**
 * What it resolves with becomes the result, as JSON; null = there is no such method, undefined = there is no answer.
 */
export type OnCall = (call: IncomingCall) => Promise<unknown>;

/** Two or three of them without a word, and the connection is given up. */
const SILENCE_MS = 15_000;

export class RpcSocket {
  readonly #onCall: OnCall;
  readonly #waiting = new Map<number, Deferred<string>>();
  readonly #closed = new Deferred<number>();
  #socket: TransportSocket | null = null;
  #isGone = false;
  #isSilent = false;
  #calls = 0;

  private constructor(onCall: OnCall) {
    this.#onCall = onCall;
  }

  /** Rejects as `Transport.openSocket` does. */
  static async open(transport: Transport, onCall: OnCall, signal: AbortSignal): Promise<RpcSocket> {
    const socket = new RpcSocket(onCall);
    const events = {
      onText: (text: string) => socket.#receive(text),
      onClose: (code: number) => socket.#end(code),
    };
    socket.#socket = await transport.openSocket(events, signal);
    socket.#listenForSilence();
    return socket;
  }

  /** Resolves with the close code when the socket is gone. */
  get closed(): Promise<number> {
    return this.#closed.promise;
  }

  close(): void {
    this.#socket?.close();
  }

  /** Rejects with `CallError`. */
  async call<M extends CallMethod>(method: M, params: CallParams<M>): Promise<CallResult<M>> {
    if (this.#isGone) throw lostError();
    this.#calls += 1;
    const id = this.#calls;
    const answer = new Deferred<string>();
    const giveUp = () => answer.reject(timeoutError(method, CALL_MS_MAX));
    const patience = setTimeout(giveUp, CALL_MS_MAX);
    this.#waiting.set(id, answer);
    try {
      this.#socket?.send(requestText(id, method, JSON.stringify(params)));
      return JSON.parse(resultOf(await answer.promise));
    } finally {
      this.#waiting.delete(id);
      clearTimeout(patience);
    }
  }

  /** A half-open connection is silent for ever: one that is silent is asked, and one that does not answer is left. */
  #listenForSilence(): void {
    let isAsked = false;
    const timer = setInterval(() => {
      if (!this.#isSilent) isAsked = false;
      else if (isAsked) this.close();
      else {
        isAsked = true;
        this.call('ping', { echo: 0 }).catch(() => {});
      }
      this.#isSilent = true;
    }, SILENCE_MS);
    void this.#closed.promise.then(() => clearInterval(timer));
  }

  #receive(text: string): void {
    this.#isSilent = false;
    let parsed: Received | null;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Not of our protocol: the other side is no such server, or broken.
      this.close();
      return;
    }
    if (typeof parsed?.method === 'string') {
      const call = { method: parsed.method, params: parsed.params };
      // It breaks the protocol.
      this.#serve(text, call).catch(() => this.close());
    } else this.#waiting.get(Number(parsed?.id))?.resolve(text);
  }

  async #serve(text: string, call: Pick<IncomingCall, 'method' | 'params'>): Promise<void> {
    const members = membersOf(text, 0);
    const id = members.findLast((member) => member.key === 'id');
    const params = members.findLast((member) => member.key === 'params');
    if (id === undefined || params === undefined) return;
    const result = await this.#onCall({ ...call, text, paramsStart: params.start });
    if (result === undefined) return;
    const outcome =
      result === null
        ? '"error":{"code":-32601,"message":"There is no such method here."}'
        : `"result":${JSON.stringify(result)}`;
    this.#socket?.send(`{"jsonrpc":"2.0","id":${text.slice(id.start, id.end)},${outcome}}`);
  }

  #end(code: number): void {
    this.#isGone = true;
    for (const answer of this.#waiting.values()) answer.reject(lostError());
    this.#closed.resolve(code);
  }
}

function lostError(): CallError {
  return new CallError('CommError', { message: 'The connection was lost.' });
}
