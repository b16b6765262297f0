// Calls a server by JSON-RPC 2.0, and is the only place that turns wire errors back. Params and results may go as
// text, so that data passes exactly as it was written (`JSON.parse` loses `1.0` and 2^53+1).
import { onAbort } from '../base/on-abort.ts';
import type { Checks } from '../base/options.ts';
import { aSignal, milliseconds } from '../contract/checks.ts';
import type { methodTable } from '../contract/generated/method-table.ts';
import type { Contract } from '../contract/generated/types.ts';
import { membersOf } from '../contract/json-text.ts';
import { CallError, type CallErrorCode } from './call-error.ts';
import type { Transport } from './transport.ts';

/** A method of docs/rpc.md that clients may call. */
export type CallMethod = Exclude<keyof typeof methodTable, 'onEvents'>;
/** What a method takes, as it is on the wire. */
export type CallParams<M extends CallMethod> = Contract[`methods/${M}.params`];
/** What a method gives, as it is on the wire. */
export type CallResult<M extends CallMethod> = Contract[`methods/${M}.result`];

/** A server waits up to 30 s in a poll; beyond that something is wrong. */
export const CALL_MS_MAX = 60_000;

/** How long a call may take. */
export interface CallOptions {
  /** Ends the call, which rejects with its reason; with one that is aborted already nothing is sent. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer, in milliseconds. @default 60000 */
  readonly timeoutMs?: number | undefined;
}

export const CALL_OPTIONS: Checks<CallOptions> = { signal: aSignal, timeoutMs: milliseconds(1) };

export class Caller {
  readonly #transport: Transport;
  #calls = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Rejects with `CallError`, or with the signal's reason. */
  async call<M extends CallMethod>(
    method: M,
    params: CallParams<M>,
    options?: CallOptions,
  ): Promise<CallResult<M>> {
    return JSON.parse(await this.callText(method, JSON.stringify(params), options));
  }

  /** The same with params and result as JSON text. */
  async callText(
    method: CallMethod,
    params: string,
    { signal, timeoutMs = CALL_MS_MAX }: CallOptions = {},
  ): Promise<string> {
    if (signal?.aborted) throw signal.reason;
    this.#calls += 1;
    const request = requestText(this.#calls, method, params);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(timeoutError(method, timeoutMs)), timeoutMs);
    // Not `AbortSignal.any`: of a signal that lives for months it keeps something for each call.
    const leave = onAbort(signal, () => stop.abort(signal?.reason));
    try {
      return resultOf(await this.#transport.request(request, stop.signal));
    } finally {
      clearTimeout(timer);
      leave();
    }
  }
}

export function requestText(id: number, method: string, params: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
}

/** The result's text out of the answer's. Throws `CallError`. */
export function resultOf(answer: string): string {
  const parsed = parseAnswer(answer);
  if (parsed.error !== undefined) throw errorFromWire(parsed.error);
  const result = membersOf(answer, 0).findLast((member) => member.key === 'result');
  if (result === undefined) throw strangeAnswer();
  return answer.slice(result.start, result.end);
}

/** What the server says is wrong, as JSON-RPC has it: `{code, message, data: {code, retry, ...details}}`. */
export function errorFromWire(wire: unknown): CallError {
  const { message, data } = (wire ?? {}) as { message?: unknown; data?: unknown };
  const { code, retry: _retry, ...details } = (data ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || typeof message !== 'string') return strangeAnswer();
  return new CallError(code as CallErrorCode, { message, details });
}

export function timeoutError(method: string, timeoutMs: number): CallError {
  const message = `${method} was not answered within ${timeoutMs / 1000} s.`;
  return new CallError('Timeout', { message });
}

function parseAnswer(text: string): { readonly error?: unknown } {
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)) return parsed;
  } catch {
    // Falls through: not JSON is as strange as the wrong JSON.
  }
  throw strangeAnswer();
}

function strangeAnswer(): CallError {
  return new CallError('CommError', { message: 'The answer is not one of JSON-RPC 2.0.' });
}
