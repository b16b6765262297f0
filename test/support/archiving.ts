// An archiver that is told when to work, and a warehouse that is gone after the test.
import { Archiver, archiverSource } from '../../src/relay/archiver.ts';
import type { Store } from '../../src/store/store.ts';
import { Warehouse } from '../../src/store/warehouse.ts';
import { createLogger, type Logger } from '../../src/telemetry/logger.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import { createDatabase, type DatabaseKind } from './databases.ts';

export interface OpenWarehouse {
  readonly warehouse: Warehouse;
  readonly url: string;
  close(): Promise<void>;
}

export async function openWarehouse(kind: DatabaseKind): Promise<OpenWarehouse> {
  const database = await createDatabase(kind);
  const open = { database: database.url, poolMax: 4, timeoutMs: 10_000 };
  const warehouse = await Warehouse.open(open);
  await warehouse.migrate(['main']);
  return {
    warehouse,
    url: database.url,
    close: async () => {
      await warehouse.close();
      await database.drop();
    },
  };
}

export function makeArchiver(
  store: Store,
  warehouse: Warehouse,
  node = 'here',
  logger: Logger = createLogger('silent'),
): Archiver {
  const telemetry = createTelemetry(logger);
  const source = archiverSource({ store, stream: 'main', node, ...telemetry });
  return new Archiver({ source, store, warehouse, periodMs: 20, ...telemetry });
}

/** Copies all that there is. */
export async function archiveAll(store: Store, warehouse: Warehouse): Promise<void> {
  const archiver = makeArchiver(store, warehouse);
  while ((await archiver.round()) === 'copied');
  await archiver.release();
}
