// The product's own tables on a fresh database, with what every measurement does to them from outside: make them, fill
// them, read them back.
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../kit/clock.mjs';
import { draftsFrom, numberOf } from '../kit/draft.mjs';
import { loadSettings, STREAM, Store } from '../kit/product.mjs';

const PATIENCE_MS = 60_000;
const LOOK_MS = 5;
const PAGE = { eventsMax: 1000, bytesMax: 4_194_304 };

export class EventQueue {
  /** Opens a store like the service does, and brings the schema up to date. */
  static async open(url) {
    const { databasePoolMax: poolMax, databaseTimeoutMs: timeoutMs } = loadSettings({});
    const store = await Store.open({ database: url, poolMax, timeoutMs });
    await store.migrate([STREAM]);
    return new EventQueue(store);
  }

  constructor(store) {
    this.store = store;
  }

  /** Appends the drafts 0 to `count` - 1 in their order. */
  async fill(count) {
    for (let n = 0; n < count; n += PAGE.eventsMax) {
      await this.store.append(STREAM, draftsFrom(n, Math.min(PAGE.eventsMax, count - n)));
    }
  }

  /** Resolves when this id is there, which another process gives; throws when it takes too long. */
  async reach(id) {
    const endMs = monotonicMs() + PATIENCE_MS;
    while ((await this.newest()) < id) {
      if (monotonicMs() > endMs) throw new Error(`the queue did not reach ${id}`);
      await sleep(LOOK_MS);
    }
  }

  async newest() {
    return Number((await this.store.streamState(STREAM)).newest);
  }

  /** Everything behind `base` in order, `[id, n]`. */
  async readBehind(base) {
    const arrivals = [];
    for (let last = String(base); ; last = arrivals.at(-1)[0]) {
      const page = await this.store.readAfter(STREAM, last, PAGE);
      if (page.length === 0) return arrivals;
      for (const [id, , data] of page) arrivals.push([id, numberOf(data)]);
    }
  }

  close() {
    return this.store.close();
  }
}
