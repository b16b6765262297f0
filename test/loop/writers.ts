// Who writes in the loop: an application in transactions of its own, killed now and then, and callers, which try again
// until they are answered.
import { createClient } from '../../src/client/index.ts';
import { openSaid, startProducer } from '../crash/producer-process.ts';
import { pause } from '../support/pause.ts';
import type { EventText } from './ends.ts';
import { Participant } from './participant.ts';
import type { Place } from './place.ts';

const CALLERS = 2;
const CALL_PAUSE_MS = 4;
const TX_WRITERS = 2;

export class Writers {
  readonly participants: readonly Participant[];
  readonly #said = openSaid();
  readonly #answered = new Map<number, string>();
  readonly #producer: Participant;
  readonly #end = new AbortController();
  #calling: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor({ kind, databaseUrl: url }: Place) {
    let lives = 0;
    this.#producer = new Participant('producer', async () => {
      lives += 1;
      return startProducer({
        kind,
        url,
        name: `tx ${lives}`,
        writers: TX_WRITERS,
        said: this.#said,
      });
    });
    this.participants = [this.#producer];
  }

  async start(urls: readonly string[]): Promise<void> {
    await this.#producer.start();
    this.#calling = Promise.all(
      urls.flatMap((url, node) =>
        Array.from({ length: CALLERS }, (_, caller) => this.#call(url, `call ${node} ${caller}`)),
      ),
    );
  }

  /** All calls are answered then. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#producer.kill();
    await this.#calling;
  }

  async abandon(): Promise<void> {
    this.#isOver = true;
    this.#end.abort();
    await this.#calling.catch(() => {});
  }

  /** Holds what was said to them against what there is. */
  check(history: readonly EventText[]): void {
    const all = history.map(({ data }) => data);
    const there = new Set(all);
    expect(there.size).toBe(all.length);
    const { committed, undone, asked } = this.#said;
    expect([...committed].filter((each) => !there.has(each))).toEqual([]);
    const wrong = [...this.#answered].filter(([id, data]) => all[id - 1] !== data);
    expect(wrong).toEqual([]);
    const called = new Set(this.#answered.values());
    const written = (each: string) => asked.has(each) && !undone.has(each);
    expect(all.filter((each) => !called.has(each) && !written(each))).toEqual([]);
    expect(Math.min(committed.size, undone.size, called.size)).toBeGreaterThan(0);
  }

  async #call(url: string, name: string): Promise<void> {
    const client = createClient({ url });
    const { signal } = this.#end;
    for (let nth = 0; !this.#isOver; nth += 1) {
      const data = `${name} ${nth}`;
      const id = await client.addEvent('CALL', data, { retryMs: 600_000, signal });
      this.#answered.set(Number(id), data);
      await pause(CALL_PAUSE_MS);
    }
  }
}
