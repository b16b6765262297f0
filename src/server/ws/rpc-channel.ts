// Calls from the server to one client over its socket: `onEvents`, and the answers that acknowledge it. Each
// subscription of the socket is a channel of its own.
import { Deferred } from '../../base/deferred.ts';
import { eventListText } from '../../contract/event.ts';
import type { Channel, CloseReason, NumberedBatch } from '../../delivery/channel.ts';

/** What the channel needs of a socket. */
export interface Wire {
  send(text: string): void;
  /** Ends the connection for that reason. */
  close(reason: CloseReason): void;
  readonly closed: AbortSignal;
}

/** An answer of the client's, as JSON-RPC has it. */
export interface ClientAnswer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

export class RpcCalls {
  readonly #wire: Wire;
  readonly #waiting = new Map<string, Deferred<boolean>>();
  readonly #channels = new Map<string, AbortController>();
  #calls = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.closed.addEventListener('abort', () => this.#failAll(), { once: true });
  }

  /** A path for the batches of one subscription; it ends the one before it for the same consumer on this socket. */
  openChannel(component: string, stream: string): Channel {
    const head = `"component":"${component}","stream":"${stream}"`;
    const ended = new AbortController();
    this.#channels.get(head)?.abort();
    this.#channels.set(head, ended);
    return {
      send: (batch) => this.#call(head, batch),
      close: (reason) => this.#wire.close(reason),
      closed: ended.signal,
    };
  }

  /** Takes an answer; one that nobody waits for is dropped. */
  take(answer: ClientAnswer): void {
    const waiting = this.#waiting.get(String(answer.id));
    this.#waiting.delete(String(answer.id));
    waiting?.resolve(answer.error === undefined && answer.result === true);
  }

  #call(head: string, batch: NumberedBatch): Promise<boolean> {
    if (this.#wire.closed.aborted) return Promise.reject(goneError());
    this.#calls += 1;
    const id = `S${this.#calls}`;
    const waiting = new Deferred<boolean>();
    this.#waiting.set(id, waiting);
    const { seq, rows, after, upTo, epoch } = batch;
    this.#wire.send(
      `{"jsonrpc":"2.0","id":"${id}","method":"onEvents","params":{${head},"seq":${seq},` +
        `"events":${eventListText(rows)},"after":"${after}","up_to":"${upTo}","epoch":${epoch}}}`,
    );
    return waiting.promise;
  }

  #failAll(): void {
    for (const ended of this.#channels.values()) ended.abort();
    this.#channels.clear();
    for (const waiting of this.#waiting.values()) waiting.reject(goneError());
    this.#waiting.clear();
  }
}

const goneError = () => new Error('The consumer is gone.');
