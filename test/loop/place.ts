// Where a loop has its databases, its files and its servers.
import type { DatabaseKind } from '../support/databases.ts';
import type { KeptServer } from '../support/kept-server.ts';

export interface Place {
  readonly kind: DatabaseKind;
  readonly databaseUrl: string;
  readonly warehouseUrl: string;
  /** Of the consumer that keeps effects. */
  readonly ownUrl: string;
  /** For files. */
  readonly folder: string;
  readonly nats: KeptServer;
}
