// One of many consumers in a process: each has a socket of its own, an unbroken chain of batches that is checked as
// they come, and shares with the others what was seen of the events.
import { monotonicMs } from '../kit/clock.mjs';
import { readBatchFrame } from './batch-frame.mjs';
import { RpcClient } from './rpc-client.mjs';

const EMPTY_BYTES = '[]'.length;

export class LeanConsumer {
  #client;
  #params;
  #seen;
  #onReach = null;
  #seq = 0;
  /** `{ after, upTo, atMs }` of each batch with events. */
  receipts = [];
  brokenChains = 0;
  /** Everything up to this id has come. */
  upTo = null;

  /** `params`: those of `readyToReceive`. `seen` takes the events; null = there must be none. */
  constructor(params, seen) {
    this.#params = params;
    this.#seen = seen;
  }

  get component() {
    return this.#params.component;
  }

  /**
   * A new socket, and with it a new chain. It may begin before what was acknowledged last over the former one: a socket
   * that closes may take its last acknowledgements along.
   */
  async connect(url) {
    this.#seq = 0;
    this.upTo = null;
    this.#client = await RpcClient.open(url, (frame) => this.#receive(frame));
  }

  subscribe() {
    return this.#client.call('readyToReceive', this.#params);
  }

  /** Reads nothing from its socket any more, so it acknowledges nothing either. */
  stall() {
    this.#client.pause();
  }

  /** Resolves when everything up to this id has come. */
  reach(id) {
    if (this.upTo >= id) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onReach = () => this.upTo >= id && resolve();
    });
  }

  /** Its events from now on count by themselves. */
  forgetReceipts() {
    this.receipts = [];
  }

  close() {
    return this.#client.close();
  }

  #receive(frame) {
    const { seq, after, upTo, events } = readBatchFrame(frame);
    if (seq !== this.#seq || after !== (this.upTo ?? after)) this.brokenChains += 1;
    this.#seq = seq + 1;
    this.upTo = upTo;
    if (this.#seen !== null) this.#seen.take(after, upTo, events);
    else if (events.length > EMPTY_BYTES) this.brokenChains += 1;
    this.receipts.push({ after, upTo, atMs: monotonicMs() });
    this.#onReach?.();
  }
}
