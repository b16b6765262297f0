// How every connection to PostgreSQL is set up, in the pool and for steps alike: nothing that the server or the role
// has by default may change what our statements mean, and nothing may wait for ever, on neither side.
import pg, { type Client, type ClientConfig } from 'pg';
import { onAbort } from '../../../base/on-abort.ts';
import { givenUpError } from '../answer-limit.ts';
import type { Target } from '../connecting.ts';
import { postgresOutcome } from '../db-errors.ts';
import { KnownOutcome } from '../known-outcome.ts';
import { type KnexClient, type Place, pick } from '../source.ts';
import { quoted } from './sql-text.ts';

/** How long a farewell may take; after it the socket is cut. */
const END_MS_MAX = 1000;
/** The server gives up first, so that its certain answer comes before our uncertain one. */
const GRACE_MS = 5000;

/** What of a knex instance's settings says where, as whom and how safely to connect; its sessions are its own. */
const CONNECTING = [
  ...['connectionString', 'host', 'port', 'database', 'user', 'password', 'options', 'stream'],
  ...['ssl', 'sslnegotiation', 'enableChannelBinding', 'scramMaxIterations'],
];

/** The first with pg_column_compression, by which reads are bounded. */
export const OLDEST_VERSION = 14;

/** Fails where no event could be read, though each would be taken; in words, for whoever starts the service. */
const REQUIRE_VERSION = `
    select ('PostgreSQL ' || current_setting('server_version') || ' is too old: ${OLDEST_VERSION} or later is needed')
           ::int
     where current_setting('server_version_num')::int < ${OLDEST_VERSION}0000;`;

const IS_STANDBY = 'select pg_is_in_recovery() as standby';

export interface SessionOptions {
  readonly place: Place;
  /** How long connecting, a lock wait or an idle transaction may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long one statement may take, in milliseconds; 0 = for ever. */
  readonly statementMs: number;
  /** Cuts every connection when it aborts, also one that is just made. */
  readonly givenUp?: AbortSignal | undefined;
}

/**
 * To be used in the same turn. `query_timeout` is for a server that has gone without a word; its connection is not used
 * again.
 */
export function clientConfig(
  { statementMs, givenUp }: SessionOptions,
  { settings, connectMs }: Target,
  name: string,
): ClientConfig {
  // The client that is made now listens from then on.
  if (givenUp?.aborted) throw givenUpError();
  return {
    ...(typeof settings === 'string' ? { connectionString: settings } : pick(settings, CONNECTING)),
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs === 0 ? 0 : statementMs + GRACE_MS,
  };
}

/** A client that goes when all is given up: what it was asked fails then. To be connected in the same turn. */
export function makeClient(config: ClientConfig, { givenUp }: SessionOptions): Client {
  const client = new pg.Client(config);
  const leave = onAbort(givenUp, () => client.connection.stream.destroy());
  client.connection.once('end', leave);
  // By the function that gives it: its text may be in any language.
  client.on('notice', ({ routine }) => {
    if (routine === 'SyncRepWaitForLSN') alone.add(client);
  });
  return client;
}

/** Of those that have committed something of which no standby knows. */
const alone = new WeakSet<Client>();

/**
 * To be asked behind everything that may have committed. Where a commit waits for a standby, whoever may cancel a query
 * ends the wait: the server warns, and answers that it is done, which it is there alone, to be lost with it. Throws
 * what says that its outcome is not known.
 */
export function requireReplicated(client: Client): void {
  if (!alone.delete(client)) return;
  const message = 'The commit was answered before a standby had it: somebody has ended the wait.';
  throw new KnownOutcome('unknown', new Error(message));
}

/**
 * Statements and not start-up parameters, which poolers refuse. All our queries go by a key, in its order, with plans
 * that must not change with the size of a table: a small inbox would get a sequential scan (limit × rows comparisons)
 * or a bitmap scan, which a plan made early keeps for good and which reads and sorts a long inbox whole for every step.
 * With generic plans no statement is planned anew each time. REPEATABLE READ would make steps fail. A commit that does
 * not wait for the disk would be answered, and seen, before it is there; all other levels are the user's choice.
 */
export function sessionSettings({ place, timeoutMs, statementMs }: SessionOptions): string {
  const waitMs = Math.round(timeoutMs);
  return `${REQUIRE_VERSION}${searchPathSql(place.client)}
    set timezone = 'UTC';
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
    set default_transaction_isolation = 'read committed';
    set enable_seqscan = off;
    set enable_bitmapscan = off;
    set jit = off;
    set plan_cache_mode = force_generic_plan;
    set statement_timeout = ${Math.round(statementMs)};
    set lock_timeout = ${waitMs};
    set idle_in_transaction_session_timeout = ${waitMs}`;
}

/** Sets the session of a new connection; waits for the answer even where statements may take for ever. */
export async function prepareSession(
  client: Client,
  target: Target,
  options: SessionOptions,
): Promise<void> {
  await requireWritable(client, target, options);
  await client.query({ text: sessionSettings(options), ...limitOf(options) });
}

/** Rejects on a standby where there are other servers. */
export async function requireWritable(
  client: Client,
  { isOneOfMany }: Target,
  options: SessionOptions,
): Promise<void> {
  if (!isOneOfMany) return;
  const { rows } = await client.query<{ standby: boolean }>({
    text: IS_STANDBY,
    ...limitOf(options),
  });
  if (rows[0]?.standby !== false) throw new Error('The server is a standby.');
}

function limitOf({ timeoutMs }: SessionOptions): { query_timeout: number } {
  return { query_timeout: timeoutMs + GRACE_MS };
}

/** The application's: in another schema its inserts would not find our inbox. As knex puts it, name by name. */
function searchPathSql(client: KnexClient | null): string {
  const schemas = [client?.searchPath ?? []].flat();
  if (schemas.length === 0) return '';
  return `set search_path to ${schemas.map(quoted).join(', ')};`;
}

/** Nothing was asked of a connection that was not made; one that was lost on the way may be made at once. */
export function connectFailure(error: unknown): KnownOutcome {
  // Of a URL that cannot be read, with the password in it.
  delete (error as { input?: string }).input;
  const outcome = postgresOutcome(error);
  const isLost = outcome === 'unknown' || outcome === 'rolled-back';
  return new KnownOutcome(isLost ? 'rolled-back' : 'not-run', error);
}

/** Says farewell to the server, which may not answer any more. */
export async function endClient(client: Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), END_MS_MAX);
  await client.end();
  clearTimeout(timer);
}
