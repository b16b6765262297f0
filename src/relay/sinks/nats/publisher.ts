// Publishes in order to a JetStream stream in which nobody else writes: each message says which one it follows, and is
// stored there or nowhere. So many are under way at a time, and one that is not taken takes those behind it along: no
// hole stays. The ids of messages would not do that: all but the one that was refused would be stored.
import type { PubAck } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import type { EventId } from '../../../contract/event-id.ts';
import { reasonOf, sinkRefused, sinkUnavailable } from '../refusals.ts';
import { ANSWER_MS_MAX, type NatsLink } from './link.ts';

export interface Message {
  readonly subject: string;
  readonly payload: Buffer;
  readonly headers: MsgHdrs;
  /** The event that it is of, or that it stands behind. */
  readonly id: EventId;
  /** Known again by subscribers, and for a while by the server; undefined = it is no event. */
  readonly msgId?: string;
}

export interface PublisherOptions {
  /** As sentences begin with it. */
  readonly title: string;
  readonly link: NatsLink;
  readonly jetStream: string;
  readonly lastSeq: number;
}

/** How many are under way: 512 are no faster, one at a time takes five times as long. */
const WINDOW = 64;
const WRONG_LAST_SEQUENCE = 10071;
const TOO_LARGE = 10054;

export class Publisher {
  readonly #options: PublisherOptions;
  #lastSeq: number;
  #window = WINDOW;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#lastSeq = options.lastSeq;
  }

  /** Resolves when all are stored. When it rejects, the first so many of them are, and nothing is under way. */
  async publish(messages: readonly Message[]): Promise<void> {
    let done = 0;
    while (done < messages.length) done += await this.#publishSome(messages.slice(done));
  }

  /** How many; fewer than all when the sequence had to be counted anew. */
  async #publishSome(messages: readonly Message[]): Promise<number> {
    const underWay: Promise<PubAck>[] = [];
    let sent = 0;
    try {
      for (const [nth, message] of messages.entries()) {
        while (sent < messages.length && sent - nth < this.#window) {
          underWay.push(this.#send(messages[sent] as Message, this.#lastSeq + sent - nth));
          sent += 1;
        }
        const ack = await this.#acknowledged(message, underWay.shift() as Promise<PubAck>);
        // It was stored before, and taken away by somebody since: those behind it wait for its number.
        if (ack.duplicate && ack.seq <= this.#lastSeq) {
          this.#window = 1;
          return nth + 1;
        }
        this.#lastSeq += 1;
        this.#window = WINDOW;
      }
      return messages.length;
    } finally {
      await Promise.allSettled(underWay);
    }
  }

  #send({ subject, payload, headers, msgId }: Message, lastSequence: number): Promise<PubAck> {
    const { link, jetStream } = this.#options;
    const acknowledged = link.client.publish(subject, payload, {
      headers,
      timeout: ANSWER_MS_MAX,
      expect: { lastSequence, streamName: jetStream },
      ...(msgId !== undefined && { msgID: msgId }),
    });
    // Whoever waits for it meets the failure.
    acknowledged.catch(() => {});
    return acknowledged;
  }

  async #acknowledged({ id }: Message, ack: Promise<PubAck>): Promise<PubAck> {
    const { title, link, jetStream } = this.#options;
    try {
      return await ack;
    } catch (cause) {
      const { code, name, message } = cause as { code?: unknown; name?: string; message: string };
      if (code === TOO_LARGE) throw sinkRefused(title, id, message, cause);
      if (name === 'InvalidArgumentError') {
        const why = `it is larger than the ${link.bytesMax} bytes that the server takes`;
        throw sinkRefused(title, id, why, cause);
      }
      const what =
        code === WRONG_LAST_SEQUENCE
          ? `finds that somebody else has written to the JetStream stream ${jetStream} before event ${id}`
          : `has not published event ${id}: ${reasonOf(cause)}`;
      throw sinkUnavailable(title, what, cause);
    }
  }
}
