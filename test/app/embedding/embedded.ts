// An app inside the test's own process, made as an application makes it, on a fresh database of one kind.
import { type App, type AppOptions, createApp, type Logger } from '../../../src/index.ts';
import { createDatabase, type DatabaseKind, type TestDatabase } from '../../support/databases.ts';

export interface Embedded {
  database: TestDatabase;
  warehouse: TestDatabase;
  app: App;
  /** Another one on the same databases; stopped behind the test. */
  another(options?: AppOptions): Promise<App>;
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export function embedded(kind: DatabaseKind, options: AppOptions = {}): Embedded {
  const apps: App[] = [];
  const own = {
    another: async (more = {}) => {
      const app = createApp({
        database: own.database.url,
        warehouse: own.warehouse.url,
        logger: silent,
        workerPeriodMs: 20,
        ...options,
        ...more,
      });
      apps.push(app);
      await app.start();
      return app;
    },
  } as Embedded;
  beforeEach(async () => {
    [own.database, own.warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
    own.app = await own.another();
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.stop();
    await Promise.all([own.database.drop(), own.warehouse.drop()]);
  });
  return own;
}
