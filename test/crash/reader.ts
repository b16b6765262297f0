// A push consumer that acknowledges everything and comes back whenever its socket goes: what it got, in order, and
// what was wrong with it.
import { call, type Pushed, RpcSocket } from '../support/rpc.ts';

const RETRY_MS = 20;

export class Reader {
  /** Every event once, in the order in which it came first; event n has id n. */
  readonly data: unknown[] = [];
  /** What no batch may show: a hole, or another event under an id that was seen. */
  readonly faults: string[] = [];
  readonly #url: string;
  readonly #component: string;
  #isStopped = false;
  #socket: RpcSocket | null = null;
  #running: Promise<void> | null = null;

  constructor(url: string, component: string) {
    this.#url = url;
    this.#component = component;
  }

  async start(): Promise<void> {
    await call(this.#url, 'registerConsumer', { component: this.#component });
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#socket?.socket.terminate();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#read().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #read(): Promise<void> {
    const socket = await RpcSocket.open(this.#url, (batch) => this.#take(batch));
    this.#socket = socket;
    if (this.#isStopped) socket.socket.terminate();
    const ready = socket.call('readyToReceive', { component: this.#component, max_in_flight: 3 });
    // A socket that goes answers nothing.
    await Promise.race([ready, socket.closed]).catch(() => socket.socket.terminate());
    await socket.closed;
  }

  #take({ params }: Pushed): true {
    if (Number(params.after) > this.data.length) {
      this.faults.push(`a batch after ${params.after} where ${this.data.length} was the last`);
    }
    for (const { id, data } of params.events) {
      const place = Number(id) - 1;
      if (place === this.data.length) this.data.push(data);
      else if (this.data[place] !== data) this.faults.push(`${id} is ${data}`);
    }
    return true;
  }
}
