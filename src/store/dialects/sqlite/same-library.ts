// A process must reach a SQLite file by one SQLite library only: a second copy in the same process does not see the
// locks of the first (the system's locks are the process's), so both write at once, and what one of them has committed
// is gone without an error. The packages sqlite3 and better-sqlite3 each bring a copy of their own.
import type { KnexClient } from '../source.ts';
import type { DatabaseClass } from './driver.ts';
import { SqliteClient } from './knex-client.ts';

/** Throws unless the knex instance runs on the very library that `Driver` is of. */
export function requireSameLibrary(client: KnexClient, Driver: DatabaseClass): void {
  if (client instanceof SqliteClient) return;
  // By prototype: a package that is both imported and required has two functions before one class.
  const { driver } = client;
  const classes = [driver, (driver as { DatabaseSync?: unknown } | null)?.DatabaseSync];
  if (classes.some((each) => (each as DatabaseClass)?.prototype === Driver.prototype)) return;
  throw new Error(
    `A knex instance with the client ${client.driverName} brings a SQLite library of its own: in one process two of ` +
      "them do not see each other's locks and lose what was committed. Give it the client of aftercommit/sqlite, or " +
      'run the service in a process of its own.',
  );
}
