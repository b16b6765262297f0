// One at a time, in the order of asking.

export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when everything asked for before has ended; passes on its result or failure. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
