// Goes on with the databases of futoin-eventstream: looks at both, refuses what cannot be done before anything is
// changed, then adopts the warehouse, whose greatest id counts for the active one, and that one.
import { existsSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { type Settings, settingFacts } from '../config/load.ts';
import { ARCHIVER } from '../contract/consumer.ts';
import { compareIds, type EventId, NO_EVENT } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import { readDeliverable } from '../feed/deliverable.ts';
import { ARCHIVER_SINK } from '../relay/archiver.ts';
import type { Adopted, OriginalActive, Store } from '../store/store.ts';
import type { AdoptedHistory, FoundHistory, Warehouse } from '../store/warehouse.ts';
import { Failure } from './command.ts';
import { nameConsumers, ORIGINAL_ARCHIVER } from './consumer-names.ts';
import { withWarehouse } from './databases.ts';

export interface AdoptionRequest {
  readonly settings: Settings;
  readonly tables: { readonly queue: string; readonly consumers: string; readonly history: string };
  readonly principals: ReadonlyMap<string, string>;
  /** How long to look whether somebody works the old way. */
  readonly watchMs: number;
  /** The warehouse was asked for, and not only set. */
  readonly needsWarehouse: boolean;
  /** Told what is being done now. */
  readonly onStep: (step: string) => Promise<void>;
}

export interface AdoptedEvents {
  readonly count: number;
  /** Those that consumers get as null, under a type that says so; the first of them by id. */
  readonly invalid: number;
  readonly firstInvalid: readonly EventId[];
}

export interface Adoption extends Adopted {
  readonly events: AdoptedEvents;
  /** null without a warehouse that has one. */
  readonly history: AdoptedHistory | null;
  readonly applied: readonly string[];
}

const INVALID_SHOWN_MAX = 10;

/** null when there is nothing to adopt. */
export async function adoptDatabases(
  store: Store,
  request: AdoptionRequest,
): Promise<Adoption | null> {
  const { settings, needsWarehouse } = request;
  if (!settings.streams.includes('main')) {
    throw new Failure('What is adopted becomes stream main, which EVT_STREAMS does not name.');
  }
  if (!needsWarehouse && !isWarehouseSet(settings)) return adopt(store, null, request);
  return withWarehouse(settings, (warehouse) => adopt(store, warehouse, request));
}

async function adopt(
  store: Store,
  warehouse: Warehouse | null,
  request: AdoptionRequest,
): Promise<Adoption | null> {
  const { tables, principals, onStep } = request;
  const active = await store.findOriginal(tables);
  const history = (await warehouse?.findHistory(tables.history)) ?? null;
  if (active === null) {
    if (history?.isOriginal !== true) return requireOurs(store);
    throw new Failure(
      'The warehouse is one of futoin-eventstream, but the active database is not: both are adopted in one run. Is ' +
        'EVT_DATABASE_URL right?',
    );
  }
  const idents = active.consumers.map(({ ident }) => ident);
  const names = nameConsumers(idents, principals);
  requireHistory(active, history);
  await watch(store, warehouse, request);

  if (history?.isOriginal) await onStep('Converting the history');
  const archived = history === null ? null : ((await warehouse?.adopt(tables.history)) ?? null);
  const archivedUpTo = archived?.newest ?? null;
  await onStep('Converting the queue');
  const adopted = await store.adopt({ tables, names, archivedUpTo });
  const applied = await migrateRest(store, warehouse, archivedUpTo, request);
  await onStep('Reading the events');
  const events = await readAdopted(store, adopted);
  return { ...adopted, applied, events, history: archived };
}

/** Throws where nothing is: whoever means to go on with his events must not be given an empty stream instead. */
async function requireOurs(store: Store): Promise<null> {
  if (await store.isMigrated()) return null;
  throw new Failure(
    'There are no tables of futoin-eventstream here. Is EVT_DATABASE_URL right, or had they other names ' +
      '(--event-table, --consumer-table)? A new database is made by aftercommit migrate, without --adopt.',
  );
}

/** The default one only when it is there: a file that is made by looking would tell nothing. */
function isWarehouseSet({ warehouseUrl }: Settings): boolean {
  if (warehouseUrl !== settingFacts('warehouseUrl').default) return true;
  return existsSync(warehouseUrl.replace(/^sqlite:/, ''));
}

/** Throws when an archive was begun whose history is not here: it would have a hole. */
function requireHistory(active: OriginalActive, history: FoundHistory | null): void {
  const archiver = active.consumers.find(({ ident }) => ident === ORIGINAL_ARCHIVER);
  // The original, too, wrote into the history before it moved its cursor.
  const newest = history?.newest ?? NO_EVENT;
  if (archiver !== undefined && compareIds(newest, archiver.cursor) < 0) {
    const found =
      newest === NO_EVENT
        ? 'no history of them is found'
        : `the history that is found ends with ${newest}`;
    throw new Failure(
      `Events up to ${archiver.cursor} were archived, but ${found}: name its database as EVT_WAREHOUSE_URL (and its ` +
        `table with --history-table), or delete the row of ${ORIGINAL_ARCHIVER}.`,
    );
  }
  if (history?.hasWatermark) {
    throw new Failure(
      'The warehouse holds the history of another database already. Is EVT_WAREHOUSE_URL right?',
    );
  }
}

/** Throws when somebody works the old way meanwhile, which would be lost on him. */
async function watch(
  store: Store,
  warehouse: Warehouse | null,
  { tables, watchMs, onStep }: AdoptionRequest,
): Promise<void> {
  const look = async () => {
    const active = await store.findOriginal(tables);
    const history = (await warehouse?.findHistory(tables.history)) ?? null;
    const marks = new Map(active?.isBegun ? [] : active?.marks);
    if (history?.isOriginal && !history.isBegun) {
      marks.set(`events are archived in ${tables.history}`, history.newest);
    }
    return marks;
  };
  const before = await look();
  if (before.size === 0) return;
  await onStep('Looking whether somebody works the old way');
  await systemClock.sleep(watchMs);
  const after = await look();
  const names = new Set([...before.keys(), ...after.keys()]);
  const seen = [...names].filter((name) => before.get(name) !== after.get(name));
  if (seen.length === 0) return;
  throw new Failure(
    `Somebody still works the old way: ${seen.join(', ')}. Stop all services of futoin-eventstream, and run it again.`,
  );
}

/** What every database of ours has beside. */
async function migrateRest(
  store: Store,
  warehouse: Warehouse | null,
  archivedUpTo: EventId | null,
  { settings: { streams }, needsWarehouse }: AdoptionRequest,
): Promise<string[]> {
  const applied = await store.migrate(streams);
  if (warehouse === null || (archivedUpTo === null && !needsWarehouse)) return applied;
  applied.push(...(await warehouse.migrate(streams)));
  for (const stream of needsWarehouse ? streams : ['main']) await store.requireArchive(stream);
  // As the archiver would do it itself at its start.
  const lastId = (await store.findConsumer('main', ARCHIVER))?.cursor as EventId;
  const { epoch } = await store.streamState('main');
  await warehouse.openWatermark(ARCHIVER_SINK, 'main', { lastId, epoch });
  return applied;
}

/** Reads every event once as consumers will: what is none stops nobody, but should be known. */
async function readAdopted(store: Store, adopted: Adopted): Promise<AdoptedEvents> {
  const { discardedUpTo, gapsUpTo } = adopted;
  const isAdopted = (id: EventId) => compareIds(id, gapsUpTo) <= 0;
  const firstInvalid: EventId[] = [];
  let invalid = 0;
  const onInvalid = (id: EventId) => {
    if (!isAdopted(id)) return;
    invalid += 1;
    if (firstInvalid.length < INVALID_SHOWN_MAX) firstInvalid.push(id);
  };
  const limits = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };
  const source = { store, stream: 'main', onInvalid };
  let count = 0;
  for (let after = discardedUpTo; isAdopted(after); ) {
    const rows = await readDeliverable(source, after, limits);
    count += rows.filter(([id]) => isAdopted(id)).length;
    const last = rows.at(-1)?.[0];
    if (last === undefined) break;
    after = last;
  }
  return { count, invalid, firstInvalid };
}
