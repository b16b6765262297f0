// A store on a database server of the test's own, fresh for each test of a `describe`.
import { Store } from '../../src/store/store.ts';
import type { ServerKind } from '../support/databases.ts';
import { type OwnServer, type OwnServerOptions, startOwnServer } from '../support/own-server.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';

const START_MS_MAX = 60_000;

export interface OwnStore {
  server: OwnServer;
  /** Of its database. */
  url: string;
  store: Store;
  sql: SqlSession;
  /** Another node on it. */
  open(): Promise<Store>;
  /** Run behind the test, the last one first. */
  cleanups: (() => Promise<unknown>)[];
}

/** Whole from its `beforeEach` on. */
export function ownStore(kind: ServerKind, options?: OwnServerOptions): OwnStore {
  const place = { cleanups: [] as OwnStore['cleanups'] } as OwnStore;
  beforeEach(async () => {
    const server = await startOwnServer(kind, options);
    const url = await server.createDatabase();
    const open = async () => {
      const store = await Store.open({ database: url, poolMax: 4, timeoutMs: 5000 });
      place.cleanups.unshift(() => store.close());
      return store;
    };
    place.cleanups.push(() => server.close());
    const store = await open();
    await store.migrate(['main']);
    const sql = await openSqlSession(kind, url);
    place.cleanups.unshift(() => sql.close().catch(() => {}));
    Object.assign(place, { server, url, open, store, sql });
  }, START_MS_MAX);
  afterEach(async () => {
    for (const cleanup of place.cleanups.splice(0)) await cleanup();
  });
  return place;
}
