// The batches of one subscription as calls over a socket that it may share with others.
import type { Hint } from '../../base/hint.ts';
import type { EventList } from '../../contract/event-list.ts';
import type { Channel, CloseReason, NumberedBatch, Refusal } from '../../delivery/channel.ts';
import type { Connection, Frame } from './protocol.ts';

export interface PushChannelOptions {
  readonly connection: Connection;
  readonly sendsCheckpoints: boolean;
  /** Words the events of a batch; whoever asks again for the same list gets the same. */
  readonly wordsOf: (events: EventList) => unknown;
  /** Words a batch as a call with this id. */
  readonly frameOf: (callId: string, batch: NumberedBatch) => Frame;
}

export class PushChannel implements Channel {
  readonly #options: PushChannelOptions;
  readonly #connection: Connection;
  readonly #underWay = new Set<string>();

  constructor(options: PushChannelOptions) {
    this.#options = options;
    this.#connection = options.connection;
  }

  get sendsCheckpoints(): boolean {
    return this.#options.sendsCheckpoints;
  }

  get isWritable(): boolean {
    return this.#connection.isWritable;
  }

  get closed(): AbortSignal {
    return this.#connection.closed;
  }

  get isLost(): boolean {
    return this.#connection.isLost;
  }

  attach(hint: Hint): () => void {
    return this.#connection.attach(hint);
  }

  close(reason: CloseReason): void {
    this.#connection.close(reason);
  }

  prepare(events: EventList): void {
    this.#options.wordsOf(events);
  }

  async send(batch: NumberedBatch): Promise<true | Refusal> {
    if (this.#connection.closed.aborted) throw new Error('The consumer is gone.');
    const { id, answered } = this.#connection.calls.begin();
    this.#underWay.add(id);
    try {
      this.#connection.send(this.#options.frameOf(id, batch));
    } catch (error) {
      this.#underWay.delete(id);
      this.#connection.calls.forget(id);
      throw error;
    }
    return answered.finally(() => this.#underWay.delete(id));
  }

  forget(): void {
    for (const id of this.#underWay) this.#connection.calls.forget(id);
    this.#underWay.clear();
  }
}
