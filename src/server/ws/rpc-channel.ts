// The batches of one subscription as `onEvents` calls over a socket that it may share with others.
import type { Hint } from '../../base/hint.ts';
import { eventListText } from '../../contract/event.ts';
import type { Channel, CloseReason, NumberedBatch } from '../../delivery/channel.ts';
import type { RpcCalls } from './rpc-calls.ts';

/** What a channel needs of its socket. */
export interface Wire {
  readonly calls: RpcCalls;
  send(text: string): void;
  readonly isWritable: boolean;
  attach(hint: Hint): () => void;
  /** Ends the connection for that reason. */
  close(reason: CloseReason): void;
  readonly closed: AbortSignal;
}

export class RpcChannel implements Channel {
  readonly #wire: Wire;
  readonly #head: string;
  readonly #underWay = new Set<string>();

  constructor(wire: Wire, component: string, stream: string) {
    this.#wire = wire;
    this.#head = `"component":"${component}","stream":"${stream}"`;
  }

  get isWritable(): boolean {
    return this.#wire.isWritable;
  }

  get closed(): AbortSignal {
    return this.#wire.closed;
  }

  attach(hint: Hint): () => void {
    return this.#wire.attach(hint);
  }

  close(reason: CloseReason): void {
    this.#wire.close(reason);
  }

  async send({ seq, rows, after, upTo, epoch }: NumberedBatch): Promise<boolean> {
    if (this.#wire.closed.aborted) throw new Error('The consumer is gone.');
    const { id, answered } = this.#wire.calls.begin();
    this.#underWay.add(id);
    this.#wire.send(
      `{"jsonrpc":"2.0","id":"${id}","method":"onEvents","params":{${this.#head},"seq":${seq},` +
        `"events":${eventListText(rows)},"after":"${after}","up_to":"${upTo}","epoch":${epoch}}}`,
    );
    return answered.finally(() => this.#underWay.delete(id));
  }

  forget(): void {
    for (const id of this.#underWay) this.#wire.calls.forget(id);
    this.#underWay.clear();
  }
}
