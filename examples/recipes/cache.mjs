// A cache in every process, kept right by events: whoever changes a product writes PRODUCT_CHANGED in the same
// transaction, and every process forgets that product as soon as it hears of it.

const ENTRIES_MAX = 10_000;

/** Keeps nothing while it cannot hear of changes: it loads then, each time. */
export class Cache {
  #load;
  #isListening = false;
  /** What was loaded, and what is being loaded, as promises; the oldest first. */
  #values = new Map();

  /** `load(key)` reads the newest committed state: not from a replica, and not inside a transaction. */
  constructor(load) {
    this.#load = load;
  }

  get(key) {
    if (!this.#isListening) return this.#load(key);
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const loading = this.#load(key);
    this.#values.set(key, loading);
    if (this.#values.size > ENTRIES_MAX) this.forget(this.#values.keys().next().value);
    // A failure is not kept. By now the place may belong to a later load.
    loading.catch(() => this.#values.get(key) === loading && this.#values.delete(key));
    return loading;
  }

  /** A load that is under way is forgotten too: it may have read what was there before the change. */
  forget(key) {
    this.#values.delete(key);
  }

  forgetAll() {
    this.#values.clear();
  }

  /** From now on every change is told. What was read before may have changed since. */
  listen() {
    this.forgetAll();
    this.#isListening = true;
  }

  stopListening() {
    this.#isListening = false;
    this.forgetAll();
  }
}

/**
 * Runs until the signal aborts. Without a component the consumer is LIVE: no cursor, and it holds nothing back. Behind
 * each trouble it is ready again as soon as it can hear, and the cache begins anew, empty.
 */
export async function keepFresh({ client, cache, signal }) {
  const consumer = client.consumer({
    want: ['PRODUCT_CHANGED'],
    onReady: () => cache.listen(),
    onTrouble: () => cache.stopListening(),
  });
  try {
    await consumer.run(
      ({ events, missed }) => {
        if (missed !== null) cache.forgetAll();
        for (const { data } of events) cache.forget(data.id);
      },
      { signal },
    );
  } finally {
    cache.stopListening();
  }
}
