// Calls from the server to one client, and the answers that come back over the same socket.
import { Deferred } from '../../base/deferred.ts';
import type { Refusal } from '../../delivery/channel.ts';

/** What the client says to a call: that it has accepted what it was called with, or why not. */
export type PeerAnswer = true | Refusal;

export class PeerCalls {
  readonly #waiting = new Map<string, Deferred<PeerAnswer>>();
  #count = 0;

  /** A new call: its id, and what the client will say to it. */
  begin(): { id: string; answered: Promise<PeerAnswer> } {
    this.#count += 1;
    const id = `S${this.#count}`;
    const waiting = new Deferred<PeerAnswer>();
    this.#waiting.set(id, waiting);
    // Whoever gave up on it does not listen any more.
    waiting.promise.catch(() => {});
    return { id, answered: waiting.promise };
  }

  /** Takes an answer; one that nobody waits for is dropped. */
  take(id: string, answer: PeerAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.resolve(answer);
  }

  /** Nobody waits for this answer any more. */
  forget(id: string): void {
    this.#waiting.delete(id);
  }

  /** No answer will come any more. */
  failAll(): void {
    for (const waiting of this.#waiting.values())
      waiting.reject(new Error('The consumer is gone.'));
    this.#waiting.clear();
  }
}
