// A migrated store on a fresh database of the given kind, gone after the test.
import { Store } from '../../src/store/store.ts';
import { createDatabase, type DatabaseKind } from './databases.ts';

export interface OpenStore {
  readonly store: Store;
  readonly url: string;
  /** A second node on the same database. */
  another(): Promise<Store>;
  close(): Promise<void>;
}

export async function openStore(
  kind: DatabaseKind,
  streams: readonly string[] = ['main'],
): Promise<OpenStore> {
  const database = await createDatabase(kind);
  const opened: Store[] = [];
  const open = async () => {
    const store = await Store.open({ database: database.url, poolMax: 8, timeoutMs: 10_000 });
    opened.push(store);
    return store;
  };
  const store = await open();
  await store.migrate(streams);
  return {
    store,
    url: database.url,
    another: open,
    close: async () => {
      for (const each of opened) await each.close();
      await database.drop();
    },
  };
}
