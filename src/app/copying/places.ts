// The databases that references name, opened for a copy and closed behind it. What is copied from must be there; what
// is copied into is made.
import type { Settings } from '../../config/load.ts';
import { ARCHIVER_SINK } from '../../relay/archiver.ts';
import type { CopyPlace } from '../../relay/copy-ends.ts';
import { parseReference, type Reference, type TableReference } from '../../relay/reference.ts';
import { Archive } from '../../store/archive.ts';
import { absenceOf } from '../../store/source-problem.ts';
import { Store } from '../../store/store.ts';
import { Warehouse } from '../../store/warehouse.ts';
import { Failure } from '../command.ts';
import { databaseOptions } from '../database-options.ts';

/** What is to be done there: to copy from it, to copy into it, or to look for copies that were begun. */
export type PlaceUse = 'read' | 'write' | 'look';

export async function withPlace<T>(
  reference: Reference,
  use: PlaceUse,
  settings: Settings,
  work: (place: CopyPlace) => Promise<T>,
): Promise<T> {
  if (reference.kind === 'files') return work({ reference });
  const url = urlOf(reference, settings);
  const absence = use === 'write' ? null : absenceOf(url);
  if (absence !== null) throw new Failure(absence);
  const at = { reference, url, use, settings };
  return reference.kind === 'queue' ? inStore(at, work) : inWarehouse(at, work);
}

/** False for the file of an SQLite database that does not exist. */
export function isThere(reference: Reference, settings: Settings): boolean {
  return reference.kind === 'files' || absenceOf(urlOf(reference, settings)) === null;
}

/** The configured databases may be named by their URLs, too. */
export function isSamePlace(one: Reference, other: Reference, settings: Settings): boolean {
  const [first, second] = [one, other].map((reference) => {
    if (reference.kind === 'files') return reference.text;
    const suffix = reference.kind === 'history' ? '/history' : '';
    const found = parseReference(`${urlOf(reference, settings)}#${reference.stream}${suffix}`);
    return 'text' in found ? found.text : reference.text;
  });
  return first === second;
}

interface At {
  readonly reference: TableReference;
  readonly url: string;
  readonly use: PlaceUse;
  readonly settings: Settings;
}

async function inStore<T>(
  { reference, url, use, settings }: At,
  work: (place: CopyPlace) => Promise<T>,
): Promise<T> {
  const store = await Store.open(databaseOptions(settings, url));
  try {
    if (use === 'write') await store.migrate([reference.stream]);
    else if (!(await store.isMigrated())) throw withoutTables(reference);
    else if (use === 'look') await store.migrate([]);
    if (use !== 'read' || reference.database !== 'active' || !settings.readArchive) {
      return await work({ reference, store });
    }
    const warehouse = await Warehouse.open(databaseOptions(settings, settings.warehouseUrl));
    try {
      store.readThrough(new Archive(warehouse, ARCHIVER_SINK));
      return await work({ reference, store });
    } finally {
      await warehouse.close();
    }
  } finally {
    await store.close();
  }
}

async function inWarehouse<T>(
  { reference, url, use, settings }: At,
  work: (place: CopyPlace) => Promise<T>,
): Promise<T> {
  const warehouse = await Warehouse.open(databaseOptions(settings, url));
  try {
    if (use === 'write') await warehouse.migrate([reference.stream]);
    else if (!(await warehouse.isMigrated())) throw withoutTables(reference);
    else if (use === 'look') await warehouse.migrate([]);
    return await work({ reference, warehouse });
  } finally {
    await warehouse.close();
  }
}

function urlOf({ database }: TableReference, { databaseUrl, warehouseUrl }: Settings): string {
  if (typeof database === 'object') return database.url;
  return database === 'active' ? databaseUrl : warehouseUrl;
}

function withoutTables({ text }: TableReference): Failure {
  return new Failure(`${text}: the database has no tables of Aftercommit.`);
}
