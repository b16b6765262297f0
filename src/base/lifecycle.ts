// One life for everything that runs: start may fail, stop is awaited and may be called twice.

export interface Service {
  /** Resolves when it works; rejects when it cannot, having cleaned up after itself. */
  start(): Promise<void>;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** Starts in order; when one fails, those already started are stopped in reverse. */
export async function startAll(services: readonly Service[]): Promise<void> {
  const started: Service[] = [];
  try {
    for (const service of services) {
      await service.start();
      started.push(service);
    }
  } catch (error) {
    // What went wrong first is what counts.
    await stopAll(started).catch(() => {});
    throw error;
  }
}

/** Stops in reverse order, every one even if another fails; then throws the first failure. */
export async function stopAll(services: readonly Service[]): Promise<void> {
  const failures: unknown[] = [];
  for (const service of [...services].reverse()) {
    await service.stop().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
