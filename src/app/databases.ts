// The two databases of a command that works on them itself, closed when its work is over.
import { onAbort } from '../base/on-abort.ts';
import type { Settings } from '../config/load.ts';
import { absenceOf } from '../store/source-problem.ts';
import { Store } from '../store/store.ts';
import { Warehouse } from '../store/warehouse.ts';
import { type Call, Failure } from './command.ts';
import { databaseOptions } from './database-options.ts';

/** The settings of every command that works on the databases itself. */
export const ACTIVE_SETTINGS = [
  'databaseUrl',
  'streams',
  'databasePoolMax',
  'databaseTimeoutMs',
  'logLevel',
] as const;

/**
 * The same call, and what aborts when a stop that it was asked for has taken too long: what is open to a database that
 * says nothing is cut then.
 */
export function stopsInTime(call: Call): { call: Call; givenUp: AbortSignal } {
  const givenUp = new AbortController();
  const takeSignals = () => {
    const stopped = call.takeSignals();
    onAbort(stopped, () => {
      // The process does not stay for it when everything has ended before.
      setTimeout(() => givenUp.abort(), call.settings.shutdownMs).unref();
    });
    return stopped;
  };
  return { call: { ...call, takeSignals }, givenUp: givenUp.signal };
}

/** For work on what is there: a file that is not is not made. */
export async function withKnownStore<T>(
  settings: Settings,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  requireKnown(settings.databaseUrl);
  return withStore(settings, work);
}

/** Throws `Failure` where there is no such file. */
export function requireKnown(url: string): void {
  const absence = absenceOf(url);
  if (absence !== null) throw new Failure(absence);
}

export async function withStore<T>(
  settings: Settings,
  work: (store: Store) => Promise<T>,
  givenUp?: AbortSignal,
): Promise<T> {
  const store = await Store.open({ ...databaseOptions(settings, settings.databaseUrl), givenUp });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export async function withWarehouse<T>(
  settings: Settings,
  work: (warehouse: Warehouse) => Promise<T>,
  givenUp?: AbortSignal,
): Promise<T> {
  const options = { ...databaseOptions(settings, settings.warehouseUrl), givenUp };
  const warehouse = await Warehouse.open(options);
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}
