// Calls from the server to one client, and the answers that come back over the same socket.
import { Deferred } from '../../base/deferred.ts';

/** An answer of the client's, as JSON-RPC has it. */
export interface ClientAnswer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

export class RpcCalls {
  readonly #waiting = new Map<string, Deferred<boolean>>();
  #count = 0;

  /** A new call: its id, and whether the client will have answered it with true. */
  begin(): { id: string; answered: Promise<boolean> } {
    this.#count += 1;
    const id = `S${this.#count}`;
    const waiting = new Deferred<boolean>();
    this.#waiting.set(id, waiting);
    return { id, answered: waiting.promise };
  }

  /** Takes an answer; one that nobody waits for is dropped. */
  take(answer: ClientAnswer): void {
    const id = String(answer.id);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.resolve(answer.error === undefined && answer.result === true);
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

/** An answer of the client's to one of our calls has an id and no method. */
export function isAnswer(parsed: unknown): parsed is ClientAnswer {
  if (parsed === null || typeof parsed !== 'object') return false;
  const { method, id } = parsed as Record<string, unknown>;
  return method === undefined && id !== undefined && ('result' in parsed || 'error' in parsed);
}
