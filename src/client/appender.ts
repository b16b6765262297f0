// Adds events, and tries again until it is known what became of them: each call goes out under an idempotency key, so
// an answer that was lost on the way costs time and never an event, or a second one.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { type Checks, optionProblem } from '../base/options.ts';
import {
  anIdempotencyKey,
  anything,
  aSignal,
  aStream,
  aText,
  milliseconds,
  orNull,
  required,
} from '../contract/checks.ts';
import { isCallError, isTransient } from './call-error.ts';
import type { Caller, CallMethod } from './caller.ts';
import { dataTextOf } from './json-text.ts';
import { invalidRequest, requireOptions } from './require-options.ts';

/** An event before it has an id. */
export interface ClientDraft {
  /** What happened, in the application's words; matches `^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$`. */
  readonly type: string;
  /** Any JSON value of at most 2 MiB, or `new JsonText(text)`; left out, it is null. */
  readonly data?: unknown;
}

const DRAFT: Checks<ClientDraft> = { type: required(aText), data: anything };

/** Where events are added, under which key, and how long it is tried. */
export interface AppendOptions {
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
  /**
   * Names the call: the same content under the same key adds nothing twice. 1 to 128 printable ASCII characters without
   * spaces. null sends none: the server then flushes the call together with all others, which is faster, and a lost
   * answer is the caller's to find out about. @default one made by chance
   */
  readonly idempotencyKey?: string | null | undefined;
  /** For how long it is tried again, in milliseconds; 0 = it is tried once. @default 30000 */
  readonly retryMs?: number | undefined;
  /**
   * Gives up, and the call rejects with its reason; whether the event was added is then open, unless it is tried again
   * under the same key. With one that is aborted already nothing is sent.
   */
  readonly signal?: AbortSignal | undefined;
}

const APPEND_OPTIONS: Checks<AppendOptions> = {
  stream: aStream,
  idempotencyKey: orNull(anIdempotencyKey),
  retryMs: milliseconds(0, Number.POSITIVE_INFINITY),
  signal: aSignal,
};

const RETRY_MS = 30_000;
/** Of one try: under a key it is better to ask again than to wait. */
const TRY_MS_MAX = 10_000;
const BACKOFF = { firstMs: 50, maxMs: 2000 };

export class Appender {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async addEvent(draft: ClientDraft, options: AppendOptions): Promise<string> {
    requireOptions('addEvent', draft, DRAFT);
    requireOptions('addEvent', options, APPEND_OPTIONS);
    const { type, data } = draft;
    const members = [`"type":${JSON.stringify(type)}`, `"data":${dataTextOf(data)}`];
    return this.#add('addEvent', members, options) as Promise<string>;
  }

  async addEvents(
    drafts: readonly ClientDraft[],
    options: AppendOptions,
  ): Promise<{ first: string; last: string }> {
    requireOptions('addEvents', options, APPEND_OPTIONS);
    if (!Array.isArray(drafts)) throw invalidRequest('addEvents: drafts must be a list');
    const items = drafts.map((draft: ClientDraft, nth) => {
      const problem = optionProblem(draft, DRAFT, 'member');
      if (problem !== null) throw invalidRequest(`addEvents: drafts[${nth}]: ${problem}`);
      return `{"type":${JSON.stringify(draft.type)},"data":${dataTextOf(draft.data)}}`;
    });
    const members = [`"events":[${items.join(',')}]`];
    return this.#add('addEvents', members, options) as Promise<{ first: string; last: string }>;
  }

  async #add(
    method: CallMethod,
    members: readonly string[],
    { stream, idempotencyKey: key = randomKey(), retryMs = RETRY_MS, signal }: AppendOptions,
  ): Promise<unknown> {
    const params = [
      ...members,
      ...(stream === undefined ? [] : [`"stream":${JSON.stringify(stream)}`]),
      ...(key === null ? [] : [`"idempotency_key":${JSON.stringify(key)}`]),
    ];
    const text = `{${params.join(',')}}`;
    const timeoutMs = key === null ? undefined : TRY_MS_MAX;
    const endMs = systemClock.monotonicMs() + retryMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return JSON.parse(await this.#caller.callText(method, text, { signal, timeoutMs }));
      } catch (error) {
        const pauseMs = backoffMs(attempt, BACKOFF);
        const isLate = systemClock.monotonicMs() + pauseMs > endMs;
        if (isLate || signal?.aborted || !mayTryAgain(error, key)) throw named(error, key);
        await systemClock.sleep(pauseMs, signal);
      }
    }
  }
}

/** Without a key only what a server said for certain not to have done. */
function mayTryAgain(error: unknown, key: string | null): boolean {
  if (!isCallError(error)) return false;
  if (key !== null) return isTransient(error) || error.code === 'OutcomeUnknown';
  const isAnswer = !['ConnectError', 'CommError', 'Timeout'].includes(error.code);
  return isAnswer && isTransient(error);
}

/** Whoever goes on with it later needs the key that the server may know the call by. */
function named(error: unknown, key: string | null): unknown {
  if (key === null || !isCallError(error)) return error;
  return error.with({ idempotencyKey: key });
}

/** 128 bits; `crypto.randomUUID` is missing from pages that were not loaded by HTTPS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
