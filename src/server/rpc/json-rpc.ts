// JSON-RPC 2.0, the envelope: text in, text out. Single calls, batches, notifications; params by name only. Source:
// the JSON-RPC 2.0 specification, sections 4 to 6.
import { isUtf8 } from 'node:buffer';
import { systemClock } from '../../base/clock.ts';
import { ServiceError } from '../../contract/errors.ts';
import { methodTable } from '../../contract/generated/method-table.ts';
import { itemsOf, membersOf, uniqueMembersOf } from '../../contract/json-text.ts';
import { RPC_BATCH_MAX } from '../../contract/limits.ts';
import { validate } from '../../contract/validate.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type Principal, requireRight } from '../auth/principal.ts';
import { draftsOf, type ParamsText } from './drafts.ts';
import { isOurs, toServiceError, toWireError } from './errors.ts';
import {
  type Call,
  type MethodName,
  type MethodServices,
  methods,
  type OpenChannel,
} from './methods.ts';

export type ServiceName = 'generator' | 'poll' | 'push';

export interface JsonRpcOptions {
  readonly services: MethodServices;
  /** What this node offers; methods of other services do not exist here. */
  readonly offered: readonly ServiceName[];
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Who sent a message, and how it may be answered. */
export interface Caller {
  readonly principal: Principal;
  readonly signal: AbortSignal;
  readonly openChannel: OpenChannel;
}

/** A message from the network, parsed once. */
export interface Message {
  readonly text: string;
  readonly parsed: unknown;
}

/** Throws `ParseError` for what is not UTF-8 or not JSON. */
export function readMessage(data: Buffer): Message {
  if (!isUtf8(data)) throw new ServiceError('ParseError');
  const text = data.toString('utf8');
  try {
    return { text, parsed: JSON.parse(text) };
  } catch (cause) {
    throw new ServiceError('ParseError', { cause });
  }
}

/** An answer that belongs to no call that could be understood. */
export function refusalText(error: ServiceError): string {
  return errorText(null, error);
}

type CallId = string | number | null;

export class JsonRpc {
  readonly #options: JsonRpcOptions;

  constructor(options: JsonRpcOptions) {
    this.#options = options;
  }

  /** The answer's text; null when there is nothing to answer (notifications only). Never rejects. */
  async answer({ text, parsed }: Message, caller: Caller): Promise<string | null> {
    if (!Array.isArray(parsed)) return this.#answerOne(text, 0, parsed, caller);
    if (parsed.length === 0) {
      return errorText(
        null,
        new ServiceError('InvalidRequest', { message: 'The batch is empty.' }),
      );
    }
    if (parsed.length > RPC_BATCH_MAX) {
      return refusalText(
        new ServiceError('InvalidRequest', {
          message: `A batch holds at most ${RPC_BATCH_MAX} calls, got ${parsed.length}.`,
        }),
      );
    }
    // All are begun in their order, and run side by side.
    const spans = itemsOf(text, 0);
    const answers = await Promise.all(
      parsed.map((call, place) => this.#answerOne(text, spans[place]?.start ?? 0, call, caller)),
    );
    const told = answers.filter((answer) => answer !== null);
    return told.length === 0 ? null : `[${told.join(',')}]`;
  }

  async #answerOne(
    text: string,
    start: number,
    parsed: unknown,
    caller: Caller,
  ): Promise<string | null> {
    const envelope = readEnvelope(parsed);
    if (envelope === null) {
      return errorText(
        idOf(parsed),
        new ServiceError('InvalidRequest', { message: 'This is not a JSON-RPC 2.0 call.' }),
      );
    }
    const { id, method, isNotification } = envelope;
    const startedMs = systemClock.monotonicMs();
    const label = method in methods ? method : 'unknown';
    try {
      const result = await this.#call(method, text, start, parsed as object, caller);
      this.#observe(label, 'ok', startedMs);
      return isNotification
        ? null
        : `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
    } catch (thrown) {
      const error = toServiceError(thrown);
      this.#observe(label, error.code, startedMs);
      if (isOurs(error)) this.#options.logger.error({ error, method }, 'A call failed.');
      return isNotification ? null : errorText(id, error);
    }
  }

  // Not async up to the method: calls enter the generator in the order in which they came.
  #call(
    method: string,
    text: string,
    start: number,
    parsed: object,
    caller: Caller,
  ): Promise<string> | string {
    if (!this.#isOffered(method)) throw new ServiceError('UnknownMethod');
    const { scope } = methodTable[method];
    if (scope !== 'any') requireRight(caller.principal, scope);
    const params = (parsed as { params?: unknown }).params ?? {};
    if (Array.isArray(params)) {
      throw new ServiceError('InvalidRequest', {
        message: 'params: go by name here',
        details: { in: 'params' },
      });
    }
    const paramsText = paramsTextOf(text, start);
    const call: Call = {
      ...caller,
      params: validate(`methods/${method}.params`, params),
      drafts: draftsOf(method, paramsText),
    };
    return methods[method](this.#options.services, call);
  }

  #isOffered(method: string): method is MethodName {
    if (!Object.hasOwn(methods, method)) return false;
    const { services } = methodTable[method as MethodName] as {
      readonly services?: readonly ServiceName[];
    };
    return services?.some((service) => this.#options.offered.includes(service)) ?? true;
  }

  #observe(method: string, outcome: string, startedMs: number): void {
    const { metrics } = this.#options;
    metrics.calls.inc({ method, outcome });
    metrics.callSeconds.observe({ method }, (systemClock.monotonicMs() - startedMs) / 1000);
  }
}

interface Envelope {
  readonly id: CallId;
  readonly method: string;
  readonly isNotification: boolean;
}

function readEnvelope(parsed: unknown): Envelope | null {
  if (parsed === null || typeof parsed !== 'object') return null;
  const { jsonrpc, method, id, params } = parsed as Record<string, unknown>;
  if (jsonrpc !== '2.0' || typeof method !== 'string') return null;
  if (params !== undefined && (params === null || typeof params !== 'object')) return null;
  if (id !== undefined && !isCallId(id)) return null;
  return { id: id ?? null, method, isNotification: id === undefined };
}

function isCallId(id: unknown): id is CallId {
  return id === null || typeof id === 'string' || typeof id === 'number';
}

function idOf(parsed: unknown): CallId {
  const id = (parsed as { id?: unknown } | null)?.id;
  return isCallId(id) ? id : null;
}

/** Where the params of the call whose text begins at `start` stand; a key given twice in them is refused. */
function paramsTextOf(text: string, start: number): ParamsText {
  const params = membersOf(text, start).findLast((member) => member.key === 'params');
  if (params === undefined) return { text, members: new Map() };
  return { text, members: uniqueMembersOf(text, params.start) };
}

function errorText(id: CallId, error: ServiceError): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: toWireError(error) });
}
