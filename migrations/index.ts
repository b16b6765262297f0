// Every migration in its order. A list and not a folder scan: it is the same in tests (.ts) and in the build (.js).
import { streamsTable } from './active/0001-streams.ts';
import { consumersTable } from './active/0002-consumers.ts';
import { epochsTable } from './active/0003-epochs.ts';
import { gapsColumn } from './active/0004-gaps.ts';
import { keysTable } from './active/0005-keys.ts';
import { asideColumn } from './active/0007-aside.ts';
import { renamesColumn } from './active/0009-renames.ts';
import { projectionsTable } from './active/0010-projections.ts';
import { stateTable } from './active/0011-state.ts';
import { failuresTables } from './active/0013-failures.ts';
import { historyTable } from './history/0001-history.ts';
import type { Migration, StreamMigration } from './migration.ts';
import { copiesTables } from './shared/copies.ts';
import { syncsTable } from './shared/syncs.ts';
import { queueTable } from './stream/0001-queue.ts';
import { inboxTable } from './stream/0002-inbox.ts';
import { waitingTrigger } from './stream/0003-waiting.ts';
import { archivesTable } from './warehouse/0001-archives.ts';
import { watermarksTable } from './warehouse/0002-watermarks.ts';
import { checksumsTable } from './warehouse/0005-checksums.ts';

export type { DatabaseKind, Migration, StreamMigration } from './migration.ts';

export const activeMigrations: readonly Migration[] = [
  streamsTable,
  consumersTable,
  epochsTable,
  gapsColumn,
  keysTable,
  syncsTable('0006-syncs'),
  asideColumn,
  copiesTables('0008-copies'),
  renamesColumn,
  projectionsTable,
  stateTable,
  failuresTables,
];
/** Applied to each stream of the active database; `evt_streams.schema` counts how many it has. */
export const streamMigrations: readonly StreamMigration[] = [
  queueTable,
  inboxTable,
  waitingTrigger,
];
export const warehouseMigrations: readonly Migration[] = [
  archivesTable,
  watermarksTable,
  syncsTable('0003-syncs'),
  copiesTables('0004-copies'),
  checksumsTable,
];
/** Applied to each stream of the warehouse; `evt_archives.schema` counts how many it has. */
export const historyMigrations: readonly StreamMigration[] = [historyTable];
