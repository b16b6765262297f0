// What is examined: one server of a database, by one plain connection as any application would have it, so that what
// the server, the database and the account have by default is seen. Nothing is ever written on it.
import type { FindingId } from '../finding-table.ts';
import type { DatabaseName } from '../opening.ts';
import type { Mend } from './mend.ts';
import type { Standing } from './standing.ts';

export interface Found extends Mend {
  readonly id: FindingId;
  /** What is there, as a sentence. */
  readonly found: string;
}

/** Tables of ours beside those that are looked for: which, and what to do first if those were meant. */
export type Beside = Omit<Found, 'id'>;

export interface ExaminationRequest {
  readonly url: string;
  readonly database: DatabaseName;
  readonly streams: readonly string[];
  /** Pooled connections of one process. */
  readonly poolMax: number;
  readonly timeoutMs: number;
  /** The URL names other servers too, and it may be that only one of them takes writes. */
  readonly isOneOfMany: boolean;
  /** Of the active database: the warehouse, where this server has it too. */
  readonly warehouseUrl?: string | undefined;
  /** Of the warehouse: streams that are being renamed, as the active database has it; null where nobody knows. */
  readonly movingStreams?: readonly string[] | null;
  /** Reads the whole database where that shows more. */
  readonly isDeep: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the columns are named by each statement
export type Row = Record<string, any>;

/** A table as it is. */
export interface KeyedTable {
  readonly name: string;
  /** It in a statement, whatever the search path or the database of who runs that. */
  readonly place: string;
  /** The columns of each of its keys. */
  readonly keys: readonly (readonly string[])[];
}

export interface Patient {
  readonly request: ExaminationRequest;
  /** Name and version. */
  readonly product: string;
  /** Columns of 64 bits come as text. */
  ask(sql: string): Promise<Row[]>;
  /** Those of the names that a table of the database has. */
  tablesAmong(names: readonly string[]): Promise<Set<string>>;
  /** Tables of ours are there, and their names do not lead to them; a check of the dialect tells where they are. */
  hidesTables?(): Promise<boolean>;
  /** Tables of ours that are another service's perhaps, where there are none that names lead to; null for none. */
  tablesBeside?(): Promise<Beside | null>;
  /** It may be that the table is there all the same: nobody tells the account. */
  isOutOfSight?(table: string): Promise<boolean>;
  /** Those of the tables that are there. Not where keys cannot be dropped. */
  keyed?(tables: readonly string[]): Promise<readonly KeyedTable[]>;
  /** The clock of the database, in milliseconds since 1970. */
  nowMs(): Promise<number>;
  /** Sets the session as the service does; the last that is done. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/** Looks at one thing. What it throws is told as a finding of its own. */
export interface Check<P extends Patient = Patient> {
  /** What it looks at, behind "could not be looked at". */
  readonly subject: string;
  look(patient: P): Promise<readonly Found[]>;
}

/** What one kind of database has for `doctor`. */
export interface Practice<P extends Patient = Patient> {
  /** Rejects with what the driver says. */
  connect(request: ExaminationRequest): Promise<P>;
  /** What is to be told of that. */
  refusal(error: unknown, url: string): Found;
  /** What is to be told of what a check has failed with, where that shows damage; else null. */
  damage?(error: unknown): Found | null;
  readonly checks: readonly Check<P>[];
  /** What it is among several servers. */
  standing?(patient: P): Promise<Omit<Standing, 'host'>>;
}
