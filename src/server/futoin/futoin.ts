// The FutoIn envelope (FTN3): `{"f", "p", "rid", "sec"}` in, `{"r"}` or `{"e", "edesc"}` out, with the same `rid`, in
// the same coding, signed if the call was.
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../../contract/errors.ts';
import { membersOf } from '../../contract/json-text.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Guard } from '../auth/guard.ts';
import type { Result } from '../rpc/call.ts';
import type { Caller, Dispatcher, MethodRequest } from '../rpc/dispatcher.ts';
import { paramsTextOf } from '../rpc/drafts.ts';
import type { Message } from '../rpc/message.ts';
import type { WireLimits } from '../rpc/wire-limits.ts';
import type { Coding } from './coding.ts';
import { type Target, targetOf } from './interfaces.ts';
import { Reply } from './reply.ts';
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

const SIGNED_BYTES_MAX = 262_144;

export class Futoin {
  readonly #options: FutoinOptions;

  constructor(options: FutoinOptions) {
    this.#options = options;
  }

  // Not async: while the call waits, nothing here keeps its request in memory.
  answer(call: FutoinCall): Promise<Buffer> {
    const { dispatcher } = this.#options;
    const reply = new Reply(call.coding, call.message);
    const running = dispatcher.carryOut(functionOf(call.message), () =>
      this.#understand(call, reply),
    );
    return running.then(
      (result) => this.#write(reply, result),
      (error) => reply.ofError(error),
    );
  }

  /** What was carried out but cannot be worded is our fault, and is not counted as such anywhere else. */
  #write(reply: Reply, result: Result): Buffer {
    try {
      return reply.ofResult(result);
    } catch (error) {
      this.#options.logger.error({ error }, 'An answer could not be written.');
      return reply.ofError(error);
    }
  }

  #understand(
    { message, coding, headers, callerFor }: FutoinCall,
    reply: Reply,
  ): { request: MethodRequest; caller: Caller } {
    const { dispatcher, guard } = this.#options;
    const envelope = requireEnvelope(message);
    // Who may not come in learns nothing about what there is.
    const sender = senderOf(guard, headers, envelope);
    reply.addressTo(sender);
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
