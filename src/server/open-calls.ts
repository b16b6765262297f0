// The HTTP calls that are at work. A call ends with its answer or with its connection: of requests that were sent
// behind each other without waiting only the front one's response hears that the connection is gone, so the connection
// itself is listened to, once.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Deferred } from '../base/deferred.ts';

export class OpenCalls {
  readonly #calls = new Map<AbortController, ServerResponse>();
  readonly #bySocket = new WeakMap<Socket, AbortController[]>();
  /** Settled and gone with the last call, if anybody waits for that. */
  #ended: Deferred<void> | null = null;

  /** What is aborted when the call's connection is gone before its answer. */
  open({ socket }: IncomingMessage, response: ServerResponse): AbortController {
    const call = new AbortController();
    const own = this.#of(socket);
    own.push(call);
    this.#calls.set(call, response);
    response.once('close', () => {
      own.splice(own.indexOf(call), 1);
      // Nothing waits any more for a call that is answered.
      if (response.writableFinished) this.#forget(call);
      else this.#end(call);
    });
    if (socket.destroyed) this.#end(call);
    return call;
  }

  /** Lets calls that only wait for something end with what they have, and connections with them if it is said so. */
  endWaits({ endsConnections }: { readonly endsConnections: boolean }): void {
    for (const [call, response] of this.#calls) {
      if (endsConnections) response.shouldKeepAlive = false;
      call.abort();
    }
  }

  /** Resolves as soon as none is at work. */
  async ended(): Promise<void> {
    if (this.#calls.size === 0) return;
    this.#ended ??= new Deferred();
    await this.#ended.promise;
  }

  /** Cuts the connections of those that are still at work. */
  cut(): void {
    for (const { req } of this.#calls.values()) req.socket.destroy();
  }

  #of(socket: Socket): AbortController[] {
    let calls = this.#bySocket.get(socket);
    if (calls === undefined) {
      const own: AbortController[] = [];
      socket.once('close', () => {
        for (const call of [...own]) this.#end(call);
      });
      this.#bySocket.set(socket, own);
      calls = own;
    }
    return calls;
  }

  #end(call: AbortController): void {
    this.#forget(call);
    call.abort();
  }

  #forget(call: AbortController): void {
    this.#calls.delete(call);
    if (this.#calls.size > 0) return;
    this.#ended?.resolve();
    this.#ended = null;
  }
}
