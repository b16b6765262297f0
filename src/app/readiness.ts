// What a node says of itself to whoever asks whether calls may be sent to it: what does not work, and which database is
// away. Without the warehouse a node serves all the same.
import { inTime } from '../base/in-time.ts';
import type { Readiness } from '../server/ops.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from '../store/warehouse.ts';

export interface Databases {
  readonly store: Store;
  readonly warehouse: Warehouse | null;
}

const HANGS = 'its commits wait for a standby that does not answer (synchronous_standby_names)';

/** A standby that is there, however far away, answers sooner. */
const COMMIT_MS_MAX = 5000;

/** How long whoever probes is kept waiting for a database. */
export const PROBE_MS = 2000;

export async function readinessOf(databases: Databases): Promise<Readiness> {
  const problems = await problemsOf(databases.store);
  const { store, warehouse } = databases;
  return {
    problems,
    away: { ...away('active', store.awaySince), ...away('warehouse', warehouse?.awaySince) },
  };
}

async function problemsOf(store: Store): Promise<Record<string, string>> {
  let found: string | null = 'it does not answer';
  const asked = problemOf(store).then((problem) => {
    found = problem;
  });
  await inTime(asked, PROBE_MS);
  return found === null ? {} : { database: found };
}

async function problemOf(store: Store): Promise<string | null> {
  try {
    await store.ping();
    // Where nobody may look, commits are believed in.
    const waitMs = await store.commitsWaitMs().catch(() => 0);
    return waitMs >= COMMIT_MS_MAX ? HANGS : null;
  } catch {
    return 'it cannot be reached';
  }
}

function away(name: string, since: Date | null = null): Record<string, string> {
  return since === null ? {} : { [name]: since.toISOString() };
}
