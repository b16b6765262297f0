// Callers that add events all the time, some with an idempotency key, and note what they were told.
import { call } from '../support/rpc.ts';

const RETRY_MS = 5;

export class Callers {
  /** The id of each event that was answered. */
  readonly answered = new Map<string, string>();
  /** All data that a call was made with. */
  readonly asked = new Set<string>();
  /** How often each error was the answer. */
  readonly refused = new Map<string, number>();
  slowestMs = 0;
  readonly #url: string;
  #isStopped = false;
  #isAbandoned = false;
  #running: Promise<void>[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  start(plain: number, keyed: number): void {
    for (let nth = 0; nth < plain; nth += 1) this.#running.push(this.#addPlain(nth));
    for (let nth = 0; nth < keyed; nth += 1) this.#running.push(this.#addKeyed(nth));
  }

  /** Resolves when every call is answered, those with a key with an id. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  /** Ends calls that nobody will answer any more, too. */
  abandon(): void {
    this.#isStopped = true;
    this.#isAbandoned = true;
  }

  get refusals(): number {
    return [...this.refused.values()].reduce((sum, count) => sum + count, 0);
  }

  async #addPlain(caller: number): Promise<void> {
    for (let nth = 0; !this.#isStopped; nth += 1) await this.#add(`call-${caller}-${nth}`);
  }

  /** A call that failed is made again, as often as it takes. */
  async #addKeyed(caller: number): Promise<void> {
    for (let nth = 0; !this.#isStopped; nth += 1) {
      const data = `keyed-${caller}-${nth}`;
      while (!(await this.#add(data, { idempotency_key: data })) && !this.#isAbandoned);
    }
  }

  async #add(data: string, more = {}): Promise<boolean> {
    this.asked.add(data);
    const startedMs = performance.now();
    try {
      this.answered.set(data, await call(this.#url, 'addEvent', { type: 'T', data, ...more }));
      return true;
    } catch (error) {
      const code = (error as { data?: { code?: string } }).data?.code ?? String(error);
      this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return false;
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedMs);
    }
  }
}
