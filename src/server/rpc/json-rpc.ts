// JSON-RPC 2.0, the envelope: text in, text out. Single calls, batches, notifications; params by name only. Source:
// the JSON-RPC 2.0 specification, sections 4 to 6.
import { ServiceError } from '../../contract/errors.ts';
import { eventListText } from '../../contract/event.ts';
import { itemsOf, type Member, membersOf } from '../../contract/json-text.ts';
import { BATCH_BYTES_MAX, RPC_BATCH_MAX } from '../../contract/limits.ts';
import { type BatchCall, batchAnswers } from './batch-answers.ts';
import type { Result } from './call.ts';
import type { Caller, Dispatcher, MethodRequest } from './dispatcher.ts';
import { paramsTextOf } from './drafts.ts';
import { toServiceError, toWireError } from './errors.ts';
import type { Message } from './message.ts';
import { ownedSlice } from './owned-text.ts';
import type { WireLimits } from './wire-limits.ts';

/** Carries every type and answers of any size; a cursor moves only by what the consumer has acknowledged. */
const JSON_RPC_WIRE: WireLimits = {
  canCarry: null,
  answerBytesMax: BATCH_BYTES_MAX,
  tellsRange: true,
};

export type RpcCaller = Omit<Caller, 'wire'>;

/** An answer that belongs to no call that could be understood. */
export function refusalText(error: ServiceError): string {
  return errorText('null', error);
}

/** More members than an envelope can have are not looked through. */
const ENVELOPE_MEMBERS_MAX = 16;

export class JsonRpc {
  readonly #dispatcher: Dispatcher;

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** The answer's text; null when there is nothing to answer (notifications only). Rejects only by our own fault. */
  answer({ text, parsed }: Message, caller: RpcCaller): Promise<string | null> {
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
  #begin(text: string, start: number, parsed: unknown, caller: RpcCaller): Promise<string | null> {
    const envelope = readEnvelope(text, start, parsed);
    if (envelope === null) return refused('This is not a JSON-RPC 2.0 call.', idTextOf(parsed));
    const { method, idText, isNotification } = envelope;
    const running = this.#dispatcher.carryOut(method, () => ({
      request: requestOf(envelope, text),
      caller: { ...caller, wire: JSON_RPC_WIRE },
    }));
    return finish({ idText, isNotification }, running);
  }
}

async function finish(
  { idText, isNotification }: Pick<Envelope, 'idText' | 'isNotification'>,
  running: Promise<Result>,
): Promise<string | null> {
  try {
    const result = await running;
    if (isNotification) return null;
    return `{"jsonrpc":"2.0","id":${idText},"result":${resultText(result)}}`;
  } catch (error) {
    return isNotification ? null : errorText(idText, toServiceError(error));
  }
}

function resultText(result: Result): string {
  if (typeof result === 'string') return result;
  const { events, after, upTo, epoch, isEnd } = result;
  const end = isEnd ? ',"sealed":true' : '';
  return `{"events":${events.as(eventListText)},"after":"${after}","up_to":"${upTo}","epoch":${epoch}${end}}`;
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

function requestOf({ method, params, members }: Envelope, text: string): MethodRequest {
  const schema = `methods/${method}.params` as MethodRequest['schema'];
  return { method, schema, params, paramsText: () => paramsTextOf(text, members, 'params') };
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
