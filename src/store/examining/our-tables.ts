// The tables that a database of ours has, as far as they are there: what checks of rights and of storage go through.

import type { DatabaseName } from '../opening.ts';
import { tablesOf } from '../tables.ts';
import { SCHEMAS } from './migrations-check.ts';
import type { Patient } from './patient.ts';

const SHARED: Readonly<Record<DatabaseName, readonly string[]>> = {
  active: [
    ...['evt_streams', 'evt_consumers', 'evt_keys', 'evt_epochs', 'evt_projections', 'evt_state'],
    ...['evt_failures', 'evt_parked'],
    ...['evt_copies', 'evt_copy_ids', 'evt_syncs', 'evt_migrations'],
  ],
  warehouse: [
    ...['evt_archives', 'evt_watermarks', 'evt_checksums'],
    ...['evt_copies', 'evt_copy_ids', 'evt_syncs', 'evt_migrations'],
  ],
};

/** Streams that the database knows, and those that it is to know: all that there is where the first may not be read. */
async function streamsOf(patient: Patient): Promise<string[]> {
  const { database, streams } = patient.request;
  const { table, key } = SCHEMAS[database].versions;
  const isThere = (await patient.tablesAmong([table])).size > 0;
  const asked = isThere ? patient.ask(`select ${key} as name from ${table}`) : Promise.resolve([]);
  const rows = await asked.catch(() => []);
  return [...new Set([...streams, ...rows.map(({ name }) => String(name))])];
}

/** Those of the streams among them that are there. */
export async function inboxesOf(patient: Patient): Promise<string[]> {
  if (patient.request.database !== 'active') return [];
  const names = (await streamsOf(patient)).map((stream) => tablesOf(stream).inbox);
  return [...(await patient.tablesAmong(names))];
}

/** All that are there. */
export async function ourTables(patient: Patient): Promise<string[]> {
  const { database } = patient.request;
  const ofStreams = (await streamsOf(patient)).flatMap((stream) => {
    const { inbox, queue, history } = tablesOf(stream);
    return database === 'active' ? [inbox, queue] : [history];
  });
  return [...(await patient.tablesAmong([...SHARED[database], ...ofStreams]))];
}
