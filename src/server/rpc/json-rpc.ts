// JSON-RPC 2.0, the envelope: text in, text out. Single calls, batches, notifications; params by name only. Source:
// the JSON-RPC 2.0 specification, sections 4 to 6.
import { systemClock } from '../../base/clock.ts';
import { ServiceError } from '../../contract/errors.ts';
import { methodTable } from '../../contract/generated/method-table.ts';
import { itemsOf, type Member, membersOf, uniqueMembersOf } from '../../contract/json-text.ts';
import { RPC_BATCH_MAX } from '../../contract/limits.ts';
import { validate } from '../../contract/validate.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { requireRight } from '../auth/principal.ts';
import { type BatchCall, batchAnswers } from './batch-answers.ts';
import { draftsOf, type ParamsText } from './drafts.ts';
import { isOurs, toServiceError, toWireError } from './errors.ts';
import type { Message } from './message.ts';
import { type Call, type MethodName, type MethodServices, methods } from './methods.ts';
import { ownedSlice } from './owned-text.ts';

export { callsIn, type Message, readMessage } from './message.ts';

export type ServiceName = 'generator' | 'poll' | 'push';

export interface JsonRpcOptions {
  readonly services: MethodServices;
  /** What this node offers; methods of other services do not exist here. */
  readonly offered: readonly ServiceName[];
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Who sent a message, and how it may be answered. */
export type Caller = Pick<Call, 'principal' | 'signal' | 'peer' | 'openChannel'>;

/** An answer that belongs to no call that could be understood. */
export function refusalText(error: ServiceError): string {
  return errorText('null', error);
}

/** More members than an envelope can have are not looked through. */
const ENVELOPE_MEMBERS_MAX = 16;

export class JsonRpc {
  readonly #options: JsonRpcOptions;

  constructor(options: JsonRpcOptions) {
    this.#options = options;
  }

  /** The answer's text; null when there is nothing to answer (notifications only). Rejects only by our own fault. */
  answer({ text, parsed }: Message, caller: Caller): Promise<string | null> {
    if (!Array.isArray(parsed)) return this.#begin(text, 0, parsed, caller);
    if (parsed.length === 0) return refused('The batch is empty.');
    if (parsed.length > RPC_BATCH_MAX) {
      return refused(`A batch holds at most ${RPC_BATCH_MAX} calls, got ${parsed.length}.`);
    }
    const spans = itemsOf(text, 0);
    const calls = parsed.map((call, place): BatchCall => {
      const start = spans[place]?.start ?? 0;
      return {
        method: call?.method,
        begin: () => this.#begin(text, start, call, caller),
        refuse: () => tooMuch(text, start, call),
      };
    });
    return batchAnswers(calls).then((told) => (told.length === 0 ? null : `[${told.join(',')}]`));
  }

  // Not async: while the call waits, nothing here keeps its request in memory.
  #begin(text: string, start: number, parsed: unknown, caller: Caller): Promise<string | null> {
    const envelope = readEnvelope(text, start, parsed);
    if (envelope === null) return refused('This is not a JSON-RPC 2.0 call.', idTextOf(parsed));
    const { method, members, params } = envelope;
    let running: Promise<string>;
    try {
      running = Promise.resolve(this.#call(method, text, members, params, caller));
    } catch (error) {
      running = Promise.reject(error);
    }
    const { idText, isNotification } = envelope;
    return this.#finish({ method, idText, isNotification }, running);
  }

  async #finish(
    { method, idText, isNotification }: Pick<Envelope, 'method' | 'idText' | 'isNotification'>,
    running: Promise<string>,
  ): Promise<string | null> {
    const startedMs = systemClock.monotonicMs();
    const label = Object.hasOwn(methods, method) ? method : 'unknown';
    try {
      const result = await running;
      this.#observe(label, 'ok', startedMs);
      return isNotification ? null : `{"jsonrpc":"2.0","id":${idText},"result":${result}}`;
    } catch (thrown) {
      const error = toServiceError(thrown);
      this.#observe(label, error.code, startedMs);
      if (isOurs(error)) this.#options.logger.error({ error, method: label }, 'A call failed.');
      return isNotification ? null : errorText(idText, error);
    }
  }

  // Not async up to the method: calls enter the generator in the order in which they came.
  #call(
    method: string,
    text: string,
    members: readonly Member[],
    params: unknown,
    caller: Caller,
  ): Promise<string> | string {
    if (!this.#isOffered(method)) throw new ServiceError('UnknownMethod');
    const { scope } = methodTable[method];
    if (scope !== 'any') requireRight(caller.principal, scope);
    if (Array.isArray(params)) {
      throw new ServiceError('InvalidRequest', {
        message: 'params: go by name here',
        details: { in: 'params' },
      });
    }
    const valid = validate(`methods/${method}.params`, params);
    const drafts = draftsOf(method, paramsTextOf(text, members));
    return methods[method](this.#options.services, { ...caller, params: valid, drafts });
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
  readonly idText: string;
  readonly method: string;
  readonly params: unknown;
  readonly isNotification: boolean;
  readonly members: readonly Member[];
}

function readEnvelope(text: string, start: number, parsed: unknown): Envelope | null {
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return null;
  const { jsonrpc, method, id, params = {} } = parsed as Record<string, unknown>;
  if (jsonrpc !== '2.0' || typeof method !== 'string') return null;
  if (params === null || typeof params !== 'object') return null;
  if (id !== undefined && !isCallId(id)) return null;
  if (Object.keys(parsed).length > ENVELOPE_MEMBERS_MAX) return null;
  const members = membersOf(text, start);
  const isNotification = id === undefined;
  return { idText: idText(text, members, id), method, params, isNotification, members };
}

function isCallId(id: unknown): boolean {
  return id === null || typeof id === 'string' || typeof id === 'number';
}

/** As it was written: a number may be larger than ours can be. */
function idText(text: string, members: readonly Member[], id: unknown): string {
  if (typeof id !== 'number') return JSON.stringify(id ?? null);
  const { start, end } = members.findLast((member) => member.key === 'id') as Member;
  return ownedSlice(text, start, end);
}

/** Of what could not be understood as a call. */
function idTextOf(parsed: unknown): string {
  const id = (parsed as { id?: unknown } | null)?.id;
  return JSON.stringify(isCallId(id) ? (id ?? null) : null);
}

/** Where the params stand; a key that is given twice in them is refused. */
function paramsTextOf(text: string, members: readonly Member[]): ParamsText {
  const params = members.findLast((member) => member.key === 'params');
  if (params === undefined) return { text, members: new Map() };
  return { text, members: uniqueMembersOf(text, params.start) };
}

function tooMuch(text: string, start: number, parsed: unknown): string | null {
  const envelope = readEnvelope(text, start, parsed);
  if (envelope?.isNotification) return null;
  const error = new ServiceError('DefenseRejected', {
    message: 'The batch asks for too much at once.',
  });
  return errorText(envelope?.idText ?? idTextOf(parsed), error);
}

async function refused(message: string, id = 'null'): Promise<string> {
  return errorText(id, new ServiceError('InvalidRequest', { message }));
}

function errorText(id: string, error: ServiceError): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(toWireError(error))}}`;
}
