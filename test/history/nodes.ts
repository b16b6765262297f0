// The nodes of a run. One stays; the others work through paths that are cut, run archiver and discarder, and are
// stopped and started again at random.
import type { Random } from '../support/random.ts';
import type { StartedApp } from '../support/start-app.ts';

export class Nodes {
  restarts = 0;
  readonly #first: StartedApp;
  readonly #others: StartedApp[] = [];
  readonly #random: Random;
  readonly #settings: Parameters<StartedApp['another']>[0];

  constructor(first: StartedApp, settings: Parameters<StartedApp['another']>[0], random: Random) {
    this.#first = first;
    this.#settings = settings;
    this.#random = random;
  }

  async start(count: number): Promise<void> {
    for (let nth = 0; nth < count; nth += 1) {
      this.#others.push(await this.#first.another(this.#settings));
    }
  }

  /** The address of one that is there, or was a moment ago. */
  url(random: Random): string {
    const all = [this.#first, ...this.#others];
    return (all[random.below(all.length)] as StartedApp).url;
  }

  /** Stops one node and starts it again, which fails as long as its path to the database is cut. */
  async restart(): Promise<void> {
    const place = this.#random.below(this.#others.length);
    await this.#others[place]?.stop();
    for (;;) {
      const started = await this.#first.another(this.#settings).catch(() => null);
      if (started === null) continue;
      this.#others[place] = started;
      this.restarts += 1;
      return;
    }
  }
}
