// The FutoIn envelope (FTN3): `{"f", "p", "rid", "sec"}` in, `{"r"}` or `{"e", "edesc"}` out, with the same `rid`, in
// the same coding, signed if the call was.
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../../contract/errors.ts';
import { type EventRow, eventListText } from '../../contract/event.ts';
import { membersOf } from '../../contract/json-text.ts';
import { secondsOf } from '../../contract/time.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Guard } from '../auth/guard.ts';
import type { Caller, Dispatcher, MethodRequest } from '../rpc/dispatcher.ts';
import { paramsTextOf } from '../rpc/drafts.ts';
import { toFutoinError, toServiceError } from '../rpc/errors.ts';
import type { Message } from '../rpc/message.ts';
import type { Result } from '../rpc/methods.ts';
import type { WireLimits } from '../rpc/wire-limits.ts';
import type { Coding } from './coding.ts';
import { type Target, targetOf } from './interfaces.ts';
import { type Sender, senderOf } from './sender.ts';

/** A decoded message and where it came from. */
export interface FutoinCall {
  readonly message: Message;
  readonly coding: Coding;
  readonly headers: IncomingHttpHeaders;
  /** What the rest of the server needs to know, once the sender and the function are known. */
  readonly callerFor: (sender: Sender, target: Target) => Omit<Caller, 'principal' | 'wire'>;
}

export interface FutoinOptions {
  readonly dispatcher: Dispatcher;
  readonly guard: Guard;
  readonly logger: Logger;
}

/** Written as an answer, and signed by who signs. */
interface Reply {
  readonly ridText: string | null;
  readonly coding: Coding;
  sign: Sender['sign'];
}

const SIGNED_BYTES_MAX = 262_144;

export class Futoin {
  readonly #options: FutoinOptions;

  constructor(options: FutoinOptions) {
    this.#options = options;
  }

  // Not async: while the call waits, nothing here keeps its request in memory.
  answer(call: FutoinCall): Promise<Buffer> {
    const { dispatcher } = this.#options;
    const reply: Reply = { ridText: ridTextOf(call.message), coding: call.coding, sign: null };
    const running = dispatcher.carryOut(functionOf(call.message), () =>
      this.#understand(call, (sender) => {
        reply.sign = sender.sign;
      }),
    );
    return this.#finish(reply, running);
  }

  async #finish(reply: Reply, running: Promise<Result>): Promise<Buffer> {
    try {
      const result = await running;
      return await this.#written(reply, [`"r":${resultText(result)}`, ...ridMember(reply)]);
    } catch (thrown) {
      const error = JSON.stringify(toFutoinError(toServiceError(thrown))).slice(1, -1);
      return written(reply, [...ridMember(reply), error]);
    }
  }

  /** What was carried out but cannot be worded is our fault, and is not counted as such anywhere else. */
  async #written(reply: Reply, members: readonly string[]): Promise<Buffer> {
    try {
      return written(reply, members);
    } catch (error) {
      this.#options.logger.error({ error }, 'An answer could not be written.');
      throw error;
    }
  }

  #understand(
    { message, coding, headers, callerFor }: FutoinCall,
    onSender: (sender: Sender) => void,
  ): { request: MethodRequest; caller: Caller } {
    const { dispatcher, guard } = this.#options;
    const envelope = requireEnvelope(message);
    // Who may not come in learns nothing about what there is.
    const sender = senderOf(guard, headers, envelope);
    onSender(sender);
    const target = targetOf(envelope.f, (service) => dispatcher.offers(service));
    const { principal } = sender.session;
    const wire = limitsFor(target, coding, sender);
    const caller = { ...callerFor(sender, target), principal, wire };
    return { request: requestOf(message, envelope, target, sender), caller };
  }
}

/** To sign or to code a large answer in another way than as text takes long in one turn. */
function limitsFor({ wire }: Target, { growth }: Coding, sender: Sender): WireLimits {
  const answerBytesMax = Math.floor(wire.answerBytesMax / growth);
  if (sender.sign === null) return { ...wire, answerBytesMax };
  return { ...wire, answerBytesMax: Math.min(answerBytesMax, SIGNED_BYTES_MAX) };
}

/** The answer to what could not be decoded. */
export function refusalOf(coding: Coding, error: ServiceError): Buffer {
  return coding.encode(JSON.stringify(toFutoinError(error)));
}

function ridMember({ ridText }: Reply): string[] {
  return ridText === null ? [] : [`"rid":${ridText}`];
}

function written({ coding, sign }: Reply, members: readonly string[]): Buffer {
  const text = `{${members.join(',')}}`;
  if (sign === null) return coding.encode(text);
  return coding.encode(`{${members.join(',')},"sec":"${sign(JSON.parse(text))}"}`);
}

function resultText(result: Result): string {
  return typeof result === 'string' ? result : futoinEventsText(result.rows);
}

/** Events with the whole seconds that FTN18 knows. */
export function futoinEventsText(rows: readonly EventRow[]): string {
  return eventListText(rows.map(([id, type, data, ts]) => [id, type, data, secondsOf(ts)]));
}

interface Envelope {
  readonly f?: unknown;
  readonly p?: unknown;
  readonly sec?: unknown;
}

function requireEnvelope({ parsed }: Message): Envelope {
  if (parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)) return parsed;
  throw new ServiceError('InvalidRequest', { message: 'This is not a FutoIn message.' });
}

/** The function that a message seems to call, before anything of it is known to be right. */
export function functionOf({ parsed }: Message): string {
  const { f } = (parsed ?? {}) as Envelope;
  return typeof f === 'string' ? (f.split(':')[2] ?? '') : '';
}

function ridTextOf({ parsed }: Message): string | null {
  const { rid } = (parsed ?? {}) as { rid?: unknown };
  return typeof rid === 'string' ? JSON.stringify(rid) : null;
}

function requestOf(
  { text, parsed }: Message,
  { p = {} }: Envelope,
  { method, schema }: Target,
  sender: Sender,
): MethodRequest {
  // A signature speaks of parsed values: text that means the same to us may mean something else to others.
  const signedText = sender.sign === null ? text : JSON.stringify(parsed);
  return {
    method,
    schema,
    params: p,
    paramsText: () => paramsTextOf(signedText, membersOf(signedText, 0), 'p'),
  };
}
