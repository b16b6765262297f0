// JSON-RPC 2.0 in both directions over one socket: our calls with their answers, and calls of the server's, which
// are answered with what their handler makes of them.
import { Deferred } from '../base/deferred.ts';
import { type Member, membersOf } from '../contract/json-text.ts';
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
  readonly text: string;
  readonly params: Member;
}

/** What it resolves with becomes the result, as JSON; null = there is no such method. Must not reject. */
export type OnCall = (call: IncomingCall) => Promise<unknown>;

export class RpcSocket {
  readonly #onCall: OnCall;
  readonly #waiting = new Map<number, Deferred<string>>();
  readonly #closed = new Deferred<number>();
  #socket: TransportSocket | null = null;
  #isGone = false;
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
    const patience = setTimeout(() => answer.reject(timeoutError(method)), CALL_MS_MAX);
    this.#waiting.set(id, answer);
    try {
      this.#socket?.send(requestText(id, method, JSON.stringify(params)));
      return JSON.parse(resultOf(await answer.promise));
    } finally {
      this.#waiting.delete(id);
      clearTimeout(patience);
    }
  }

  #receive(text: string): void {
    let parsed: { readonly id?: unknown; readonly method?: unknown } | null;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Not of our protocol: the other side is no such server, or broken.
      this.close();
      return;
    }
    if (typeof parsed?.method === 'string') void this.#serve(text, parsed.method);
    else this.#waiting.get(Number(parsed?.id))?.resolve(text);
  }

  async #serve(text: string, method: string): Promise<void> {
    const members = membersOf(text, 0);
    const id = members.findLast((member) => member.key === 'id');
    const params = members.findLast((member) => member.key === 'params');
    if (id === undefined || params === undefined) return;
    const result = await this.#onCall({ method, text, params });
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
