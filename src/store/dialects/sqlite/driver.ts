// Opens SQLite files: `node:sqlite` where the runtime has a sound one, else the package with the same API.
// Between 3.7.0 and 3.51.2 a WAL database that several processes write can be corrupted, so older ones are refused.
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { loadWith } from '../driver-package.ts';
import type { ConnectionSettings } from '../source.ts';
import { whenFree } from './busy.ts';

export type DatabaseClass = new (
  file: string,
  options?: { timeout: number; readOnly?: boolean },
) => DatabaseSyncInstance;
const SOUND_VERSION = [3, 51, 3] as const;

/** What there is of SQLite here must not write a file that others write. */
export class UnsoundLibrary extends Error {
  override name = 'UnsoundLibrary';
}

let loaded: Promise<DatabaseClass> | null = null;

export function loadDriver(): Promise<DatabaseClass> {
  loaded ??= (async () => {
    const builtIn = await loadBuiltIn().catch(() => null);
    if (builtIn !== null && isSound(versionOf(builtIn))) return builtIn;
    const driver = await loadWith('sqlite', loadPackage);
    if (isSound(versionOf(driver))) return driver;
    throw new UnsoundLibrary(
      `SQLite ${SOUND_VERSION.join('.')} or later is needed: older ones can corrupt a WAL database that several ` +
        'processes write. Reinstall the package @photostructure/sqlite.',
    );
  })();
  return loaded;
}

/** The file named by `sqlite:PATH`, or by a knex instance's `filename`; its folder made when it is missing. */
export function databaseFile(settings: ConnectionSettings): string {
  const file = filePath(settings);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

/** Throws when it names no file. */
export function filePath(settings: ConnectionSettings): string {
  const isUrl = typeof settings === 'string';
  const path = isUrl ? settings.replace(/^sqlite3?:(?:\/\/(?=\/))?/, '') : settings.filename;
  if (typeof path !== 'string' || path === '' || /^(?::memory:|file:)/.test(path)) {
    throw new Error(
      `SQLite needs a file, as in ${isUrl ? 'sqlite:./data/events.db' : "{filename: './data/events.db'}"}, got ` +
        `${JSON.stringify(isUrl ? settings : path)}: of a database in memory every connection has its own.`,
    );
  }
  return resolve(path);
}

/** busy_timeout is 0: a foreign writer must never freeze the process; who meets it retries asynchronously. */
export async function openHandle(
  Driver: DatabaseClass,
  file: string,
  timeoutMs: number,
): Promise<DatabaseSyncInstance> {
  const handle = new Driver(file, { timeout: 0 });
  try {
    // It reads the schema, so it too meets whoever has the file for himself, as to change its mode.
    await whenFree(() => handle.exec('pragma synchronous = full'), timeoutMs);
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

async function loadBuiltIn(): Promise<DatabaseClass> {
  const name = 'node:sqlite';
  return ((await import(name)) as { DatabaseSync: DatabaseClass }).DatabaseSync;
}

async function loadPackage(): Promise<DatabaseClass> {
  return (await import('@photostructure/sqlite')).DatabaseSync;
}

export function versionOf(Driver: DatabaseClass): string {
  const probe = new Driver(':memory:');
  const row = probe.prepare('select sqlite_version() as version').get() as { version: string };
  probe.close();
  return row.version;
}

export function isSound(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [place, least] of SOUND_VERSION.entries()) {
    const part = parts[place] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
