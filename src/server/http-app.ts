// The HTTP side: plain handlers for the hot paths (`/rpc`, `/futoin`, `/streams/`), Express for the rest, which costs 3
// to 6 times a plain handler.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Guard } from './auth/guard.ts';
import type { HttpAnswer, HttpDoor } from './http-door.ts';
import { OpenCalls } from './open-calls.ts';
import { doorAt, pathOf } from './paths.ts';
import { toServiceError } from './rpc/errors.ts';

export interface HttpAppOptions {
  readonly guard: Pick<Guard, 'requireNear'>;
  readonly rpc: HttpDoor;
  readonly futoin: HttpDoor;
  /** null = this node does not offer them. */
  readonly streams: HttpDoor | null;
  readonly state: HttpDoor | null;
  readonly operations: RequestListener;
}

/** How long what is left of a refused request is read and thrown away, so that its sender sees the answer. */
const DISCARD_MS = 2000;

export class HttpApp {
  readonly #options: HttpAppOptions;
  readonly #calls = new OpenCalls();

  constructor(options: HttpAppOptions) {
    this.#options = options;
  }

  readonly listener: RequestListener = (request, response) => {
    const { streams, state } = this.#options;
    const offers = { hasStreams: streams !== null, hasState: state !== null };
    const name = doorAt(pathOf(request), offers);
    const door = name === null ? null : this.#options[name];
    if (door === null) this.#options.operations(request, response);
    else void this.#answer(door, request, response);
  };

  /** Lets calls that only wait for something end with what they have, and connections with them if it is said so. */
  endWaits(options: { readonly endsConnections: boolean }): void {
    this.#calls.endWaits(options);
  }

  /** Resolves as soon as no call is at work. */
  ended(): Promise<void> {
    return this.#calls.ended();
  }

  /** Cuts the connections of the calls that are still at work. */
  cut(): void {
    this.#calls.cut();
  }

  async #answer(door: HttpDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = this.#calls.open(request, response);
    let isEarly = false;
    const answer = await this.#carryOut(door, request, call, response).catch((error) => {
      isEarly = !request.complete;
      return door.refusal(toServiceError(error));
    });
    if (answer === null) return;
    // Nobody is left to read it; a response that was not at the front would keep it all the same.
    if (request.socket.destroyed) return;
    const headers = { ...door.headersFor(request), ...answer.headers };
    if (isEarly) sendEarly(request, response, { ...answer, headers });
    else send(response, { ...answer, headers });
  }

  #carryOut(
    door: HttpDoor,
    request: IncomingMessage,
    call: AbortController,
    response: ServerResponse,
  ): Promise<HttpAnswer | null> {
    try {
      this.#options.guard.requireNear(request.socket);
    } catch (error) {
      return Promise.reject(error);
    }
    return door.answer(request, call, response);
  }
}

function send(response: ServerResponse, answer: HttpAnswer): void {
  writeHead(response, answer);
  response.end(answer.body);
}

/**
 * Answers a request that is still being sent. The connection is closed only when its sender is done: closed before, it
 * would be reset by what is under way, and the reset takes the answer from a sender that has not read it yet.
 */
function sendEarly(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  response.setHeader('connection', 'close');
  writeHead(response, answer);
  response.flushHeaders();
  response.write(answer.body ?? '');
  const close = () => {
    clearTimeout(patience);
    response.end();
  };
  const patience = setTimeout(close, DISCARD_MS).unref();
  request.once('close', close).resume();
}

function writeHead(
  response: ServerResponse,
  { status, contentType, body, headers }: HttpAnswer,
): void {
  if (body === null) response.writeHead(status, headers);
  else {
    response.writeHead(status, {
      ...headers,
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
    });
  }
}
