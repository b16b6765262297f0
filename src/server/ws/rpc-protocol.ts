// JSON-RPC over a socket, in both directions: the upgrade's headers say who is there, calls of the client are begun
// in their order, and answers of the client belong to our own calls.
import type { ServiceError } from '../../contract/errors.ts';
import { type EventRow, eventListText } from '../../contract/event.ts';
import type { EventList } from '../../contract/event-list.ts';
import type { NumberedBatch } from '../../delivery/channel.ts';
import type { Session } from '../auth/guard.ts';
import { hasLargeAnswer } from '../rpc/batch-answers.ts';
import { type JsonRpc, refusalText } from '../rpc/json-rpc.ts';
import { callsIn, type Message, readMessage } from '../rpc/message.ts';
import type { Connection, Incoming, Protocol } from './protocol.ts';
import { PushChannel } from './push-channel.ts';

export interface RpcProtocolOptions {
  readonly jsonRpc: JsonRpc;
  readonly session: Session;
  readonly connection: Connection;
}

/** An answer of the client's, as JSON-RPC has it. */
interface ClientAnswer {
  readonly id: string;
  readonly result?: unknown;
  readonly error?: unknown;
}

export class RpcProtocol implements Protocol {
  readonly isBinary = false;
  readonly #jsonRpc: JsonRpc;
  readonly #connection: Connection;
  #session: Session;

  constructor({ jsonRpc, session, connection }: RpcProtocolOptions) {
    this.#jsonRpc = jsonRpc;
    this.#session = session;
    this.#connection = connection;
  }

  /** Nobody unknown gets past the upgrade. */
  get isKnown(): boolean {
    return true;
  }

  get expiresAtMs(): number {
    return this.#session.expiresAtMs;
  }

  renew(): boolean {
    const renewed = this.#session.renewed();
    if (renewed === null) return false;
    this.#session = renewed;
    return true;
  }

  read(data: Buffer): Incoming | null {
    let message: Message;
    try {
      message = readMessage(data);
    } catch (error) {
      this.#connection.send(refusalText(error as ServiceError));
      return null;
    }
    const { parsed } = message;
    if (!isAnswer(parsed) && !isListOfAnswers(parsed)) {
      return {
        calls: callsIn(message),
        isLarge: isLarge(parsed),
        begin: () => this.#answer(message),
      };
    }
    for (const answer of Array.isArray(parsed) ? parsed : [parsed]) this.#take(answer);
    return null;
  }

  #take({ id, result, error }: ClientAnswer): void {
    const isAccepted = error === undefined && result === true;
    this.#connection.calls.take(id, isAccepted || { error: messageIn(error) });
  }

  #answer(message: Message): Promise<string | null> {
    return this.#jsonRpc.answer(message, {
      principal: this.#session.principal,
      signal: this.#connection.closed,
      peer: this.#connection,
      openChannel: (component, stream) =>
        new PushChannel({
          connection: this.#connection,
          sendsCheckpoints: true,
          wordsOf,
          frameOf: (id, batch) => onEventsFrame(id, component, stream, batch),
        }),
    });
  }
}

function isLarge(parsed: unknown): boolean {
  const calls = Array.isArray(parsed) ? parsed : [parsed];
  return calls.some((call) => hasLargeAnswer((call as { method?: unknown } | null)?.method));
}

function onEventsFrame(
  id: string,
  component: string,
  stream: string,
  { seq, events, after, upTo, epoch, isEnd, isParked }: NumberedBatch,
): Buffer {
  const head =
    `{"jsonrpc":"2.0","id":"${id}","method":"onEvents","params":{"component":"${component}",` +
    `"stream":"${stream}","seq":${seq},"events":`;
  const marks = `${isEnd ? ',"sealed":true' : ''}${isParked ? ',"parked":true' : ''}`;
  const tail = `,"after":"${after}","up_to":"${upTo}","epoch":${epoch}${marks}}}`;
  return Buffer.concat([Buffer.from(head), wordsOf(events), Buffer.from(tail)]);
}

function wordsOf(events: EventList): Buffer {
  return events.as(eventListBytes);
}

function eventListBytes(rows: readonly EventRow[]): Buffer {
  return Buffer.from(eventListText(rows));
}

/** What the client says of its own failure, as JSON-RPC has it; null when it says nothing that can be read. */
function messageIn(error: unknown): string | null {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : null;
}

/** An answer of the client's to one of our calls has an id, which is text, and no method. */
function isAnswer(parsed: unknown): parsed is ClientAnswer {
  if (parsed === null || typeof parsed !== 'object') return false;
  const { method, id } = parsed as Record<string, unknown>;
  return (
    method === undefined && typeof id === 'string' && ('result' in parsed || 'error' in parsed)
  );
}

function isListOfAnswers(parsed: unknown): parsed is ClientAnswer[] {
  return Array.isArray(parsed) && parsed.length > 0 && parsed.every(isAnswer);
}
