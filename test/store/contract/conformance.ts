// The suite that every database must pass; a dialect is finished when it does, not before.
import type { DatabaseKind } from '../../support/databases.ts';
import { type OpenStore, openStore } from '../../support/open-store.ts';
import { appendContract } from './append.ts';
import { commitOrderContract } from './commit-order.ts';
import { cursorsContract } from './cursors.ts';
import { discardContract } from './discard.ts';
import { epochsContract } from './epochs.ts';
import { failuresContract } from './failures.ts';
import { historyContract } from './history.ts';
import { inboxContract } from './inbox.ts';
import { keysContract } from './keys.ts';
import { migrateContract } from './migrate.ts';
import { parkingContract } from './parking.ts';
import { statesContract } from './states.ts';
import { statusesContract } from './statuses.ts';

export type Open = (streams?: readonly string[]) => Promise<OpenStore>;

export function conformance(kind: DatabaseKind): void {
  const open: Open = (streams) => openStore(kind, streams);
  appendContract(open);
  inboxContract(kind, open);
  commitOrderContract(kind, open);
  cursorsContract(kind, open);
  discardContract(kind, open);
  epochsContract(kind, open);
  failuresContract(kind, open);
  historyContract(kind, open);
  keysContract(kind, open);
  migrateContract(kind);
  parkingContract(open);
  statesContract(kind, open);
  statusesContract(kind, open);
}
