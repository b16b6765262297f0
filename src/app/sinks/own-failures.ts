// Tells what a sink has thrown from what went wrong around it.

export class OwnFailures {
  #last: { readonly error: unknown } | null = null;

  /** True of what a sink threw last. */
  has(error: unknown): boolean {
    return this.#last?.error === error;
  }

  /** What `work` of the sink gives; what it throws is remembered. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#last = { error };
      throw error;
    }
  }
}
