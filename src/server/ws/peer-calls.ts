// Calls from the server to one client, and the answers that come back over the same socket.
import { Deferred } from '../../base/deferred.ts';

export class PeerCalls {
  readonly #waiting = new Map<string, Deferred<boolean>>();
  #count = 0;

  /** A new call: its id, and whether the client will have accepted what it was called with. */
  begin(): { id: string; answered: Promise<boolean> } {
    this.#count += 1;
    const id = `S${this.#count}`;
    const waiting = new Deferred<boolean>();
    this.#waiting.set(id, waiting);
    // Whoever gave up on it does not listen any more.
    waiting.promise.catch(() => {});
    return { id, answered: waiting.promise };
  }

  /** Takes an answer; one that nobody waits for is dropped. */
  take(id: string, isAccepted: boolean): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.resolve(isAccepted);
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
