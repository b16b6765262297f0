// The HTTP side: a plain handler for the hot path (`POST /rpc`), Express for the rest, which costs 3 to 6 times a
// plain handler.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { ServiceError } from '../contract/errors.ts';
import type { Guard } from './auth/guard.ts';
import { readBody } from './body.ts';
import { toServiceError } from './rpc/errors.ts';
import { type JsonRpc, readMessage, refusalText } from './rpc/json-rpc.ts';

export interface HttpAppOptions {
  readonly jsonRpc: JsonRpc;
  readonly guard: Guard;
  readonly requestBytesMax: number;
  readonly operations: RequestListener;
}

/** How long what is left of a refused request is read and thrown away, so that its sender sees the answer. */
const DISCARD_MS = 2000;

export class HttpApp {
  readonly #options: HttpAppOptions;
  readonly #atWork = new Map<AbortController, ServerResponse>();

  constructor(options: HttpAppOptions) {
    this.#options = options;
  }

  readonly listener: RequestListener = (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path !== '/rpc') this.#options.operations(request, response);
    else if (request.method === 'POST') void this.#answerRpc(request, response);
    else refuseMethod(response);
  };

  /** Lets calls that only wait for something end with what they have. */
  endWaits(): void {
    for (const [call, response] of this.#atWork) {
      response.shouldKeepAlive = false;
      call.abort();
    }
  }

  async #answerRpc(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { jsonRpc, guard, requestBytesMax } = this.#options;
    const call = new AbortController();
    this.#atWork.set(call, response);
    response.on('close', () => {
      this.#atWork.delete(call);
      call.abort();
    });
    try {
      const { principal } = guard.identify(request.headers);
      const caller = { principal, signal: call.signal, peer: call, openChannel: null };
      // A chain and not a variable: while the call waits, nothing here keeps its request in memory.
      const answering = readBody(request, requestBytesMax).then((body) =>
        jsonRpc.answer(readMessage(body), caller),
      );
      send(response, 200, await answering);
    } catch (error) {
      if (!response.destroyed) sendRefusal(request, response, toServiceError(error));
    }
  }
}

function send(response: ServerResponse, status: number, text: string | null): void {
  if (text === null) {
    response.writeHead(204).end();
    return;
  }
  const body = Buffer.from(text);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': body.length })
    .end(body);
}

/** A request that was not let in, or not to its end. */
function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  error: ServiceError,
): void {
  const isUnknown = error.code === 'SecurityError' || error.code === 'PleaseReauth';
  if (isUnknown) response.setHeader('www-authenticate', 'Bearer, Basic realm="aftercommit"');
  if (!request.complete) {
    response.setHeader('connection', 'close');
    request.resume();
    setTimeout(() => request.destroy(), DISCARD_MS).unref();
  }
  send(response, isUnknown ? 401 : 200, refusalText(error));
}

function refuseMethod(response: ServerResponse): void {
  const error = new ServiceError('InvalidRequest', { message: 'Use POST.' });
  response
    .writeHead(405, { allow: 'POST', 'content-type': 'application/json' })
    .end(refusalText(error));
}
