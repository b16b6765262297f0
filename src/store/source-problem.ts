// What is wrong with what names a database, as far as that is seen before anything is connected or loaded.
import { existsSync } from 'node:fs';
import { requireDatabase } from './dialects/mysql/where-to.ts';
import type { ConnectionSettings, Place } from './dialects/source.ts';
import { isKnownUrl, placeOf } from './dialects/source.ts';
import { filePath } from './dialects/sqlite/driver.ts';
import type { DatabaseSource } from './source.ts';

const REQUIRE: Readonly<Record<Place['kind'], (settings: ConnectionSettings) => unknown>> = {
  sqlite: filePath,
  // A database without a name is that of the user.
  postgres: () => {},
  mysql: requireDatabase,
};

/** The same of a text that has to be a URL, without a full stop. */
export function urlProblem(url: string): string | null {
  if (!isKnownUrl(url)) return 'it is the URL of no database that is known here';
  return sourceProblem(url)?.replace(/\.$/, '') ?? null;
}

/** Says so of a database that is a file, and is not there: opening would make it. null = nothing is wrong. */
export function absenceOf(url: string): string | null {
  const { kind, known } = placeOf(url);
  if (kind !== 'sqlite' || known === null) return null;
  const path = filePath(known);
  return existsSync(path) ? null : `There is no database ${path}.`;
}

/** One sentence; null when nothing is. Of which kinds a URL may be is for the settings to say. */
export function sourceProblem(source: DatabaseSource): string | null {
  if (typeof source === 'string' && !isKnownUrl(source)) return null;
  try {
    const { kind, known, servers } = placeOf(source);
    if (known !== null) for (const settings of servers?.urls ?? [known]) REQUIRE[kind](settings);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
