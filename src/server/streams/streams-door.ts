// `/streams/KIND`: lets a client in, by its key, to the kind of stream that its address names.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorFacts, ServiceError } from '../../contract/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Guard, Session } from '../auth/guard.ts';
import { requireRight } from '../auth/principal.ts';
import { corsHeaders, preflightHeaders, type Sendable } from '../cors.ts';
import type { HttpAnswer, HttpDoor } from '../http-door.ts';
import { pathOf, STREAMS_PATH } from '../paths.ts';
import { toWireError } from '../rpc/errors.ts';
import { SseConnection } from './connection.ts';
import type { Hub } from './hub.ts';
import type { StreamProvider } from './provider.ts';
import { StreamQuery } from './query.ts';
import { issueTicket } from './tickets.ts';

export interface StreamsDoorOptions {
  readonly guard: Guard;
  readonly hub: Hub;
  readonly providers: readonly StreamProvider[];
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly limits: {
    readonly sseBufferBytes: number;
    readonly sseStallMs: number;
    readonly sseRetryMs: number;
  };
}

const CONTENT_TYPE = 'application/json';
const TICKETS = 'tickets';
const NOT_KEPT = { 'cache-control': 'no-store' };
const SENDABLE: Sendable = {
  methods: ['GET', 'POST'],
  headers: ['authorization', 'cache-control', 'content-type', 'last-event-id'],
};
/** Of what may be over then. */
const RETRY_AFTER = { 'retry-after': '5' };

export class StreamsDoor implements HttpDoor {
  readonly #options: StreamsDoorOptions;
  readonly #providers: ReadonlyMap<string, StreamProvider>;
  /** One for each kind, and not for each client. */
  readonly #countersByKind: ReadonlyMap<string, (bytes: number) => void>;

  constructor(options: StreamsDoorOptions) {
    this.#options = options;
    const { providers, metrics } = options;
    this.#providers = new Map(providers.map((provider) => [provider.kind, provider]));
    this.#countersByKind = new Map(
      providers.map(({ kind }) => [kind, (bytes) => metrics.sseBytes.inc({ kind }, bytes)]),
    );
  }

  async answer(
    request: IncomingMessage,
    call: AbortController,
    response: ServerResponse,
  ): Promise<HttpAnswer | null> {
    const { guard, hub, logger } = this.#options;
    const { method, headers, url = '' } = request;
    if (method === 'OPTIONS' && headers.origin !== undefined && !guard.isOpen) {
      const allowed = preflightHeaders(guard, headers.origin, SENDABLE);
      return answerOf(204, null, allowed);
    }
    const [name = '', ...rest] = pathOf(request).slice(STREAMS_PATH.length).split('/');
    if (name === TICKETS && rest.length === 0) {
      if (method !== 'POST') return refusedMethod('POST');
      const requireKind = (kind: string, session: Session) => this.#requireKind(kind, session);
      const issued = await issueTicket(guard, request, requireKind);
      return answerOf(200, JSON.stringify(issued), NOT_KEPT);
    }
    const provider = this.#providers.get(name);
    const path = rest.length === 0 ? null : nameIn(rest);
    if (provider === undefined || (path !== null && !provider.hasPaths)) throw nothingHere();
    if (method !== 'GET') return refusedMethod('GET');
    const query = new StreamQuery(url);
    const session = this.#identify(request, provider, { path, query });
    hub.requireRoom(session);
    let connection: SseConnection | null = null;
    const accept = () => {
      connection ??= this.#accept(request, call, { response, provider, session });
      return connection;
    };
    const { principal, keyKind } = session;
    const lastEventId = textOf(headers['last-event-id']) || query.text('lastEventId');
    const asked = { principal, keyKind, path, query, lastEventId, peer: call };
    try {
      const opened = await provider.open(asked, accept);
      return opened === 'open' ? null : answerOf(204, null, {});
    } catch (error) {
      const begun = connection as SseConnection | null;
      if (begun === null) throw error;
      logger.warn({ error, kind: provider.kind }, 'A client of /streams/ could not be served.');
      begun.end();
      return null;
    }
  }

  refusal(error: ServiceError): HttpAnswer {
    const { http, retry } = errorFacts(error.code);
    const headers = {
      ...(http === 401 && { 'www-authenticate': 'Bearer, Basic realm="aftercommit"' }),
      ...(http === 503 && retry !== 'no' && RETRY_AFTER),
    };
    return answerOf(http, JSON.stringify({ error: toWireError(error) }), headers);
  }

  headersFor({ headers }: IncomingMessage): Readonly<Record<string, string>> {
    return corsHeaders(this.#options.guard, headers);
  }

  /** A key of the wrong kind is answered as one that nobody has. */
  #identify(
    { headers, url = '' }: IncomingMessage,
    provider: StreamProvider,
    { path, query }: { path: string | null; query: StreamQuery },
  ): Session {
    const { guard } = this.#options;
    if (provider.hasPublicIds && path !== null) return guard.identifyPublic(headers, path);
    const session = guard.identifyAddress(headers, url, query.text('ticket'));
    const { keyKind, principal } = session;
    if (!provider.accepts(keyKind, principal.name)) throw new ServiceError('SecurityError');
    return session;
  }

  /** Throws unless this key may open streams of the kind. */
  #requireKind(kind: string, { principal, keyKind }: Session): void {
    const provider = this.#providers.get(kind);
    if (provider === undefined) {
      const message = `path: there are no streams of the kind ${JSON.stringify(kind.slice(0, 64))}`;
      throw new ServiceError('InvalidRequest', { message, details: { in: 'body' } });
    }
    requireRight(principal, 'consume');
    if (!provider.accepts(keyKind, principal.name)) throw new ServiceError('SecurityError');
  }

  #accept(
    request: IncomingMessage,
    call: AbortController,
    client: { response: ServerResponse; provider: StreamProvider; session: Session },
  ): SseConnection {
    const { hub, limits } = this.#options;
    const { response, provider, session } = client;
    const { kind } = provider;
    // Others may have come in meanwhile.
    hub.requireRoom(session);
    const connection = new SseConnection({
      response,
      call,
      headers: this.headersFor(request),
      bufferBytes: limits.sseBufferBytes,
      stallMs: limits.sseStallMs,
      retryMs: limits.sseRetryMs,
      onWrite: this.#countersByKind.get(kind) as (bytes: number) => void,
    });
    hub.keep(connection, kind, session);
    return connection;
  }
}

/** Browsers send it in UTF-8, and node:http takes each byte for a letter. */
function textOf(header: string | string[] | undefined): string {
  const text = String(header ?? '');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    // From somebody else, who means those letters.
    return text;
  }
}

function nameIn(parts: readonly string[]): string {
  try {
    const [name, ...more] = parts.map(decodeURIComponent);
    if (name && more.length === 0) return name;
  } catch {
    // No text in UTF-8.
  }
  throw nothingHere();
}

function answerOf(
  status: number,
  body: string | null,
  headers: Readonly<Record<string, string>>,
): HttpAnswer {
  return { status, contentType: CONTENT_TYPE, body, headers };
}

function refusedMethod(allow: string): HttpAnswer {
  const error = new ServiceError('InvalidRequest', { message: `Use ${allow}.` });
  return answerOf(405, JSON.stringify({ error: toWireError(error) }), { allow });
}

function nothingHere(): ServiceError {
  return new ServiceError('UnknownMethod', { message: 'There is nothing here.' });
}
