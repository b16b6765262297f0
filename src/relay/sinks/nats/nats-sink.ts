// Events as messages of a JetStream stream, each exactly once: the last message says up to where they are there
// (held.ts), and none is stored but behind the one that it has to follow (publisher.ts).
//
// A sink that does not want all types notes by a message of its own how far it has looked behind its last event, since
// what stands between may be discarded. The note takes the place of the one before it.
import { onAbort } from '../../../base/on-abort.ts';
import { type EventRow, eventText } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { Batch } from '../../../contract/event-list.ts';
import type { SinkPosition } from '../../sink.ts';
import type { StandingSink } from '../../standing-sink.ts';
import { reasonOf, sinkUnavailable } from '../refusals.ts';
import { createStream, type Held, type Owner, readHeld, say } from './held.ts';
import { type NatsLink, openLink } from './link.ts';
import { type Message, Publisher } from './publisher.ts';
import { eventSubject, noteSubject } from './subjects.ts';

/** From the opening to the closing. */
interface Turn {
  readonly link: NatsLink;
  readonly publisher: Publisher;
  readonly hasRollup: boolean;
}

const EMPTY = Buffer.alloc(0);

export class NatsSink implements StandingSink {
  readonly title: string;
  readonly #owner: Owner;
  #turn: Turn | null = null;

  constructor(owner: Owner) {
    this.title = owner.title;
    this.#owner = owner;
  }

  async stand(): Promise<SinkPosition | null> {
    const link = await openLink(this.title, this.#owner.place);
    try {
      return (await this.#look(link))?.position ?? null;
    } finally {
      await link.close();
    }
  }

  async open(_cursor: SinkPosition, signal: AbortSignal): Promise<SinkPosition | null> {
    const link = await openLink(this.title, this.#owner.place);
    const forget = onAbort(signal, () => void link.close());
    try {
      const { lastSeq, position, hasRollup } = await this.#hold(link);
      const { title, place } = this.#owner;
      const publisher = new Publisher({ title, link, jetStream: place.jetStream, lastSeq });
      this.#turn = { link, publisher, hasRollup };
      return position;
    } catch (error) {
      await link.close();
      throw error;
    } finally {
      forget();
    }
  }

  async write({ events, upTo, epoch }: Batch, signal: AbortSignal): Promise<void> {
    const turn = this.#turn as Turn;
    const messages = events.rows.map((row) => this.#messageOf(row, epoch, turn));
    if (upTo !== events.rows.at(-1)?.[0]) messages.push(this.#note({ id: upTo, epoch }, turn));
    signal.throwIfAborted();
    const forget = onAbort(signal, () => void turn.link.close());
    try {
      await turn.publisher.publish(messages);
    } finally {
      forget();
    }
  }

  async close(): Promise<void> {
    const turn = this.#turn;
    this.#turn = null;
    await turn?.link.close();
  }

  async #hold(link: NatsLink): Promise<Held> {
    const held = await this.#look(link);
    if (held !== null) return held;
    await createStream(link.manager, this.#owner).catch((error) => this.#fail('make', error));
    return { lastSeq: 0, position: null, hasRollup: true };
  }

  /** null = it is still to be made. */
  async #look({ manager }: NatsLink): Promise<Held | null> {
    const { create, jetStream } = this.#owner.place;
    const held = await readHeld(manager, this.#owner).catch((error) => this.#fail('read', error));
    if (held === null && !create) {
      throw sinkUnavailable(this.title, `finds no JetStream stream ${jetStream}`);
    }
    return held;
  }

  #messageOf(row: EventRow, epoch: number, { link }: Turn): Message {
    const { stream, place } = this.#owner;
    const [id, type] = row;
    return {
      subject: eventSubject(place.prefix, stream, type),
      payload: Buffer.from(eventText(row)),
      headers: say(link.newHeaders(), stream, { id, epoch }),
      id,
      msgId: `${stream}:${epoch}:${id}`,
    };
  }

  #note(position: { id: EventId; epoch: number }, { link, hasRollup }: Turn): Message {
    const { stream, place } = this.#owner;
    const headers = say(link.newHeaders(), stream, position);
    if (hasRollup) headers.set('Nats-Rollup', 'sub');
    const subject = noteSubject(place.prefix, stream);
    return { subject, payload: EMPTY, headers, id: position.id };
  }

  /** Throws it with what it was about; what is said by us says it already. */
  #fail(verb: string, error: Error): never {
    if (error.message.startsWith(this.title)) throw error;
    const what = `cannot ${verb} the JetStream stream ${this.#owner.place.jetStream}`;
    throw sinkUnavailable(this.title, `${what}: ${reasonOf(error)}`, error);
  }
}
