// JSON-RPC over HTTP: `POST /rpc`, known by its headers.
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../../contract/errors.ts';
import type { Guard } from '../auth/guard.ts';
import { readBody } from '../body.ts';
import { corsHeaders, preflightHeaders, type Sendable } from '../cors.ts';
import type { HttpAnswer, HttpDoor } from '../http-door.ts';
import { type JsonRpc, refusalText } from './json-rpc.ts';
import { readMessage } from './message.ts';

export interface RpcDoorOptions {
  readonly jsonRpc: JsonRpc;
  readonly guard: Guard;
  readonly requestBytesMax: number;
}

const CONTENT_TYPE = 'application/json';
const SENDABLE: Sendable = { methods: ['POST'], headers: ['authorization', 'content-type'] };

export class RpcDoor implements HttpDoor {
  readonly #options: RpcDoorOptions;

  constructor(options: RpcDoorOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage, call: AbortController): Promise<HttpAnswer> {
    const { jsonRpc, guard, requestBytesMax } = this.#options;
    const { method, headers } = request;
    if (method === 'OPTIONS' && headers.origin !== undefined && !guard.isOpen) {
      const allowed = preflightHeaders(guard, headers.origin, SENDABLE);
      return { status: 204, contentType: CONTENT_TYPE, body: null, headers: allowed };
    }
    if (method !== 'POST') return refusedMethod();
    const { principal } = guard.identify(headers);
    const caller = { principal, signal: call.signal, peer: call, openChannel: null };
    // A chain and not a variable: while the call waits, nothing here keeps its request in memory.
    const body = await readBody(request, requestBytesMax).then((data) =>
      jsonRpc.answer(readMessage(data), caller),
    );
    return { status: body === null ? 204 : 200, contentType: CONTENT_TYPE, body };
  }

  refusal(error: ServiceError): HttpAnswer {
    const isUnknown = error.code === 'SecurityError' || error.code === 'PleaseReauth';
    return {
      status: isUnknown ? 401 : 200,
      contentType: CONTENT_TYPE,
      body: refusalText(error),
      ...(isUnknown ? { headers: CHALLENGE } : {}),
    };
  }

  headersFor({ headers }: IncomingMessage): Readonly<Record<string, string>> {
    return corsHeaders(this.#options.guard, headers);
  }
}

const CHALLENGE = { 'www-authenticate': 'Bearer, Basic realm="aftercommit"' };

function refusedMethod(): HttpAnswer {
  const error = new ServiceError('InvalidRequest', { message: 'Use POST.' });
  return {
    status: 405,
    contentType: CONTENT_TYPE,
    body: refusalText(error),
    headers: { allow: 'POST' },
  };
}
