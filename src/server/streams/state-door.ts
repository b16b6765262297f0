// `GET /state`: the state for whoever asks now and then, and is told when nothing has changed.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { errorFacts, ServiceError } from '../../contract/errors.ts';
import type { StatePart, StateVersion, StateView } from '../../state/state-view.ts';
import type { Guard } from '../auth/guard.ts';
import { corsHeaders, preflightHeaders, type Sendable } from '../cors.ts';
import type { HttpAnswer, HttpDoor } from '../http-door.ts';
import { pathOf, STATE_PATH } from '../paths.ts';
import { toWireError } from '../rpc/errors.ts';
import { StreamQuery } from './query.ts';
import { nothing, statePartFor, viewFor } from './state-parts.ts';

export interface StateDoorOptions {
  readonly guard: Guard;
  readonly views: ReadonlyMap<string, StateView>;
}

const CONTENT_TYPE = 'application/json';
const MADE_DIGITS = 8;
const SENDABLE: Sendable = { methods: ['GET'], headers: ['authorization', 'if-none-match'] };

export class StateDoor implements HttpDoor {
  readonly #options: StateDoorOptions;

  constructor(options: StateDoorOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage): Promise<HttpAnswer> {
    const { guard, views } = this.#options;
    const { method, headers, url = '' } = request;
    if (method === 'OPTIONS' && headers.origin !== undefined && !guard.isOpen) {
      return answerOf(204, null, preflightHeaders(guard, headers.origin, SENDABLE));
    }
    if (method !== 'GET') return refusedMethod();
    const query = new StreamQuery(url);
    const { principal } = guard.identifyAddress(headers, url, query.text('ticket'));
    query.allow(['kinds']);
    const view = viewFor(views, principal, query);
    const [kind = null, key] = namesIn(pathOf(request));
    const part = statePartFor(view, principal, kind, query);
    const version = await view.version(part);
    const tag = tagOf(view, part, version);
    if (isKnown(headers['if-none-match'], tag)) return answerOf(304, null, keptAs(tag));
    if (key !== undefined) return answerOf(200, await itemOf(view, part, key), keptAs(tag));
    const whole = await view.wholeAt(part, version);
    return answerOf(200, textOf(whole.parts), keptAs(tagOf(view, part, whole)));
  }

  refusal(error: ServiceError): HttpAnswer {
    const { http } = errorFacts(error.code);
    return answerOf(http, JSON.stringify({ error: toWireError(error) }), {
      ...(http === 401 && { 'www-authenticate': 'Bearer, Basic realm="aftercommit"' }),
      ...(http === 503 && { 'retry-after': '1' }),
    });
  }

  headersFor({ headers }: IncomingMessage): Readonly<Record<string, string>> {
    return corsHeaders(this.#options.guard, headers);
  }
}

/** The kind and the key of `/state/KIND/KEY`. Throws `UnknownMethod` for what is no such path. */
function namesIn(path: string): string[] {
  if (path === STATE_PATH) return [];
  try {
    const names = path
      .slice(STATE_PATH.length + 1)
      .split('/')
      .map(decodeURIComponent);
    if (names.length <= 2 && names.every((name) => name !== '')) return names;
  } catch {
    // No text in UTF-8.
  }
  throw nothing('There is nothing here.');
}

async function itemOf(view: StateView, part: StatePart, key: string): Promise<string> {
  const value = await view.item(part, key);
  if (value === null) throw nothing('There is no such item.');
  return value;
}

const texts = new WeakMap<readonly Buffer[], Buffer>();

/** One for all who are given the same, however slowly they take it. */
function textOf(parts: readonly Buffer[]): Buffer {
  const text = texts.get(parts) ?? Buffer.concat([...parts]);
  texts.set(parts, text);
  return text;
}

/** The same events come to something else with another configuration, and for who may see other kinds. */
function tagOf(
  { epoch, projection }: StateView,
  { kinds }: StatePart,
  { generation, version }: StateVersion,
): string {
  const of = `${projection.config} ${generation} ${kinds.join(' ')}`;
  const made = createHash('sha256').update(of);
  return `"${epoch}-${version}-${made.digest('hex').slice(0, MADE_DIGITS)}"`;
}

/** It may be kept, and is asked for each time. */
function keptAs(etag: string): Readonly<Record<string, string>> {
  return { etag, 'cache-control': 'no-cache' };
}

/** RFC 9110 section 13.1.2. */
function isKnown(header: string | undefined, tag: string): boolean {
  return header?.split(',').some((each) => [tag, `W/${tag}`, '*'].includes(each.trim())) ?? false;
}

function answerOf(
  status: number,
  body: string | Buffer | null,
  headers: Readonly<Record<string, string>>,
): HttpAnswer {
  return { status, contentType: CONTENT_TYPE, body, headers };
}

function refusedMethod(): HttpAnswer {
  const error = new ServiceError('InvalidRequest', { message: 'Use GET.' });
  return answerOf(405, JSON.stringify({ error: toWireError(error) }), { allow: 'GET' });
}
