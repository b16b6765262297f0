// What the settings say of a database connection. Apart from the running app, so that commands on the databases do not
// load a server.
import type { Settings } from '../config/load.ts';
import type { DialectOptions } from '../store/dialect.ts';
import type { DatabaseSource } from '../store/source.ts';

/** What the databases are opened with. */
export function databaseOptions(settings: Settings, database: DatabaseSource): DialectOptions {
  return { database, poolMax: settings.databasePoolMax, timeoutMs: settings.databaseTimeoutMs };
}
