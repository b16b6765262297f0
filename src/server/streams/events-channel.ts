// The batches of a subscription as frames of one client. There are no answers over this path: a batch counts as taken
// when all of it has gone out, and that moves nobody's cursor.
import type { Hint } from '../../base/hint.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { EventList } from '../../contract/event-list.ts';
import type { Channel, CloseReason, NumberedBatch } from '../../delivery/channel.ts';
import type { Opening, Reset } from '../../delivery/delivery.ts';
import type { SseConnection } from './connection.ts';
import { eventsWording, namedFrame, positionText } from './frames.ts';

export interface EventsChannelOptions {
  readonly connection: SseConnection;
  readonly opening: Opening;
  /** Each event goes under the name of its type; else under none, as `onmessage` hears it. */
  readonly isNamed: boolean;
  /** Told of each position that the client could not go on from. */
  readonly onReset: (reason: Reset['reason']) => void;
}

export class EventsChannel implements Channel {
  readonly sendsCheckpoints = true;
  readonly #options: EventsChannelOptions;
  readonly #connection: SseConnection;
  #epoch: number;

  constructor(options: EventsChannelOptions) {
    const { connection, opening } = options;
    this.#options = options;
    this.#connection = connection;
    this.#epoch = opening.epoch;
    // What fails here is gone, and `closed` says so.
    if (opening.reset !== null) {
      connection.write(this.#resetFrame(opening.reset, opening.start)).catch(() => {});
    }
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
    this.#eventFrames(events);
  }

  async send(batch: NumberedBatch): Promise<boolean> {
    this.#epoch = batch.epoch;
    await this.#connection.write(this.#frames(batch));
    if (batch.isEnd) this.#connection.end();
    return true;
  }

  forget(): void {}

  /** A client that was cut off comes again by itself; one that should not is told why. */
  close(reason: CloseReason): void {
    if (reason === 'timed-out') this.#connection.destroy();
    else this.#connection.end(namedFrame('closing', null, { reason }));
  }

  #frames({ events, after, upTo, isEnd, passedFrom }: NumberedBatch): string | Buffer {
    const place = positionText(upTo, this.#epoch);
    if (events.size === 0 && passedFrom === undefined) {
      return namedFrame(isEnd ? 'end' : 'checkpoint', place, {});
    }
    const frames = this.#eventFrames(events);
    if (passedFrom === undefined) return frames;
    const oldest = (events.rows[0]?.[0] ?? upTo) as EventId;
    const reset = this.#resetFrame({ reason: 'discarded', requested: passedFrom, oldest }, after);
    return Buffer.concat([Buffer.from(reset), frames]);
  }

  /** Its id moves the client there: what it asked for it would ask for again. */
  #resetFrame(reset: Reset, start: EventId): string {
    this.#options.onReset(reset.reason);
    return namedFrame('reset', positionText(start, this.#epoch), reset);
  }

  #eventFrames(events: EventList): Buffer {
    return events.as(eventsWording(this.#epoch, this.#options.isNamed));
  }
}
