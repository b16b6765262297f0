// JSON-RPC 2.0 in both directions over one socket: our calls with their answers, and calls of the server's, which
// are answered with what their handler makes of them.
import { systemClock } from '../base/clock.ts';
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
import { Refusal } from './refusal.ts';
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
 * What it resolves with becomes the result, as JSON, a refusal an error; null = there is no such method, undefined =
 * there is no answer.
 */
export type OnCall = (call: IncomingCall) => Promise<unknown>;

export interface RpcSocketOptions {
  readonly onCall: OnCall;
  /** Told when a connection that is silent is asked whether it lives: there may be more to ask. */
  readonly onSilence?: () => void;
}

/** More of it no server keeps. */
export const ERROR_CHARS_MAX = 1000;
/** After so long without a word the connection is asked, and after as long again it is given up. */
const SILENCE_MS = 15_000;
/** By chance it is asked up to so much earlier: what was told to many at once is followed by their silence at once. */
const SPREAD_MS = 5000;

export class RpcSocket {
  readonly #options: RpcSocketOptions;
  readonly #waiting = new Map<number, Deferred<string>>();
  readonly #closed = new Deferred<number>();
  #socket: TransportSocket | null = null;
  readonly #gone = new AbortController();
  #heardAtMs = systemClock.monotonicMs();
  #calls = 0;

  private constructor(options: RpcSocketOptions) {
    this.#options = options;
  }

  /** Rejects as `Transport.openSocket` does. */
  static async open(
    transport: Transport,
    options: RpcSocketOptions,
    signal: AbortSignal,
  ): Promise<RpcSocket> {
    const socket = new RpcSocket(options);
    const events = {
      onText: (text: string) => socket.#receive(text),
      onClose: (code: number) => socket.#end(code),
    };
    socket.#socket = await transport.openSocket(events, signal);
    void socket.#listenForSilence();
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
  async call<M extends CallMethod>(
    method: M,
    params: CallParams<M>,
    timeoutMs = CALL_MS_MAX,
  ): Promise<CallResult<M>> {
    return JSON.parse(await this.callText(method, JSON.stringify(params), timeoutMs));
  }

  /** The same with params and result as JSON text. */
  async callText(method: CallMethod, params: string, timeoutMs = CALL_MS_MAX): Promise<string> {
    if (this.#gone.signal.aborted) throw lostError();
    this.#calls += 1;
    const id = this.#calls;
    const answer = new Deferred<string>();
    const giveUp = () => answer.reject(timeoutError(method, timeoutMs));
    const patience = setTimeout(giveUp, timeoutMs);
    this.#waiting.set(id, answer);
    try {
      this.#socket?.send(requestText(id, method, params));
      return resultOf(await answer.promise);
    } finally {
      this.#waiting.delete(id);
      clearTimeout(patience);
    }
  }

  /** A half-open connection is silent for ever: one that is silent is asked, and one that does not answer is left. */
  async #listenForSilence(): Promise<void> {
    const { signal } = this.#gone;
    while (!signal.aborted) {
      await this.#silence();
      if (signal.aborted) return;
      const askedAtMs = systemClock.monotonicMs();
      this.call('ping', { echo: 0 }).catch(() => {});
      this.#options.onSilence?.();
      await systemClock.sleep(SILENCE_MS, signal);
      if (this.#heardAtMs < askedAtMs) return this.close();
    }
  }

  /** Resolves when it has been silent for long enough, or is gone. */
  async #silence(): Promise<void> {
    const { signal } = this.#gone;
    const enoughMs = SILENCE_MS - Math.random() * SPREAD_MS;
    for (;;) {
      const leftMs = this.#heardAtMs + enoughMs - systemClock.monotonicMs();
      if (leftMs <= 0 || signal.aborted) return;
      await systemClock.sleep(leftMs, signal);
    }
  }

  #receive(text: string): void {
    this.#heardAtMs = systemClock.monotonicMs();
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
    const result = await this.#options.onCall({ ...call, text, paramsStart: params.start });
    if (result === undefined) return;
    const outcome = outcomeText(result);
    this.#socket?.send(`{"jsonrpc":"2.0","id":${text.slice(id.start, id.end)},${outcome}}`);
  }

  #end(code: number): void {
    this.#gone.abort();
    for (const answer of this.#waiting.values()) answer.reject(lostError());
    this.#closed.resolve(code);
  }
}

function outcomeText(result: unknown): string {
  if (result === null) return '"error":{"code":-32601,"message":"There is no such method here."}';
  if (!(result instanceof Refusal)) return `"result":${JSON.stringify(result)}`;
  const message = JSON.stringify(result.error.slice(0, ERROR_CHARS_MAX));
  return `"error":{"code":-32000,"message":${message}}`;
}

function lostError(): CallError {
  return new CallError('CommError', { message: 'The connection was lost.' });
}
