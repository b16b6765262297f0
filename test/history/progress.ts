// Who still moves: a consumer that hangs on purpose needs its time, and one that stands still has missed something.

interface Stand {
  readonly acknowledged: string;
  readonly sinceMs: number;
}

export class Progress {
  readonly #stands = new Map<string, Stand>();

  see(name: string, acknowledged: string): void {
    if (this.#stands.get(name)?.acknowledged === acknowledged) return;
    this.#stands.set(name, { acknowledged, sinceMs: performance.now() });
  }

  /** From now on: whether one of them has stood still for so long, and not at the end. */
  watch(end: string, msMax: number): () => boolean {
    const begunMs = performance.now();
    return () =>
      [...this.#stands.values()].some(
        ({ acknowledged, sinceMs }) =>
          acknowledged !== end && performance.now() - Math.max(sinceMs, begunMs) > msMax,
      );
  }
}
