// The port between the HTTP server and an envelope: one request in, one answer out.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceError } from '../contract/errors.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** null = there is nothing to say. */
  readonly body: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpDoor {
  /**
   * The answer to a request; `call` is aborted when the caller is gone or the node stops, and stands for the caller as
   * a peer. Rejects with what `refusal` then words. null: it has begun to answer by itself, and goes on with it.
   */
  answer(
    request: IncomingMessage,
    call: AbortController,
    response: ServerResponse,
  ): Promise<HttpAnswer | null>;
  /** The answer to a request that was not let in, or not to its end. */
  refusal(error: ServiceError): HttpAnswer;
  /** What the answer to a request carries besides, whatever it is. */
  headersFor(request: IncomingMessage): Readonly<Record<string, string>>;
}
