// What a failure to connect is, as a finding of `doctor`, by the codes of the drivers.
import { PackageMissing } from '../../base/optional-package.ts';
import type { Mend } from '../examining/mend.ts';
import type { Found } from '../examining/patient.ts';
import { databaseOf, userOf } from '../examining/where.ts';
import type { FindingId } from '../finding-table.ts';
import { isSqliteDamage } from './db-errors.ts';
import { quoted as quotedForMysql } from './mysql/literal.ts';
import { createDatabase, LOCALE_HINT, quoted } from './postgres/sql-text.ts';
import { UnsoundLibrary } from './sqlite/driver.ts';

const POSTGRES: Readonly<Record<string, RefusalId>> = {
  '28000': 'login-refused', // no such role, or not from here
  '28P01': 'login-refused',
  '3D000': 'database-missing',
  '42501': 'right-missing',
  '53300': 'connections-few',
};

const MYSQL: Readonly<Record<number, RefusalId>> = {
  1040: 'connections-few',
  1044: 'right-missing', // none to the database
  1045: 'login-refused',
  1049: 'database-missing',
  1130: 'login-refused', // not from this host
  1203: 'connections-few',
  1226: 'connections-few',
  1698: 'login-refused',
};

/** SQLite's texts; see db-errors.ts. */
const SQLITE: Readonly<Record<string, RefusalId>> = {
  'database is locked': 'file-held',
};

/** Those that have statements. */
type Mends = Partial<Readonly<Record<FindingId, Mend>>>;

const MENDS = {
  'login-refused':
    'Give the right user and password in the URL, and let the account in from this machine.',
  'database-missing': 'Make it, or name another one in the URL.',
  'right-missing': 'Give the account rights to the database.',
  'file-held':
    'End the program that has it for itself, or let it work in WAL mode with short transactions.',
  'file-damaged': 'Restore it from a backup, together with the other database.',
  'file-unusable': 'Name a file in a folder that this account may write.',
  'driver-missing': 'Install it.',
  'library-old': 'Reinstall the package @photostructure/sqlite.',
  'connections-few': 'Close some, or let the server take more.',
} as const satisfies Partial<Record<FindingId, string>>;

type RefusalId = keyof typeof MENDS;

/** What the drivers say where a URL asks for TLS and the server answers that it has none. */
const WITHOUT_TLS = /does not support (?:SSL connections|secure connection)/;

interface Failure {
  readonly message?: string;
  readonly code?: unknown;
  readonly errno?: number;
}

export function postgresRefusal(error: unknown, url: string): Found {
  const user = userOf(url);
  // As the driver has it.
  const name = databaseOf(url) || user;
  const mends: Mends = {
    'database-missing': {
      mend: `${MENDS['database-missing']} ${LOCALE_HINT}`,
      sql: [createDatabase(name, user || null)],
    },
    'right-missing': {
      mend: 'Let the account connect to the database.',
      sql: user === '' ? [] : [`grant connect on database ${quoted(name)} to ${quoted(user)}`],
    },
  };
  return refusal(error, POSTGRES[String((error as Failure).code)], mends);
}

export function mysqlRefusal(error: unknown, url: string): Found {
  const create = `create database ${quotedForMysql(databaseOf(url))}`;
  return refusal(error, MYSQL[(error as Failure).errno ?? 0], {
    'database-missing': { mend: MENDS['database-missing'], sql: [create] },
  });
}

export function sqliteRefusal(error: unknown): Found {
  const { message } = error as Error;
  const id = SQLITE[message] ?? idOfFailure(error) ?? 'file-unusable';
  return { id, found: `It cannot be opened: ${message}`, mend: MENDS[id], sql: [] };
}

/** null: a check has failed for another reason. */
export function sqliteDamage(error: unknown): Found | null {
  if (!isSqliteDamage(error)) return null;
  const id = 'file-damaged';
  return { id, found: `It is damaged: ${(error as Error).message}`, mend: MENDS[id], sql: [] };
}

function idOfFailure(error: unknown): RefusalId | null {
  if (isSqliteDamage(error)) return 'file-damaged';
  if (error instanceof UnsoundLibrary) return 'library-old';
  return error instanceof PackageMissing ? 'driver-missing' : null;
}

function refusal(error: unknown, id: RefusalId | undefined, mends: Mends): Found {
  const { message, code } = error as Failure;
  // Node has no message for several addresses that were tried.
  const words = (message || String(code)).replace(/\s+/g, ' ').trim();
  const mend = (id && MENDS[id]) ?? unreachableMend(words);
  return {
    id: id ?? 'unreachable',
    found: `It cannot be connected to: ${words}`,
    ...((id && mends[id]) ?? { mend, sql: [] }),
  };
}

function unreachableMend(words: string): string {
  if (!WITHOUT_TLS.test(words))
    return 'Start the server, and let this machine reach it; or mend the URL.';
  return (
    'Switch TLS on at the server; or take what asks for it out of the URL (sslmode, ssl), where nobody can listen ' +
    'on the way.'
  );
}
