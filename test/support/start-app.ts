// A running node on a fresh database, on a free port, gone after the test.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../src/app/app.ts';
import { loadSettings, type Settings } from '../../src/config/load.ts';
import { createLogger, type LogLevel } from '../../src/telemetry/logger.ts';
import { createDatabase, type DatabaseKind } from './databases.ts';

export interface StartedApp {
  readonly app: App;
  readonly url: string;
  readonly settings: Settings;
  /** A second node on the same databases. */
  another(values?: Partial<Settings>): Promise<StartedApp>;
  /** Stops this node and, if it was the first, removes the databases. */
  stop(): Promise<void>;
}

const logLevel = (process.env.TEST_LOG_LEVEL ?? 'silent') as LogLevel;

export async function startApp(
  kind: DatabaseKind,
  values: Partial<Settings> = {},
): Promise<StartedApp> {
  const [active, warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
  const folder = await mkdtemp(join(tmpdir(), 'aftercommit-app-'));
  const cleanUp = async () => {
    await Promise.all([active.drop(), warehouse.drop()]);
    await rm(folder, { recursive: true, force: true });
  };
  const settings = loadSettings({
    values: {
      databaseUrl: active.url,
      warehouseUrl: warehouse.url,
      port: 0,
      logLevel,
      workerPeriodMs: 50,
      ...values,
    },
  });
  return start(settings, cleanUp).catch(async (error) => {
    await cleanUp();
    throw error;
  });
}

async function start(settings: Settings, cleanUp: () => Promise<void>): Promise<StartedApp> {
  const app = new App(settings, createLogger(settings.logLevel as LogLevel));
  await app.start();
  const others: StartedApp[] = [];
  return {
    app,
    url: app.url,
    settings,
    another: async (values = {}) => {
      const other = await start({ ...settings, ...values }, async () => {});
      others.push(other);
      return other;
    },
    stop: async () => {
      for (const other of others.splice(0)) await other.stop();
      await app.stop();
      await cleanUp();
    },
  };
}
