// The batches of a subscription as frames of one client. There are no answers over this path: a batch counts as taken
// when all of it has gone out, and that moves nobody's cursor.
import type { Hint } from '../../base/hint.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { EventList } from '../../contract/event-list.ts';
import type { Channel, CloseReason, NumberedBatch } from '../../delivery/channel.ts';
import type { Opening, Reset } from '../../delivery/delivery.ts';
import type { SseConnection } from './connection.ts';
import { namedFrame, positionText, type Wording } from './frames.ts';

export interface FrameChannelOptions {
  readonly connection: SseConnection;
  readonly opening: Opening;
  readonly wordingOf: (epoch: number) => Wording;
  /** Told of each position that the client could not go on from. */
  readonly onReset: (reason: Reset['reason']) => void;
  /** How the client is told where it is. @default `positionText` */
  readonly positionText?: typeof positionText;
  /** A client that cannot go on comes again, since a `reset` alone would not help it. @default false */
  readonly endsOnReset?: boolean;
}

export class FrameChannel implements Channel {
  readonly sendsCheckpoints = true;
  readonly #options: FrameChannelOptions;
  readonly #connection: SseConnection;
  #epoch: number;

  constructor(options: FrameChannelOptions) {
    const { connection, opening } = options;
    this.#options = options;
    this.#connection = connection;
    this.#epoch = opening.epoch;
    if (opening.reset !== null) this.#tellReset(opening.reset, opening.start);
  }

  get isWritable(): boolean {
    return this.#connection.isWritable;
  }

  get closed(): AbortSignal {
    return this.#connection.closed;
  }

  attach(hint: Hint): () => void {
    return this.#connection.attach(hint);
  }

  prepare(events: EventList): void {
    this.#words(events);
  }

  async send(batch: NumberedBatch): Promise<true> {
    const { events, after, upTo, isEnd, passedFrom, epoch } = batch;
    this.#epoch = epoch;
    if (passedFrom !== undefined) {
      const oldest = (events.rows[0]?.[0] ?? upTo) as EventId;
      this.#tellReset({ reason: 'discarded', requested: passedFrom, oldest }, after);
    }
    const frames = events.size === 0 ? this.#mark(upTo, isEnd === true) : this.#words(events);
    await this.#connection.write(frames);
    if (isEnd) this.#connection.end();
    return true;
  }

  forget(): void {}

  /** A client that was cut off comes again by itself; one that should not is told why. */
  close(reason: CloseReason): void {
    if (reason === 'timed-out') this.#connection.destroy();
    else this.#connection.end(namedFrame('closing', null, { reason }));
  }

  /** Where it is, without an event. */
  #mark(upTo: EventId, isEnd: boolean): string {
    return namedFrame(isEnd ? 'end' : 'checkpoint', this.#positionText(upTo), {});
  }

  /** Its id moves the client there: what it asked for it would ask for again. */
  #tellReset(reset: Reset, start: EventId): void {
    const { onReset, endsOnReset } = this.#options;
    onReset(reset.reason);
    // What fails here is gone, and `closed` says so.
    if (endsOnReset) this.#connection.end();
    else {
      const frame = namedFrame('reset', this.#positionText(start), reset);
      this.#connection.write(frame).catch(() => {});
    }
  }

  #positionText(id: EventId): string {
    return (this.#options.positionText ?? positionText)(id, this.#epoch);
  }

  #words(events: EventList): Buffer {
    return events.as(this.#options.wordingOf(this.#epoch));
  }
}
