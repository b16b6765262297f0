// The only place that reads driver codes: what a failed statement left behind.
import type { Outcome } from '../dialect.ts';
import { KnownOutcome } from './known-outcome.ts';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** @photostructure/sqlite 1.2.1 leaves the code out of what `all` and `iterate` throw; SQLite's texts are fixed. */
const SQLITE_MESSAGES: Readonly<Record<string, number>> = {
  'database is locked': SQLITE_BUSY,
  'database table is locked': SQLITE_LOCKED,
  'disk I/O error': SQLITE_IOERR,
  'database or disk is full': SQLITE_FULL,
  'unable to open database file': SQLITE_CANTOPEN,
  'database disk image is malformed': SQLITE_CORRUPT,
  'file is not a database': SQLITE_NOTADB,
};
/** Behind it stand the table and what is wrong with it. */
const SQLITE_BAD_SCHEMA = /^malformed database schema \(/;

interface SqliteFailure {
  readonly message?: string;
  readonly code?: string;
  readonly errcode?: number;
}

/** SQLite answers in the process itself: there is no unknown outcome. */
export function sqliteOutcome(error: unknown): Outcome {
  // Behind another transaction of this process; its own was never begun.
  if ((error as Error | null)?.name === 'KnexTimeoutError') return 'not-run';
  const primary = sqlitePrimaryCode(error);
  if (primary === SQLITE_BUSY || primary === SQLITE_LOCKED) return 'rolled-back';
  if (primary === SQLITE_FULL || primary === SQLITE_IOERR || primary === SQLITE_CANTOPEN) {
    return 'not-run';
  }
  return 'refused';
}

export function isSqliteBusy(error: unknown): boolean {
  return sqliteOutcome(error) === 'rolled-back';
}

/** True when what is in the file cannot be read as a database. */
export function isSqliteDamage(error: unknown): boolean {
  const primary = sqlitePrimaryCode(error);
  return primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB;
}

/** Extended codes carry the primary one in their low byte. */
function sqlitePrimaryCode(error: unknown): number | null {
  const failure = error as SqliteFailure | null;
  if (failure?.code !== 'ERR_SQLITE_ERROR') return null;
  if (failure.errcode !== undefined) return failure.errcode & 0xff;
  const { message = '' } = failure;
  if (SQLITE_BAD_SCHEMA.test(message)) return SQLITE_CORRUPT;
  return SQLITE_MESSAGES[message] ?? null;
}

const POSTGRES_ROLLED_BACK: ReadonlySet<string> = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock time-out
  '57014', // statement time-out
  '25P03', // idle in the transaction for too long; the COMMIT was not read
  '25P04', // transaction time-out
]);

const POSTGRES_NOT_RUN: ReadonlySet<string> = new Set([
  '25006', // the server is read-only: it was demoted
  '57P03', // starting up, or a standby without hot_standby
  '58030', // I/O error
]);

/** Codes and code classes of a connection that ended with the statement on its way; 40003 says so itself. */
const POSTGRES_UNKNOWN: ReadonlySet<string> = new Set([
  '40003',
  '57P01',
  '57P02',
  '57P04',
  '57P05',
]);
const POSTGRES_CONNECTION_CLASS = '08';
/** Disk full, memory, too many connections. */
const POSTGRES_RESOURCES_CLASS = '53';

const CONNECTING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);
/** Node's codes where no system call is named: of several addresses that were tried, or of a socket that is closed. */
const NODE_CONNECTING = /^(?:ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|EHOSTUNREACH|ENETUNREACH)$/;
const NODE_SOCKET = /^(?:E[A-Z]{4,}|ERR_(?:STREAM|SSL|TLS|SOCKET)_.*)$/;
/** pg has no codes of its own, and knex sets its statement before a message. This comes before anything is sent. */
const PG_NOT_SENT = /is not queryable$/;
/** And this when a connection went, or said nothing for too long. */
const PG_LOST = /(?:Connection terminated(?: unexpectedly)?|Query read timeout)$/;

interface PostgresFailure {
  readonly name?: string;
  readonly message?: string;
  /** An SQLSTATE, or the code of a socket's error. */
  readonly code?: string;
  readonly syscall?: string;
}

/** Errors of the server are certain; what ends the connection leaves open whether the commit was done. */
export function postgresOutcome(error: unknown): Outcome {
  if (error instanceof KnownOutcome) return error.outcome;
  const failure = (error ?? {}) as PostgresFailure;
  if (failure.syscall !== undefined) return CONNECTING.has(failure.syscall) ? 'not-run' : 'unknown';
  if (failure.code !== undefined) return postgresCodeOutcome(failure.code);
  if (PG_NOT_SENT.test(failure.message ?? '')) return 'rolled-back';
  return PG_LOST.test(failure.message ?? '') ? 'unknown' : 'refused';
}

function postgresCodeOutcome(code: string): Outcome {
  if (NODE_CONNECTING.test(code)) return 'not-run';
  if (NODE_SOCKET.test(code)) return 'unknown';
  if (POSTGRES_ROLLED_BACK.has(code)) return 'rolled-back';
  if (POSTGRES_NOT_RUN.has(code) || code.startsWith(POSTGRES_RESOURCES_CLASS)) return 'not-run';
  if (POSTGRES_UNKNOWN.has(code) || code.startsWith(POSTGRES_CONNECTION_CLASS)) return 'unknown';
  return 'refused';
}

/** MySQL's and MariaDB's numbers; the names that the driver gives them are MySQL's only. */
const MYSQL_ROLLED_BACK: ReadonlySet<number> = new Set([
  1020, // MariaDB: the row has changed since the snapshot
  1205, // lock time-out
  1213, // deadlock, or refused by the other nodes of a cluster
  1317, // the statement was killed
  1412, // the table was altered meanwhile
  1969, // MariaDB: statement time-out
  3024, // MySQL: statement time-out
  3572, // nowait
  4031, // MySQL: idle for too long; the statement was not read
]);

const MYSQL_NOT_RUN: ReadonlySet<number> = new Set([
  1021, // disk full
  1037, // memory
  1040, // too many connections
  1041, // memory
  1044, // no access to the database
  1045, // no access
  1049, // no such database
  1114, // table full, or disk full
  1129, // host blocked
  1130, // host not allowed
  1203, // too many connections of this account
  1226, // a limit of this account
  1290, // the server is read-only: it was demoted
  1836, // the same
  3032, // offline mode
]);

const MYSQL_UNKNOWN: ReadonlySet<number> = new Set([
  1047, // a node of a cluster without the others
  1053, // shutting down
  1152, // connection aborted
  1158, // network errors, as far as 1161
  1159,
  1160,
  1161,
  1180, // failure at the commit
  1927, // MariaDB: connection killed
  3169, // MySQL: session killed
]);

/** mysql2 gives no code for what it was asked after the connection had gone; nothing was sent. */
const MYSQL2_NOT_SENT = /closed state$/;
/** And these when a connection went, or said nothing for too long. */
const MYSQL2_LOST = /^(?:PROTOCOL_|E[A-Z]+$)/;

/** Killed, by somebody or by a time limit: what a COMMIT had done by then, nobody knows. */
const MYSQL_INTERRUPTED: ReadonlySet<number> = new Set([1317, 1969, 3024]);

const MYSQL_NULL_COLUMN = 1048;
const MYSQL_DENIED = 1227;
const MYSQL_NO_TABLE = 1146;

/** No right to make one, or none beside a binary log. */
const MYSQL_TRIGGER_REFUSED: ReadonlySet<number> = new Set([1142, 1227, 1419]);

interface MysqlFailure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  /** The server's number; negative when it is one of a socket's error. */
  readonly errno?: number;
  readonly syscall?: string;
  readonly fatal?: boolean;
}

/** Errors of the server are certain but for some; what ends the connection leaves open whether the commit was done. */
export function mysqlOutcome(error: unknown): Outcome {
  if (error instanceof KnownOutcome) return error.outcome;
  const failure = (error ?? {}) as MysqlFailure;
  if (isMysqlAnswer(error)) return mysqlErrnoOutcome(failure.errno as number);
  if (isMysqlNotSent(failure)) return 'rolled-back';
  if (CONNECTING.has(failure.syscall ?? '')) return 'not-run';
  const isLost = failure.fatal === true || MYSQL2_LOST.test(failure.code ?? '');
  return isLost ? 'unknown' : 'refused';
}

/** The same for the failure of a COMMIT. */
export function mysqlCommitOutcome(error: unknown): Outcome {
  const { errno } = (error ?? {}) as MysqlFailure;
  return errno !== undefined && MYSQL_INTERRUPTED.has(errno) ? 'unknown' : mysqlOutcome(error);
}

/** Node knows without asking the system, hence no system call, that the other side has hung up. */
function isMysqlNotSent({ code, syscall, message }: MysqlFailure): boolean {
  return (code === 'EPIPE' && syscall === undefined) || MYSQL2_NOT_SENT.test(message ?? '');
}

/** True for what the server said, as opposed to what became of the connection. */
export function isMysqlAnswer(error: unknown): boolean {
  const { errno } = (error ?? {}) as MysqlFailure;
  return errno !== undefined && errno > 0;
}

export function isMysqlNullColumn(error: unknown): boolean {
  return (error as MysqlFailure | null)?.errno === MYSQL_NULL_COLUMN;
}

/** True when the account may make no trigger. */
export function isMysqlTriggerRefused(error: unknown): boolean {
  return MYSQL_TRIGGER_REFUSED.has((error as MysqlFailure | null)?.errno ?? 0);
}

/** True when there is no table of that name; who has no right to it is told that instead. */
export function isMysqlNoTable(error: unknown): boolean {
  return (error as MysqlFailure | null)?.errno === MYSQL_NO_TABLE;
}

/** True when the account lacks a right to the whole server. */
export function isMysqlDenied(error: unknown): boolean {
  return (error as MysqlFailure | null)?.errno === MYSQL_DENIED;
}

function mysqlErrnoOutcome(errno: number): Outcome {
  if (MYSQL_ROLLED_BACK.has(errno)) return 'rolled-back';
  if (MYSQL_NOT_RUN.has(errno)) return 'not-run';
  return MYSQL_UNKNOWN.has(errno) ? 'unknown' : 'refused';
}

/** PostgreSQL's messages that quote a value: of data exceptions, and those of somebody's own trigger. */
const POSTGRES_QUOTING = /^(?:22|P0)/;

/** MySQL's and MariaDB's that quote names only: no such column, no such table, a table or a column without access. */
const MYSQL_NAMING: ReadonlySet<number> = new Set([1054, 1142, 1143, 1146, 4025]);

interface DriverFailure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly errno?: number;
  /** mysql2: what the server said, without knex's statement before it. */
  readonly sqlMessage?: string;
  /** pg: of an error of the server, as opposed to one of a connection. */
  readonly severity?: string;
}

/**
 * The failure as it may be logged: databases put values into messages, and drivers whole rows and statements into
 * properties, which would be the data of events.
 */
export function withoutData(error: unknown): Error {
  if (error instanceof KnownOutcome) return withoutData(error.cause);
  // By shape: a driver's errors may be of another realm.
  const failure = error as DriverFailure | null | undefined;
  if (typeof failure?.message !== 'string') return new Error('What was thrown is no error.');
  const { name, message, code, errno, stack = '' } = failure;
  const safe = new Error(messageWithoutData(failure));
  safe.name = name;
  // The first lines of a stack repeat the message; which they are is plain only if it is known to hold no values.
  const at = safe.message === message ? stack.search(/^ +at /m) : -1;
  safe.stack = `${name}: ${safe.message}${at < 0 ? '' : `\n${stack.slice(at)}`}`;
  return Object.assign(safe, code !== undefined && { code }, errno !== undefined && { errno });
}

function messageWithoutData(failure: DriverFailure): string {
  const { message, severity, code = '', sqlMessage, errno } = failure;
  if (severity !== undefined && POSTGRES_QUOTING.test(code)) return 'The database refused a value.';
  if (sqlMessage === undefined || MYSQL_NAMING.has(errno ?? 0)) return message;
  // Values may hold quotes themselves, so all goes from the first to the last.
  return sqlMessage.replace(/'.*'/s, "'...'");
}
