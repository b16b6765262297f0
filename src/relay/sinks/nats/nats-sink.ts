// Events as messages of a JetStream stream, each exactly once: the last message says up to where they are there
// (held.ts), and none is stored but behind the one that it has to follow (publisher.ts).
//
// A sink that does not want all types notes by a message of its own how far it has looked behind its last event, since
// what stands between may be discarded. The note takes the place of the one before it.
import { onAbort } from '../../../base/on-abort.ts';
import type { EventRow } from '../../../contract/event.ts';
import type { Batch } from '../../../contract/event-list.ts';
import type { SinkPosition } from '../../sink.ts';
import type { StandingSink } from '../../standing-sink.ts';
import { sinkUnavailable } from '../refusals.ts';
import { failAt } from './failure.ts';
import {
  createStream,
  deleteMessages,
  type Held,
  lastEvent,
  type Owner,
  readHeld,
} from './held.ts';
import { type NatsLink, openLink } from './link.ts';
import { eventMessage, noteMessage } from './messages.ts';
import { NatsRewinding } from './nats-rewinding.ts';
import { Publisher } from './publisher.ts';

/** From the opening to the closing. */
interface Turn {
  readonly link: NatsLink;
  readonly publisher: Publisher;
  readonly hasRollup: boolean;
}

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

  async last(): Promise<EventRow | null> {
    const { manager } = (this.#turn as Turn).link;
    return lastEvent(manager, this.#owner).catch((error) => failAt(this.#owner, 'read', error));
  }

  async write({ events, upTo, epoch }: Batch, signal: AbortSignal): Promise<void> {
    const turn = this.#turn as Turn;
    const { link, hasRollup } = turn;
    const messages = events.rows.map((row) =>
      eventMessage(this.#owner, link.newHeaders(), row, epoch),
    );
    if (upTo !== events.rows.at(-1)?.[0]) {
      const note = { position: { id: upTo, epoch }, hasRollup };
      messages.push(noteMessage(this.#owner, link.newHeaders(), note));
    }
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

  get rewinding(): NatsRewinding {
    return new NatsRewinding(this.#owner);
  }

  async #hold(link: NatsLink): Promise<Held> {
    const held = await this.#look(link);
    if (held !== null) {
      await this.#endRewind(held, link);
      return held;
    }
    await createStream(link.manager, this.#owner).catch((error) =>
      failAt(this.#owner, 'make', error),
    );
    return { lastSeq: 0, position: null, hasRollup: true, lostSeq: null };
  }

  /** Where who has brought the sink back was killed before it was done. */
  async #endRewind({ lostSeq }: Held, { manager }: NatsLink): Promise<void> {
    if (lostSeq === null) return;
    await deleteMessages(manager, this.#owner.place.jetStream, [lostSeq]).catch((error) =>
      failAt(this.#owner, 'cut back', error),
    );
  }

  /** null = it is still to be made. */
  async #look({ manager }: NatsLink): Promise<Held | null> {
    const { create, jetStream } = this.#owner.place;
    const held = await readHeld(manager, this.#owner).catch((error) =>
      failAt(this.#owner, 'read', error),
    );
    if (held === null && !create) {
      throw sinkUnavailable(this.title, `finds no JetStream stream ${jetStream}`);
    }
    return held;
  }
}
