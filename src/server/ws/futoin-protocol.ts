// FutoIn over a socket, in both directions. Every message says itself who sends it, so one socket may carry several
// principals; frames are binary whatever they hold, as its clients expect.
import type { IncomingHttpHeaders } from 'node:http';
import { systemClock } from '../../base/clock.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { NumberedBatch } from '../../delivery/channel.ts';
import type { Session } from '../auth/guard.ts';
import { type Coding, codingOf } from '../futoin/coding.ts';
import { type Futoin, functionOf } from '../futoin/futoin.ts';
import type { Target } from '../futoin/interfaces.ts';
import type { Sender } from '../futoin/sender.ts';
import { hasLargeAnswer } from '../rpc/batch-answers.ts';
import type { Message } from '../rpc/message.ts';
import type { Connection, Incoming, Protocol } from './protocol.ts';
import { PushChannel } from './push-channel.ts';

export interface FutoinProtocolOptions {
  readonly futoin: Futoin;
  readonly headers: IncomingHttpHeaders;
  /** Who came with the upgrade; null = each message has to say. */
  readonly session: Session | null;
  readonly connection: Connection;
}

/** How long a peer may stay without saying who it is. */
const UNKNOWN_MS = 15_000;

/** An answer of the client's, as FTN3 has it. */
interface ClientAnswer {
  readonly rid: string;
  readonly r?: unknown;
  readonly e?: unknown;
  readonly edesc?: unknown;
}

export class FutoinProtocol implements Protocol {
  readonly isBinary = true;
  readonly #futoin: Futoin;
  readonly #headers: IncomingHttpHeaders;
  readonly #connection: Connection;
  /** Whoever sent a message last, or came with the upgrade. */
  #sender: Session | null;
  #unknownSinceMs = systemClock.monotonicMs();
  /** The sessions that events are sent for, by consumer: what they may see must stay true. */
  readonly #receivers = new Map<string, Session>();
  /** Stands for each principal as a peer of its own. */
  readonly #peers = new Map<string, object>();

  constructor({ futoin, headers, session, connection }: FutoinProtocolOptions) {
    this.#futoin = futoin;
    this.#headers = headers;
    this.#sender = session;
    this.#connection = connection;
  }

  get isKnown(): boolean {
    return this.#sender !== null;
  }

  get expiresAtMs(): number {
    if (this.#sender === null) return 0;
    const sessions = [this.#sender, ...this.#receivers.values()];
    return Math.min(...sessions.map((session) => session.expiresAtMs));
  }

  renew(): boolean {
    for (const [consumer, session] of this.#receivers) {
      const renewed = session.renewed();
      if (renewed === null) return false;
      this.#receivers.set(consumer, renewed);
    }
    if (this.#sender === null) {
      return systemClock.monotonicMs() - this.#unknownSinceMs < UNKNOWN_MS;
    }
    this.#sender = this.#sender.renewed();
    // It may come back with another credential.
    if (this.#sender === null) this.#unknownSinceMs = systemClock.monotonicMs();
    return true;
  }

  read(data: Buffer): Incoming | null {
    const coding = codingOf(data);
    let message: Message;
    try {
      message = coding.decode(data);
    } catch {
      // FTN3: there is no rid to answer to.
      return null;
    }
    const { parsed } = message;
    if (!isAnswer(parsed)) {
      const isLarge = hasLargeAnswer(functionOf(message));
      return { calls: 1, isLarge, begin: () => this.#answer(message, coding) };
    }
    // The stock LiveReceiver answers with an empty object instead of true.
    const isAccepted = (parsed.e ?? null) === null && parsed.r !== false;
    this.#connection.calls.take(parsed.rid, isAccepted || { error: errorIn(parsed) });
    return null;
  }

  #answer(message: Message, coding: Coding): Promise<Buffer> {
    return this.#futoin.answer({
      message,
      coding,
      headers: this.#headers,
      callerFor: (sender, target) => this.#callerFor(sender, target, coding),
    });
  }

  #callerFor({ session }: Sender, target: Target, coding: Coding) {
    const { name } = session.principal;
    this.#sender = session;
    const peer = this.#peers.get(name) ?? {};
    this.#peers.set(name, peer);
    return {
      signal: this.#connection.closed,
      peer,
      openChannel: (component: string, stream: string) => {
        // The credentials may have changed since the call came.
        const current = session.renewed();
        if (current === null) throw new ServiceError('SecurityError');
        this.#receivers.set(`${name} ${component} ${stream}`, current);
        return this.#channel(target.receiverVersion, coding);
      },
    };
  }

  #channel(version: string, coding: Coding): PushChannel {
    return new PushChannel({
      connection: this.#connection,
      sendsCheckpoints: false,
      wordsOf: (events) => events.as(coding.events),
      frameOf: (id, batch) => onEventsFrame(coding, id, version, batch),
    });
  }
}

function onEventsFrame(
  coding: Coding,
  rid: string,
  version: string,
  { seq, events }: NumberedBatch,
): Buffer {
  const params = { seq: coding.value(String(seq)), events: events.as(coding.events) };
  return coding.message({
    f: coding.value(`"futoin.evt.receiver:${version}:onEvents"`),
    p: coding.object(params),
    rid: coding.value(`"${rid}"`),
  });
}

/** The code of FTN3 and what it says more; null when neither is text. */
function errorIn({ e, edesc }: ClientAnswer): string | null {
  const words = [e, edesc].filter((word) => typeof word === 'string');
  return words.length === 0 ? null : words.join(': ');
}

/** An answer of the client's to one of our calls has a rid and no function. */
function isAnswer(parsed: unknown): parsed is ClientAnswer {
  if (parsed === null || typeof parsed !== 'object') return false;
  const { f, rid } = parsed as Record<string, unknown>;
  return f === undefined && typeof rid === 'string' && ('r' in parsed || 'e' in parsed);
}
