// Waits for a state, never for a time.

/** Resolves with the first value that is neither false, null nor undefined; rejects after `timeoutMs`. */
export async function until<T>(
  look: () => T | Promise<T>,
  timeoutMs = 20_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== false && value !== null && value !== undefined) {
      return value as NonNullable<Exclude<T, false>>;
    }
    if (performance.now() > deadline)
      throw new Error(`Waited ${timeoutMs} ms for: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
