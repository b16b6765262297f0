// The HTTP calls that are at work. A call ends with its answer or with its connection: of requests that were sent
// behind each other without waiting only the front one's response hears that the connection is gone, so the connection
// itself is listened to, once.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export class OpenCalls {
  readonly #calls = new Map<AbortController, ServerResponse>();
  readonly #bySocket = new WeakMap<Socket, Set<AbortController>>();

  /** What is aborted when the call's connection is gone before its answer. */
  open({ socket }: IncomingMessage, response: ServerResponse): AbortController {
    const call = new AbortController();
    const own = this.#of(socket);
    own.add(call);
    this.#calls.set(call, response);
    response.once('close', () => {
      own.delete(call);
      // Nothing waits any more for a call that is answered.
      if (response.writableFinished) this.#calls.delete(call);
      else this.#end(call);
    });
    if (socket.destroyed) this.#end(call);
    return call;
  }

  /** Lets calls that only wait for something end with what they have; their connections end with them. */
  endWaits(): void {
    for (const [call, response] of this.#calls) {
      response.shouldKeepAlive = false;
      call.abort();
    }
  }

  #of(socket: Socket): Set<AbortController> {
    let calls = this.#bySocket.get(socket);
    if (calls === undefined) {
      const own = new Set<AbortController>();
      socket.once('close', () => {
        for (const call of own) this.#end(call);
      });
      this.#bySocket.set(socket, own);
      calls = own;
    }
    return calls;
  }

  #end(call: AbortController): void {
    this.#calls.delete(call);
    call.abort();
  }
}
