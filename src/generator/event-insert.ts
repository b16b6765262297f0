// The statement that writes an event, as text and bindings: for whatever talks to the database, such as an ORM, and for
// the adapters of `addEvent`. The only place with this SQL.
import { Buffer } from 'node:buffer';
import type { Checks } from '../base/options.ts';
import { aStream } from '../contract/checks.ts';
import { ServiceError } from '../contract/errors.ts';
import { jsonTextOf } from '../contract/json-text.ts';
import { EVENT_BYTES_MAX } from '../contract/limits.ts';
import { requireOptions } from '../contract/require-options.ts';
import { fits } from '../contract/validate.ts';
import { tablesOf } from '../store/tables.ts';
import { checkDraft } from './draft.ts';

/** What the database speaks; the last two are one. */
export type EventInsertDialect = 'sqlite' | 'postgres' | 'mysql' | 'mariadb';

/** Where the event is added. */
export interface EventInsertOptions {
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
}

const OPTIONS: Checks<EventInsertOptions> = { stream: aStream };

/** A statement, to be run with its bindings. */
export interface EventInsert {
  /** With `$1` and `$2` on PostgreSQL, else with two `?`. The same text for every event of a stream. */
  readonly sql: string;
  /** The type, and the data in the form that the statement expects. */
  readonly bindings: [string, string];
}

/** A row for the inbox; all of it has been checked. */
export interface InboxRow {
  readonly table: string;
  readonly type: string;
  readonly data: string;
}

/** The values of the insert, and what is bound for the data. */
interface Form {
  readonly values: string;
  readonly bindingOf: (data: string) => string;
}

const asText = (data: string): string => data;
const asHex = (data: string): string => Buffer.from(data).toString('hex');

const sqlite: Form = { values: '?, ?', bindingOf: asText };

// Drivers ask the server of what type a parameter is, or tell it: for json, postgres.js would turn the text into JSON
// once more; for text, a json column refuses it. So the parameter is text, and the cast is ours.
const postgres: Form = { values: '$1, $2::text::json', bindingOf: asText };
const knexPostgres: Form = { ...postgres, values: '?, ?::text::json' };

// Many drivers put values into the statement themselves, escaped with backslashes, which a session may have switched
// off (NO_BACKSLASH_ESCAPES): then the text of an event would run as SQL. Hexadecimal digits cannot leave their
// literal, and stand for the same characters where the connection is not in utf8mb4. A type has nothing to escape.
const mysql: Form = { values: '?, convert(unhex(?) using utf8mb4)', bindingOf: asHex };

const DIALECTS: ReadonlyMap<string, Form> = new Map<EventInsertDialect, Form>([
  ['sqlite', sqlite],
  ['postgres', postgres],
  ['mysql', mysql],
  ['mariadb', mysql],
]);

/** For the adapters, which know whom they talk to. */
export const FORMS = { sqlite, postgres, knexPostgres, mysql };

/**
 * Gives the table that events of a stream are written to: `evt_inbox`, or `evt_x_inbox` for a stream `x`.
 *
 * @throws ServiceError `InvalidRequest` when no stream can have this name; whether there is one is not asked
 */
export function inboxTable(stream = 'main'): string {
  if (!fits('stream-name', stream)) {
    throw new ServiceError('InvalidRequest', {
      message: 'stream: must match ^[a-z][a-z0-9_]{0,29}$',
    });
  }
  return tablesOf(stream).inbox;
}

/**
 * Makes the statement that writes an event, to be run in the middle of a transaction of the caller's: the event exists
 * exactly if that commits. It is for what `addEvent` does not take, and for statements that are prepared once and kept.
 *
 * Both bindings are plain strings in every dialect, so that any driver can carry them. On MySQL and MariaDB the data is
 * bound as hexadecimal digits and becomes text in the database: so it is safe and exact also where the driver escapes
 * values on its side, the session has NO_BACKSLASH_ESCAPES, or the connection is not in utf8mb4. On PostgreSQL it is
 * bound as text and cast to json there, whatever the driver thinks of the type of parameters.
 *
 * @param type matches `^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$`
 * @param data any JSON value of at most 2 MiB, or `new JsonText(text)`; left out, it is null
 * @throws ServiceError `InvalidRequest`, `PayloadTooLarge`
 */
export function eventInsert(
  dialect: EventInsertDialect,
  type: string,
  data?: unknown,
  options: EventInsertOptions = {},
): EventInsert {
  requireOptions('eventInsert', options, OPTIONS);
  const form = DIALECTS.get(dialect);
  if (form === undefined) {
    throw new ServiceError('InvalidRequest', {
      message: `dialect: must be one of ${[...DIALECTS.keys()].join(', ')}`,
    });
  }
  return insertOf(form, inboxRow(type, data, options.stream));
}

/** Checks what the application gives. Throws `InvalidRequest` or `PayloadTooLarge`. */
export function inboxRow(type: string, data: unknown, stream?: string): InboxRow {
  const table = inboxTable(stream);
  const draft = checkDraft({ type, data: jsonTextOf(data) }, EVENT_BYTES_MAX);
  return { table, type: draft.type, data: draft.data };
}

/** The statement for a row that has been checked. */
export function insertOf(form: Form, { table, type, data }: InboxRow): EventInsert {
  return {
    sql: `insert into ${table} (type, data) values (${form.values})`,
    bindings: [type, form.bindingOf(data)],
  };
}
