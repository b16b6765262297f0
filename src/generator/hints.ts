// Tells a node that the application has committed events, so that it looks at once. Never inside the transaction, and
// never waited for: a hint that is lost costs some milliseconds, and no event.
import { systemClock } from '../base/clock.ts';

/** Where hints go: the address of a node, or whatever else can tell it. */
export type HintTarget = string | ((stream: string) => Promise<unknown>);

export interface HintsOptions {
  /** A key that may generate, for a node with credentials. */
  readonly key?: string;
}

const TIMEOUT_MS = 1000;
/** What comes sooner behind the last hint waits for so long. */
const PAUSE_MS = 1;

/** One hint at a time for each stream; whatever is committed meanwhile is in the next. */
export class Hints {
  readonly #send: (stream: string) => Promise<unknown>;
  /** Streams whose hint is under way; true = there is more. */
  readonly #underWay = new Map<string, boolean>();

  /** @param target a node, as `http://127.0.0.1:8080`, or a function that tells one */
  constructor(target: HintTarget, { key }: HintsOptions = {}) {
    this.#send = typeof target === 'function' ? target : (stream) => call(target, key, stream);
  }

  /** Something of the stream was committed. Never throws. */
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
      } catch {
        // The node looks by itself.
      }
      await systemClock.sleep(PAUSE_MS);
    } while (this.#underWay.get(stream) === true);
    this.#underWay.delete(stream);
  }
}

function call(url: string, key: string | undefined, stream: string): Promise<unknown> {
  return fetch(new URL('/rpc', url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hint', params: { stream } }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).then((response) => response.text());
}
