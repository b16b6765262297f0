// The two databases of a command that works on them itself, closed when its work is over.
import type { Settings } from '../config/load.ts';
import { Store } from '../store/store.ts';
import { Warehouse } from '../store/warehouse.ts';
import { databaseOptions } from './running-app.ts';

/** The settings of every command that works on the databases itself. */
export const ACTIVE_SETTINGS = [
  'databaseUrl',
  'streams',
  'databasePoolMax',
  'databaseTimeoutMs',
  'logLevel',
] as const;

export async function withStore<T>(
  settings: Settings,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await Store.open(databaseOptions(settings, settings.databaseUrl));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export async function withWarehouse<T>(
  settings: Settings,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const warehouse = await Warehouse.open(databaseOptions(settings, settings.warehouseUrl));
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}
