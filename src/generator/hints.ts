// Tells a node that the application has committed events, so that it looks at once. Never inside the transaction, and
// never waited for: a hint that is lost costs some milliseconds, and no event.
import { systemClock } from '../base/clock.ts';
import type { Check, Checks } from '../base/options.ts';
import { aFunction, aText, secret } from '../contract/checks.ts';
import { requireOptions, requireValue } from '../contract/require-options.ts';

/** Where hints go: the address of a node, as `http://127.0.0.1:8080`, or a function that tells one. */
export type HintTarget = string | ((stream: string) => Promise<unknown>);

/** With which key hints are given, and who hears of those that could not be. */
export interface HintsOptions {
  /** A key that may generate, for a node with credentials. @default none */
  readonly key?: string;
  /** Told of hints that could not be given, such as by a wrong key. Nothing is lost by it but time. @default nobody */
  readonly onError?: (error: unknown) => void;
}

const OPTIONS: Checks<HintsOptions> = { key: secret(aText), onError: aFunction };
const TARGET: Check = {
  rule: 'must be the HTTP address of a node, as http://127.0.0.1:8080, or a function',
  fits: (value) => typeof value === 'function' || isAddress(value),
  isRequired: true,
  isSecret: true,
};

const TIMEOUT_MS = 1000;
/** What comes sooner behind the last hint waits for so long. */
const PAUSE_MS = 1;

/**
 * Tells a node that the application has committed events, so that it looks at once instead of at its next pause. One
 * hint at a time for each stream; whatever is committed meanwhile is in the next. One that is lost costs some
 * milliseconds, and no event.
 */
export class Hints {
  readonly #send: (stream: string) => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  /** Streams whose hint is under way; true = there is more. */
  readonly #underWay = new Map<string, boolean>();

  /**
   * Makes the way to one node; nothing is sent before the first hint.
   *
   * @param target a node, as `http://127.0.0.1:8080`, or a function that tells one
   * @throws ServiceError `InvalidRequest` when the target is no address, and for other options
   */
  constructor(target: HintTarget, options: HintsOptions = {}) {
    requireValue('new Hints', 'target', target, TARGET);
    requireOptions('new Hints', options, OPTIONS);
    const { key, onError = () => {} } = options;
    this.#send = typeof target === 'function' ? target : callTo(new URL('/rpc', target), key);
    this.#onError = onError;
  }

  /** Says that something of the stream was committed. Never throws, and waits for nothing. */
  give(stream = 'main'): void {
    const isUnderWay = this.#underWay.has(stream);
    this.#underWay.set(stream, isUnderWay);
    if (!isUnderWay) void this.#sendAll(stream);
  }

  async #sendAll(stream: string): Promise<void> {
    do {
      this.#underWay.set(stream, false);
      try {
        await this.#send(stream);
      } catch (error) {
        // The node looks by itself.
        this.#onError(error);
      }
      await systemClock.sleep(PAUSE_MS);
    } while (this.#underWay.get(stream) === true);
    this.#underWay.delete(stream);
  }
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^https?:/i.test(value) && URL.canParse(value);
}

function callTo(url: URL, key: string | undefined): (stream: string) => Promise<void> {
  const headers = {
    'content-type': 'application/json',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  return async (stream) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hint', params: { stream } });
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    const { error } = (await response.json()) as { error?: { message: string } };
    if (error !== undefined) throw new Error(error.message);
  };
}
