// FutoIn over HTTP (FTN5): a message by `POST /futoin`, or a call written as an address below it. The answer is
// always 200 and tells what went wrong by itself.
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../../contract/errors.ts';
import { FUTOIN_REQUEST_BYTES_MAX } from '../../contract/limits.ts';
import { type Guard, isForeignSite } from '../auth/guard.ts';
import { readBody } from '../body.ts';
import type { HttpAnswer, HttpDoor } from '../http-door.ts';
import { FUTOIN_PATH } from '../paths.ts';
import type { Message } from '../rpc/message.ts';
import { type Coding, codingOf, JSON_CODING } from './coding.ts';
import type { Futoin } from './futoin.ts';
import { Reply } from './reply.ts';
import { messageOfUrl } from './url-form.ts';

export interface FutoinDoorOptions {
  readonly futoin: Futoin;
  readonly guard: Guard;
}

export class FutoinDoor implements HttpDoor {
  readonly #options: FutoinDoorOptions;

  constructor(options: FutoinDoorOptions) {
    this.#options = options;
  }

  answer(request: IncomingMessage, call: AbortController): Promise<HttpAnswer> {
    const rest = (request.url ?? '').slice(FUTOIN_PATH.length).replace(/^\//, '');
    if (rest !== '' && !rest.startsWith('?')) return this.#answerUrl(request, rest, call);
    if (request.method !== 'POST') return Promise.resolve(badRequest());
    return this.#answerMessage(request, call);
  }

  refusal(error: ServiceError): HttpAnswer {
    return answerOf(JSON_CODING, new Reply(JSON_CODING).ofError(error));
  }

  headersFor(): Readonly<Record<string, string>> {
    return {};
  }

  async #answerMessage(request: IncomingMessage, call: AbortController): Promise<HttpAnswer> {
    const data = await readBody(request, FUTOIN_REQUEST_BYTES_MAX);
    const coding = codingOf(data);
    let message: Message;
    try {
      message = coding.decode(data);
    } catch (error) {
      return answerOf(coding, new Reply(coding).ofError(error));
    }
    return answerOf(coding, await this.#carryOut(request, message, coding, call));
  }

  /** A body is not looked at: none of the functions takes an upload. */
  async #answerUrl(
    request: IncomingMessage,
    rest: string,
    call: AbortController,
  ): Promise<HttpAnswer> {
    if (request.method !== 'GET' && request.method !== 'POST') return badRequest();
    if (request.method === 'GET') this.#requireOwnGet(request, rest);
    await readBody(request, FUTOIN_REQUEST_BYTES_MAX);
    const body = await this.#carryOut(request, messageOfUrl(rest), JSON_CODING, call);
    return answerOf(JSON_CODING, body);
  }

  /** A web page can make a browser send a GET, with the name and key that the browser remembers. */
  #requireOwnGet({ headers }: IncomingMessage, rest: string): void {
    const isPing = /^[^/]*\/[^/]*\/ping(?:[/?]|$)/.test(rest);
    if (this.#options.guard.admit(headers) !== null && !isPing) {
      throw new ServiceError('SecurityError', { message: 'Open mode takes calls by POST only.' });
    }
    const isRemembered = headers.authorization !== undefined && isBrowser(headers);
    if (isForeignSite(headers) || (isRemembered && !isPing)) {
      throw new ServiceError('SecurityError', { message: 'A page may have sent this. Use POST.' });
    }
  }

  #carryOut(
    { headers }: IncomingMessage,
    message: Message,
    coding: Coding,
    call: AbortController,
  ): Promise<Buffer> {
    const { futoin } = this.#options;
    const caller = { signal: call.signal, peer: call, openChannel: null };
    return futoin.answer({ message, coding, headers, callerFor: () => caller });
  }
}

/** Every browser calls itself Mozilla; Sec-Fetch-Site is not sent to plain HTTP. */
function isBrowser(headers: IncomingMessage['headers']): boolean {
  return /^mozilla\//i.test(headers['user-agent'] ?? '');
}

function answerOf({ contentType }: Coding, body: Buffer): HttpAnswer {
  return { status: 200, contentType, body };
}

/** FTN5 asks for a message at the endpoint itself. */
function badRequest(): HttpAnswer {
  return { status: 400, contentType: 'text/plain', body: 'A FutoIn message goes here by POST.\n' };
}
