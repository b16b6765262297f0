// From what names a database to its kind, and to what a driver needs to connect there. That is asked for anew by every
// connection, since an application may give its passwords by a function. Nothing of it goes into a message.
import type { DatabaseKind, DialectOptions } from '../dialect.ts';
import type { DatabaseSource, KnexInstance } from '../source.ts';
import { within } from './answer-limit.ts';
import { KnownOutcome } from './known-outcome.ts';
import { requireReadable } from './server-url.ts';
import { Servers, urlsOf } from './servers.ts';

/** A URL, or what the driver is given, in the driver's own words. */
export type ConnectionSettings = string | Readonly<Record<string, unknown>>;

export interface Place {
  readonly kind: DatabaseKind;
  /** The client of the application's knex instance; null for a URL. */
  readonly client: KnexClient | null;
  /** What is given for every connection; null where a function of the application is asked each time. */
  readonly known: ConnectionSettings | null;
  /** null where there is one only. */
  readonly servers: Servers | null;
  /** What the next connection is made with; rejects with a `KnownOutcome`. */
  settings(limits: AskLimits): Promise<ConnectionSettings>;
}

export type AskLimits = Pick<DialectOptions, 'timeoutMs' | 'givenUp'>;

/** How a dialect is opened: as the options say, at the place that their source names. */
export interface PlaceOptions extends Omit<DialectOptions, 'database'> {
  readonly place: Place;
}

/** The part of a knex client that is read, in all versions of knex the same. */
export interface KnexClient {
  readonly driverName?: string;
  /** The package that it has loaded. */
  readonly driver?: unknown;
  readonly config: { readonly connection?: unknown; readonly connectionPool?: unknown };
  /** Its password is a property that is not enumerable. */
  readonly connectionSettings?: ConnectionSettings;
  connectionConfigProvider?(): ConnectionSettings | Promise<ConnectionSettings>;
  readonly searchPath?: string | readonly string[];
}

const KINDS_BY_SCHEME: ReadonlyMap<string | undefined, DatabaseKind> = new Map([
  ['sqlite:', 'sqlite'],
  ['sqlite3:', 'sqlite'],
  ['postgres:', 'postgres'],
  ['postgresql:', 'postgres'],
  ['mysql:', 'mysql'],
  ['mariadb:', 'mysql'],
]);

/** By driver and not by dialect: CockroachDB's dialect calls itself PostgreSQL. */
const KINDS_BY_DRIVER: ReadonlyMap<string | undefined, DatabaseKind> = new Map([
  ['pg', 'postgres'],
  ['pgnative', 'postgres'],
  ['mysql', 'mysql'],
  ['mysql2', 'mysql'],
  ['mariadb', 'mysql'],
  ['sqlite3', 'sqlite'],
  ['better-sqlite3', 'sqlite'],
]);

export function placeOf(database: DatabaseSource): Place {
  if (typeof database === 'string') return placeOfUrl(database);
  if (isKnexInstance(database)) return placeOfClient(database.client);
  throw new Error(
    'A database is named by its URL or by a knex instance, and not by a transaction.',
  );
}

/** Those of the settings that were given, hidden ones too. */
export function pick(
  settings: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  const given = names.filter((name) => settings[name] !== undefined && settings[name] !== null);
  return Object.fromEntries(given.map((name) => [name, settings[name]]));
}

export function isKnownUrl(url: string): boolean {
  return kindOfUrl(url) !== undefined;
}

function kindOfUrl(url: string): DatabaseKind | undefined {
  return KINDS_BY_SCHEME.get(/^[a-z0-9]+:/.exec(url)?.[0]);
}

function placeOfUrl(url: string): Place {
  const kind = kindOfUrl(url);
  if (kind === undefined) {
    throw new Error('A database URL begins with sqlite:, postgres://, mysql:// or mariadb://.');
  }
  if (kind !== 'sqlite') requireReadable(url);
  const urls = kind === 'sqlite' ? [url] : urlsOf(url);
  const servers = urls.length > 1 ? new Servers(urls) : null;
  return { kind, client: null, known: url, servers, settings: async () => url };
}

function placeOfClient(client: KnexClient): Place {
  const kind = KINDS_BY_DRIVER.get(client.driverName);
  if (kind === undefined) {
    throw new Error(
      `A knex instance with the client ${client.driverName ?? 'of no driver'} names no database for us: it must be ` +
        'one of pg, mysql2, mysql, mariadb, better-sqlite3 and sqlite3. Else give the URL.',
    );
  }
  if (client.config.connectionPool) {
    throw new Error(
      'A knex instance on a pool (connectionPool) does not say where it connects to: give the URL.',
    );
  }
  if (!client.config.connection) {
    throw new Error('The knex instance has no connection, so it names no database.');
  }
  const known = client.connectionConfigProvider ? null : (client.connectionSettings ?? {});
  const settings = (limits: AskLimits) => settingsOf(client, limits);
  return { kind, client, known, servers: null, settings };
}

/** Asks whoever gives the application its connection settings, if anybody does. */
async function settingsOf(
  client: KnexClient,
  { timeoutMs, givenUp }: AskLimits,
): Promise<ConnectionSettings> {
  const limit = { ms: timeoutMs, givenUp, asked: 'The connection function of the knex instance' };
  try {
    const asked = Promise.resolve(client.connectionConfigProvider?.() ?? client.connectionSettings);
    return (await within(limit, asked)) ?? {};
  } catch (error) {
    throw new KnownOutcome('not-run', error);
  }
}

function isKnexInstance(value: unknown): value is KnexInstance {
  if (typeof value !== 'function') return false;
  const { client, raw, isTransaction } = value as unknown as KnexInstance & {
    isTransaction?: boolean;
  };
  return typeof raw === 'function' && Boolean(client?.config) && isTransaction !== true;
}
