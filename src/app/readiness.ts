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
  const answered = store.ping().catch(() => {
    throw new Error('it cannot be reached');
  });
  try {
    return (await inTime(answered, PROBE_MS)) ? {} : { database: 'it does not answer' };
  } catch (error) {
    return { database: (error as Error).message };
  }
}

function away(name: string, since: Date | null = null): Record<string, string> {
  return since === null ? {} : { [name]: since.toISOString() };
}
