// Reads the newest events of a JetStream stream back, and takes them away again, the oldest first: while the newest is
// there it is seen that these are of another history. Before that one goes, too, a note says where the sink stands now,
// and that it is to go, for whoever opens the sink if this process does not come to it.
import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { EventRow } from '../../../contract/event.ts';
import { compareIds, type EventId } from '../../../contract/event-id.ts';
import type { SinkPosition } from '../../sink.ts';
import type { Rewinding } from '../../standing-sink.ts';
import { failAt } from './failure.ts';
import { deleteMessages, type Owner, readHeld, rowOf } from './held.ts';
import { type NatsLink, openLink } from './link.ts';
import { noteMessage } from './messages.ts';
import { Publisher } from './publisher.ts';
import { eventSubjects } from './subjects.ts';

/** How many are asked for, or taken away, at a time. */
const WINDOW = 64;

/** An event, and where it is stored. */
interface StoredEvent {
  readonly seq: number;
  readonly row: EventRow;
}

export class NatsRewinding implements Rewinding {
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  async *held(after: EventId): AsyncGenerator<EventRow> {
    const link = await openLink(this.#owner.title, this.#owner.place);
    try {
      for await (const events of this.#eventsBehind(after, link.manager)) {
        yield* events.map(({ row }) => row);
      }
    } catch (error) {
      failAt(this.#owner, 'read', error as Error);
    } finally {
      await link.close();
    }
  }

  async rewind(to: SinkPosition): Promise<void> {
    const { title, place } = this.#owner;
    const link = await openLink(title, place);
    try {
      await this.#rewind(link, to).catch((error) => failAt(this.#owner, 'cut back', error));
    } finally {
      await link.close();
    }
  }

  async #rewind(link: NatsLink, to: SinkPosition): Promise<void> {
    const { title, place } = this.#owner;
    const { jetStream } = place;
    const { manager } = link;
    const held = await readHeld(manager, this.#owner);
    if (held === null) return;
    let last: number | undefined;
    for await (const events of this.#eventsBehind(to.id, manager)) {
      const seqs = events.map(({ seq }) => seq);
      if (last !== undefined) seqs.unshift(last);
      last = seqs.pop();
      await deleteMessages(manager, jetStream, seqs);
    }
    const publisher = new Publisher({ title, link, jetStream, lastSeq: held.lastSeq });
    const note = { position: to, hasRollup: held.hasRollup, lostSeq: last };
    await publisher.publish([noteMessage(this.#owner, link.newHeaders(), note)]);
    if (last !== undefined) await deleteMessages(manager, jetStream, [last]);
  }

  /** In their order, some at a time. */
  async *#eventsBehind(
    after: EventId,
    manager: JetStreamManager,
  ): AsyncGenerator<readonly StoredEvent[]> {
    const { jetStream } = this.#owner.place;
    const { state } = await manager.streams.info(jetStream);
    const end = state.last_seq + 1;
    const from = await this.#seqBefore(after, manager, state);
    for (let seq = from; seq < end; ) {
      const seqs = Array.from({ length: Math.min(WINDOW, end - seq) }, (_, nth) => seq + nth);
      const found = await Promise.all(
        seqs.map((each) => manager.streams.getMessage(jetStream, { seq: each })),
      );
      const events = found.flatMap((message) => this.#eventOf(message));
      yield events.filter(({ row: [id] }) => compareIds(id, after) > 0);
      seq += WINDOW;
      // Notes leave long holes, where one in many events is wanted.
      if (events.length === 0) seq = (await this.#nextFrom(seq, manager))?.seq ?? end;
    }
  }

  /** Nothing from behind `after` is stored before this. */
  async #seqBefore(
    after: EventId,
    manager: JetStreamManager,
    { first_seq: first, last_seq: last }: { first_seq: number; last_seq: number },
  ): Promise<number> {
    for (let back = WINDOW; ; back *= 2) {
      const seq = Math.max(first, last - back);
      if (seq === first) return first;
      const event = await this.#nextFrom(seq, manager);
      if (event !== null && compareIds(event.row[0], after) <= 0) return seq;
    }
  }

  /** null = there is none. */
  async #nextFrom(seq: number, manager: JetStreamManager): Promise<StoredEvent | null> {
    const { stream, place } = this.#owner;
    // The types of the package have it for direct gets only, which a stream must be made for.
    const query = { seq, next_by_subj: eventSubjects(place.prefix, stream) };
    const [event] = this.#eventOf(await manager.streams.getMessage(place.jetStream, query));
    return event ?? null;
  }

  #eventOf(message: StoredMsg | null): StoredEvent[] {
    const row = message && rowOf(message);
    return message && row ? [{ seq: message.seq, row }] : [];
  }
}
